"""The bounds of what a client may say, which its page knows too (`web/src/protocol/limits.ts`)."""

MAX_NICKNAME = 40
MAX_GROUP_NAME = 60
MAX_URL = 255
MAX_MEMO = 200
#: `cate` is a number of the client's choosing (the classic page offers a few kinds), kept in a 32-bit column.
MAX_CATE = 2**31 - 1
