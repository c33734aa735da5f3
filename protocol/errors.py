"""The tree of refusals.

Every "no" of the server is one of these, raised wherever the rule lives and turned into an answer
in one place (`handlers.http.gate` for HTTP, `handlers.socket.client` for sockets)::

    Refusal
    ├── Refused        -1    a rule says no
    ├── BadArgument    -400  a field is missing or wrong
    │   └── Malformed        not even data: bad JSON, an id that is no integer, a text nobody can store
    ├── NotLoggedIn    -401  no credential, a wrong one, or another user's
    ├── Forbidden      -403  the caller is known, the thing is not theirs
    ├── NotFound       -404  no such user, group, message
    ├── Conflict       -409  it exists already, differently
    ├── TooLarge       -413  over a limit of size or quota
    ├── SlowDown       -429  over a rate; data.retry_after says how many seconds to wait
    └── TryAgain       -503  the server can't now; the same call may succeed later
        └── DiskFull         … because there is no room to store anything
"""

import math
from typing import Self


class Refusal(Exception):
    """A reason for the caller, in Chinese and in English, with the wire's code for it."""

    code = -1
    zh = "操作被拒绝"
    en = "Refused"

    def __init__(self, zh: str = "", en: str = "", data: dict[str, object] | None = None) -> None:
        self.zh = zh or self.zh
        self.en = en or (zh if zh else self.en)
        self.data = data
        super().__init__(self.en)

    def msg(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


class Refused(Refusal):
    code = -1


class BadArgument(Refusal):
    code = -400
    zh, en = "参数错误", "Bad argument"

    @classmethod
    def of(cls, name: str) -> Self:
        """The field has a value that it cannot have."""
        return cls(f"参数 {name} 不正确", f"Bad value of {name}")

    @classmethod
    def missing(cls, name: str) -> Self:
        return cls(f"缺少参数 {name}", f"Missing {name}")


class Malformed(BadArgument):
    """No client in order sends this: a socket counts them and is closed when there are many."""


class NotLoggedIn(Refusal):
    code = -401
    zh, en = "请先登录", "Please log in"


class Forbidden(Refusal):
    code = -403
    zh, en = "没有权限", "Not allowed"


class NotFound(Refusal):
    code = -404
    zh, en = "不存在", "No such thing"


class Conflict(Refusal):
    code = -409
    zh, en = "已经存在", "Already there"


class TooLarge(Refusal):
    code = -413
    zh, en = "内容过大", "Too large"


class SlowDown(Refusal):
    """`retry_after_s`: seconds until the same call would pass, rounded up to a hundredth."""

    code = -429
    zh, en = "操作太频繁，请稍后再试", "Too many requests, slow down"

    def __init__(self, retry_after: float, zh: str = "", en: str = "") -> None:
        self.retry_after_s = math.ceil(retry_after * 100) / 100
        super().__init__(zh, en, {"retry_after": self.retry_after_s})


class TryAgain(Refusal):
    code = -503
    zh, en = "服务繁忙，请稍后再试", "The server is busy, try again"


class DiskFull(TryAgain):
    """What was there before can be read, and what is ended or deleted frees room."""

    zh, en = "服务器磁盘空间不足，暂时无法保存", "The server's disk is full, nothing can be stored for now"
