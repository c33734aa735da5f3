"""Accounts: what a client says about itself, and who it looks for."""

import re
import unicodedata
from typing import Annotated, Literal

from msgspec import Meta

from protocol import rows, values
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import ONCE, STRIP, Id, Mended, Name, Picture, Rule, Secret
from protocol.limits import (
    MAX_CODE,
    MAX_MEMO,
    MAX_MOBILE,
    MAX_NICKNAME,
    MAX_PASSWD_BYTES,
    MAX_SECRET,
    MIN_MOBILE,
    MIN_PASSWD_BYTES,
)

_DIGITS = f"[0-9]{{{MIN_MOBILE},{MAX_MOBILE}}}\\Z"
_NEW_MOBILE = re.compile(r"\+?" + _DIGITS)
#: A number of mainland China, which people write with and without its country.
_MAINLAND = re.compile(r"(?:\+86|0086)?(1[3-9][0-9]{9})")
#: A classic page sends the + of +86… raw, which a form body reads as a space.
_LOST_PLUS = re.compile(f" (?!1[3-9][0-9]{{9}}\\Z)(?={_DIGITS})")
#: Characters of a number as somebody may write it.
_LONGEST_MOBILE = 64
_SEPARATORS = frozenset("()./·（）．／−")
_PLUS = frozenset("+＋﹢")


def plain_mobile(value: object) -> object:
    """A number without what people put between its digits: spaces, hyphens, brackets, what is copied along
    unseen from a list of contacts; digits of any script are those of ASCII."""
    if not isinstance(value, str) or len(value) > _LONGEST_MOBILE:
        return value
    if _LOST_PLUS.match(value):
        value = "+" + value[1:]
    return "".join(_plain_sign(sign) for sign in value)


def _plain_sign(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if sign in _PLUS:
        return "+"
    unseen = sign.isspace() or sign in _SEPARATORS or unicodedata.category(sign) in ("Pd", "Cf")
    return "" if unseen else sign


def spellings(mobile: str) -> list[str]:
    """The number as it was said, then all others under which the same person may have registered. The last
    one is what a classic page made of a space before the number."""
    mainland = _MAINLAND.fullmatch(mobile)
    if not mainland:
        return [mobile]
    bare = mainland[1]
    return list(dict.fromkeys((mobile, bare, f"+86{bare}", f"0086{bare}", f"+{bare}")))


def _refuse_mobile(mobile: str, name: str) -> None:
    if not _NEW_MOBILE.match(mobile):
        raise BadArgument("手机号应为 5 到 20 位数字", "A mobile number has 5 to 20 digits")


def _refuse_passwd(passwd: str, name: str) -> None:
    if not MIN_PASSWD_BYTES <= len(passwd.encode()) <= MAX_PASSWD_BYTES:
        raise BadArgument("密码长度应为 6 到 128 个字节", "A password has 6 to 128 bytes")


def _compose(passwd: object) -> object:
    """One form for every keyboard; which an old password has, a log-in finds out."""
    return values.canonical_passwd(passwd) if isinstance(passwd, str) else passwd


#: The number as a log-in gives it, whatever it looks like: a malformed one is simply unknown.
Mobile = Annotated[str, Meta(min_length=1, max_length=_LONGEST_MOBILE), Mended(plain_mobile), STRIP]
NewMobile = Annotated[
    Mobile,
    Meta(description="5 to 20 digits, may begin with +; spaces and hyphens between them do not count"),
    Rule(_refuse_mobile),
]
NewPasswd = Annotated[
    str,
    Meta(min_length=1, max_length=MAX_SECRET, description="6 to 128 bytes"),
    ONCE,
    Mended(_compose),
    Rule(_refuse_passwd),
]
Nickname = Annotated[Name, Meta(max_length=MAX_NICKNAME)]
Memo = Annotated[Name, Meta(max_length=MAX_MEMO)]
Sex = Literal["M", "W", "U"]


@call("/user/register", access=Access.PUBLIC, limit="register", data=rows.User)
class Register(Command, frozen=True):
    """A new account and its first session. `invite`: a code, where accounts are made by invitation; the first
    of all needs none, and is an operator's."""

    mobile: NewMobile
    passwd: NewPasswd
    nickname: Nickname = ""
    avatar: Picture = ""
    sex: Sex = "U"
    memo: Memo = ""
    invite: Annotated[str, Meta(max_length=MAX_CODE), STRIP] = ""


@call("/user/login", access=Access.PUBLIC, data=rows.User)
class Login(Command, frozen=True):
    """A new session. Its limit counts failures only, so the action looks at it. `code`: for who has turned
    on one-time codes; without it they are told so (-1, data.totp 1)."""

    mobile: Mobile
    passwd: Secret
    code: Annotated[str, Meta(max_length=MAX_CODE), STRIP] = ""


@call("/user/profile", access=Access.USER, limit="contact", data=rows.User)
class ChangeProfile(Command, frozen=True):
    """Fields that are missing stay as they are; avatar and memo may be emptied. Friends are told of every
    change, so it counts with those of contacts."""

    nickname: Annotated[Nickname, Meta(min_length=1)] | None = None
    avatar: Picture | None = None
    sex: Sex | None = None
    memo: Memo | None = None

    @property
    def speaks(self) -> bool:
        """A name, a face and a memo are seen by all friends, and the first two by all groups."""
        return bool(self.nickname or self.avatar or self.memo)

    def changes(self) -> dict[str, str]:
        """Those that were said."""
        said = {"nickname": self.nickname, "avatar": self.avatar, "sex": self.sex, "memo": self.memo}
        return {name: value for name, value in said.items() if value is not None}


@call("/user/passwd", access=Access.USER)
class ChangePasswd(Command, frozen=True):
    """Another password, given the old one. All other sessions end."""

    old: Secret
    new: NewPasswd


@call("/user/find", access=Access.ANY_SESSION, limit="find", data=rows.Found)
class FindUser(Command, frozen=True):
    """A user's row, by number or by mobile: of others only if strangers find them that way, or they are
    acquainted with the caller."""

    id: Id | None = None
    mobile: Annotated[Mobile, ONCE] | None = None

    def check(self) -> None:
        if self.id is None and self.mobile is None:
            raise BadArgument.missing("id")
        if self.id is not None and self.mobile is not None:
            raise BadArgument("id 与 mobile 只能有一个", "Give id or mobile, not both")
