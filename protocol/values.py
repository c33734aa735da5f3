"""Checks of single values, shared by HTTP forms and socket frames.

JSON parsers accept more than the wire allows: NaN and Infinity, 1e400, lone surrogates, numbers of any
length, true where a number is meant. What passes here fits every database we store it in.

Reading is done by the standard library: ujson is no faster on a frame, and takes `-`, `01`, `1.` and raw
control characters for JSON.
"""

import json
import math
import re
import unicodedata

from protocol.errors import BadArgument, Malformed
from protocol.limits import MAX_INT

_DIGITS = re.compile(r"[0-9]{1,16}\Z")
#: NUL breaks PostgreSQL; lone surrogates can't be encoded and break all.
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
#: White space beyond ASCII: keyboards differ in which of them a space bar makes.
_OTHER_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def parse_json(raw: str) -> dict[str, object]:
    """One JSON object of a frame, or `Malformed`."""
    value = _decode(_DECODER, raw)
    if type(value) is not dict:
        raise Malformed("不是有效的 JSON 对象", "Not a JSON object")
    return value


def parse_json_pairs(raw: str) -> list[tuple[str, object]]:
    """The fields of one JSON object with their repetitions, which a dict would hide."""
    pairs = _decode(_PAIRS_DECODER, raw)
    if type(pairs) is not _Pairs:
        raise Malformed("不是有效的 JSON 对象", "Not a JSON object")
    return pairs


def parse_json_list(raw: str) -> list[object]:
    """A JSON list that stands as text in a form."""
    value = _decode(_DECODER, raw)
    if type(value) is not list:
        raise Malformed("不是有效的 JSON 列表", "Not a JSON list")
    return value


class _Pairs(list[tuple[str, object]]):
    """The pairs of one JSON object, told apart from a JSON array. Objects inside it refuse to be any field
    that is not said to be one."""


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
_PAIRS_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_Pairs
)


def _decode(decoder: json.JSONDecoder, raw: str) -> object:
    try:
        return decoder.decode(raw)
    except (ValueError, RecursionError):
        raise Malformed("不是有效的 JSON", "Not valid JSON") from None


def digits(value: object, signed: bool = False) -> object:
    """Decimal digits as their number, anything else as it is: forms know only text. `signed`: they may have a
    minus before them."""
    if type(value) is not str:
        return value
    return int(value) if _DIGITS.match(value.removeprefix("-") if signed else value) else value


def small_object(value: object) -> object:
    """An object inside another one, as a dict: of one that has a name twice nothing, anything else as it
    is."""
    if type(value) is _Pairs:
        fields = dict(value)
        return fields if len(fields) == len(value) else None
    return value


def integer(value: object, name: str, low: int = 0, high: int = MAX_INT) -> int:
    """An int within `low` … `high`; bools, floats and text are refused."""
    if type(value) is not int or not low <= value <= high:
        raise Malformed.of(name)
    return value


def text(value: object, name: str, max_length: int, max_bytes: int = 0) -> str:
    """A string of at most `max_length` characters, and bytes if that is limited, that every database can
    keep."""
    if type(value) is not str or len(value) > max_length:
        raise BadArgument.of(name)
    if _FORBIDDEN.search(value):
        raise Malformed(f"参数 {name} 含有无效字符", f"{name} holds characters that cannot be stored")
    if max_bytes and len(value) > max_bytes // 4 and len(value.encode("utf-8")) > max_bytes:
        raise BadArgument(f"参数 {name} 太长", f"{name} is too long")
    return value


def canonical_passwd(passwd: str) -> str:
    """The one form of a password, whichever keyboard typed it (RFC 8265, OpaqueString): letters composed
    (NFC), every space the plain one. Nothing else is changed."""
    return passwd if passwd.isascii() else unicodedata.normalize("NFC", _OTHER_SPACES.sub(" ", passwd))
