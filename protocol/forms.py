"""Typed arguments of one HTTP call.

A body is ``application/x-www-form-urlencoded`` or JSON; either way handlers ask for arguments by type and
get a value that is safe to store, or `BadArgument`.
"""

import re
from urllib.parse import unquote_to_bytes

from protocol import values
from protocol.errors import BadArgument

#: An API call has a dozen fields; a body with more is nobody's page.
MAX_FIELDS = 64

_PICTURE = re.compile(r"""(?:/(?:mnt|asset)/|https://)[^\s\x00-\x20\x7f"'<>\\`]+\Z""")


class Form:
    """The fields of one call. A field given twice is refused when it is asked for as an id or secret."""

    __slots__ = ("_fields", "_repeated")

    def __init__(self, fields: dict[str, object], repeated: frozenset[str] = frozenset()) -> None:
        self._fields = fields
        self._repeated = repeated

    @classmethod
    def from_urlencoded(cls, body: bytes) -> "Form":
        """`+` means a space, as forms have it; a classic page's raw `+` in a password is therefore read the
        same way at registration and at log-in."""
        parts = [part.partition(b"=") for part in body.split(b"&", MAX_FIELDS + 1) if part]
        return cls.from_pairs([(_unquote(name), _unquote(value)) for name, _, value in parts])

    @classmethod
    def from_json(cls, body: bytes) -> "Form":
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise BadArgument("不是有效的 UTF-8", "Not valid UTF-8") from None
        return cls.from_pairs(values.parse_json_pairs(text))

    @classmethod
    def from_pairs(cls, pairs: list[tuple[str, object]]) -> "Form":
        """Fields in the order they came; of a repeated one the last stays, remembered as repeated."""
        if len(pairs) > MAX_FIELDS:
            raise BadArgument("参数太多", "Too many fields")
        fields: dict[str, object] = {}
        repeated = set()
        for name, value in pairs:
            if name in fields:
                repeated.add(name)
            fields[name] = value
        return cls(fields, frozenset(repeated))

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) not in (None, "")

    def value(self, name: str) -> object:
        """The field as it came, None when missing: for messages, which have a parser of their own."""
        return self._fields.get(name)

    def id(self, *names: str) -> int:
        """A required id, under the first of its names that is there."""
        value = self.opt_id(*names)
        if value is None:
            raise BadArgument(f"缺少参数 {names[0]}", f"Missing {names[0]}")
        return value

    def opt_id(self, *names: str) -> int | None:
        name = self._first(names)
        if name is None:
            return None
        self.refuse_repeated(*names)
        return values.integer(values.digits(self._fields[name]), name, 1)

    def integer(self, name: str, default: int | None = None, low: int = 0, high: int = values.MAX_INT) -> int:
        """An integer within `low` … `high`; without a default it is required."""
        if name not in self:
            if default is None:
                raise BadArgument(f"缺少参数 {name}", f"Missing {name}")
            return default
        self.refuse_repeated(name)
        return values.integer(values.digits(self._fields[name]), name, low, high)

    def text(self, *names: str, max_length: int, default: str = "", required: bool = False) -> str:
        """Text without surrounding white space, under the first of its names that is there."""
        name = self._first(names)
        value = values.text(self._fields[name], name, max_length).strip() if name else ""
        if not value:
            if required:
                raise BadArgument(f"缺少参数 {names[0]}", f"Missing {names[0]}")
            return default
        return value

    def picture(self, *names: str, max_length: int) -> str:
        """The address of an avatar or icon: a file of ours or https. Anything else, `javascript:` first of
        all, is refused; without one it is ""."""
        url = self.text(*names, max_length=max_length)
        if url and not (_PICTURE.match(url) and ".." not in url):
            raise BadArgument(f"参数 {names[0]} 不正确", f"Bad value of {names[0]}")
        return url

    def secret(self, name: str, max_length: int = 1024) -> str:
        """A password or token: never stripped, required."""
        if name not in self:
            raise BadArgument(f"缺少参数 {name}", f"Missing {name}")
        self.refuse_repeated(name)
        return values.text(self._fields[name], name, max_length)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        if name not in self:
            return default
        value = self._fields[name]
        if value not in allowed:
            raise BadArgument(f"参数 {name} 不正确", f"Bad value of {name}")
        return value

    def _first(self, names: tuple[str, ...]) -> str | None:
        return next((name for name in names if name in self), None)

    def refuse_repeated(self, *names: str) -> None:
        """`BadArgument` when one of these fields came more than once: which one was meant?"""
        for name in names:
            if name in self._repeated:
                raise BadArgument(f"参数 {name} 重复", f"{name} is given twice")


def _unquote(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise BadArgument("不是有效的 UTF-8", "Not valid UTF-8") from None
