"""The bounds of what a client may say: plain whole numbers, because its page knows them too
(`web/src/protocol/limits.ts` is made from this file)."""

#: The largest integer that JavaScript keeps exact; ids, times and amounts stay at or below it.
MAX_INT = 2**53 - 1

# --- accounts, contacts and groups ------------------------------------------------------------------------

#: Digits of a mobile number, a leading + not counted.
MIN_MOBILE = 5
MAX_MOBILE = 20
MIN_PASSWD_BYTES = 6
MAX_PASSWD_BYTES = 128
MAX_NICKNAME = 40
MAX_GROUP_NAME = 60
#: What the heads of a group tell all its members, and what somebody is called there.
MAX_ANNOUNCEMENT = 2000
MAX_ALIAS = 40
#: Why somebody wants to come into a group.
MAX_JOIN_MEMO = 60
#: Admins of a group beside its owner.
MAX_ADMINS = 20
#: People who are invited into a group, or removed from it, at once.
MAX_PEOPLE = 50
#: Links of a group that lead into it at the same time, and how often one may be used at most.
MAX_LINKS = 50
MAX_LINK_USES = 100_000
MAX_URL = 255
MAX_MEMO = 200
#: What goes with the wish to be somebody's friend, and what one calls a friend for oneself.
MAX_GREETING = 60
MAX_REMARK = 40
#: People whom one user has asked in a day, and whom one user blocks.
MAX_ASKED_A_DAY = 20
MAX_BLOCKED = 2000
#: `cate` is a number of the client's choosing (the classic page offers a few kinds), kept in a 32-bit column.
MAX_CATE = 2**31 - 1

#: Characters of a code that somebody types or scans: an invitation, one of two steps, of a QR code.
MAX_CODE = 64
#: Accounts that one invite code makes.
MAX_INVITE_USES = 100000

# --- messages ---------------------------------------------------------------------------------------------

#: `media` is stored in a 4-byte column.
MAX_MEDIA = 2**31 - 1
MAX_CID = 64
#: More people than this are addressed by 0, which means all.
MAX_AT = 500
#: Bytes of a text field: it fits MariaDB's TEXT. With the frame's own limit (64 KiB) a client meets that
#: first.
MAX_TEXT_BYTES = 65535
#: Uploads that one message names.
MAX_SHOWN = 100
#: Characters of the name under which a file is saved.
MAX_FILE_NAME = 120

#: Bytes of what one reacts with.
MAX_REACTION_BYTES = 32
#: Different reactions to one message, and those of one person.
MAX_REACTIONS = 20
MAX_REACTIONS_OF_ONE = 10
#: Pinned messages of one conversation.
MAX_PINS = 50

#: Texts that one user has begun to write.
MAX_DRAFTS = 500
#: Messages of one user that are sent later.
MAX_SCHEDULES = 100
#: Messages and pictures that one user keeps.
MAX_FAVORITES = 2000
MAX_STICKERS = 300
#: Messages of one author that wait for a review.
MAX_WAITING = 100
#: Reports of one user that are open.
MAX_OPEN_REPORTS = 100
#: Why somebody reports something, and what an operator remarks.
MAX_REASON, MAX_NOTE = 500, 500

#: Characters of what a page behind a link says of itself: of its title, of the text below it, of the name of
#: the site.
MAX_PREVIEW_TITLE, MAX_PREVIEW_TEXT, MAX_PREVIEW_SITE = 120, 240, 60

#: Points that move at once; all that there are fit into a database's number.
MAX_POINTS = 10**12
#: Shares of a red packet.
MAX_SHARES = 100

# --- lists: rows of one answer, when none are asked for and at most ---------------------------------------

DEFAULT_HISTORY = 50
MAX_HISTORY = 200
DEFAULT_CHANGES = 200
MAX_CHANGES = 500
MAX_CONVERSATIONS = 500
#: Messages that are asked for by their ids.
MAX_GET = 100
#: Messages that are hidden at once.
MAX_HIDE = 100
#: Messages that are forwarded at once, and to how many conversations.
MAX_FORWARD = 100
MAX_FORWARD_TO = 10
#: How deep a record may stand in records.
MAX_RECORD_DEPTH = 8
#: Messages that name the caller.
MAX_MENTIONS = 100
MAX_FAVORITE_ROWS = 100
MAX_READER_ROWS = 200
MAX_MEMBER_ROWS = 200
#: Rows of what operators list.
DEFAULT_OPERATOR_ROWS = 50
MAX_OPERATOR_ROWS = 200
MAX_INVITE_ROWS = 100
#: Requests of friends.
MAX_REQUEST_ROWS = 50
#: Who wants to come into a group, and who may not.
MAX_JOIN_REQUEST_ROWS = 100
MAX_BANNED_ROWS = 100
#: What came into a wallet and went.
MAX_ENTRY_ROWS = 50
#: Messages that are found, and characters of what is looked for.
MAX_FOUND = 50
MAX_QUERY = 100
#: People who reacted alike.
MAX_REACTION_ROWS = 200
#: What operators look at.
DEFAULT_REVIEWS, MAX_REVIEWS = 50, 100
DEFAULT_REPORTS, MAX_REPORTS = 50, 100
#: What is unread is counted up to here; more is told as this number.
MAX_UNREAD = 1000

# --- calls ------------------------------------------------------------------------------------------------

#: Bytes of a call's body; files are streamed.
MAX_BODY_BYTES = 256 * 1024
#: An API call has a dozen fields; a body with more is nobody's page.
MAX_FIELDS = 64
#: Bytes of a token, and of an old password.
MAX_SECRET = 1024

#: Characters of a browser's push address, and of what is shown of a message that is pushed: its title and
#: its text, as JavaScript counts them.
MAX_ENDPOINT = 2048
MAX_PUSH_TITLE = 60
MAX_PUSH_BODY = 128
#: Browsers of one user that are pushed to; the oldest goes for one more.
MAX_SUBSCRIPTIONS = 20
#: Characters of the hours in which nobody is pushed to.
MAX_QUIET = 80
