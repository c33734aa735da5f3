"""The fields of one HTTP call, as they came: ``application/x-www-form-urlencoded``, JSON or multipart.

What they mean is said by the command that is read from them (`protocol.declare`).
"""

from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from protocol import values
from protocol.errors import BadArgument
from protocol.limits import MAX_FIELDS


class Form:
    """The fields of one call. None and "" mean that a field was left out; `refuse_repeated` is for those of
    which one must be meant."""

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
    def from_pairs(cls, pairs: Sequence[tuple[str, object]]) -> "Form":
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
        """The field as it came, None when missing."""
        return self._fields.get(name)

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
