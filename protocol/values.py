"""Checks of single values, shared by HTTP forms and socket frames.

JSON parsers accept more than the wire allows: NaN and Infinity, 1e400, lone surrogates, numbers of any
length, true where a number is meant. What passes here fits every database we store it in.
"""

import json
import re

import ujson

from protocol.errors import BadArgument

#: The largest integer that JavaScript keeps exact; ids, times and amounts stay at or below it.
MAX_INT = 2**53 - 1

_DIGITS = re.compile(r"[0-9]{1,16}\Z")
#: NUL breaks PostgreSQL; lone surrogates can't be encoded and break all.
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def parse_json(raw: str) -> dict:
    """One JSON object of a frame, or `BadArgument`."""
    try:
        if "NaN" in raw or "Infinity" in raw:  # ujson would take them; perhaps they stand inside a text
            value = json.loads(raw, parse_constant=_refuse_constant)
        else:
            value = ujson.loads(raw)
    except (ValueError, OverflowError, RecursionError):
        raise BadArgument("不是有效的 JSON", "Not valid JSON") from None
    if type(value) is not dict:
        raise BadArgument("不是有效的 JSON 对象", "Not a JSON object")
    return value


def parse_json_pairs(raw: str) -> list[tuple[str, object]]:
    """The fields of one JSON object with their repetitions, which a dict would hide."""
    try:
        pairs = json.loads(raw, parse_constant=_refuse_constant, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        raise BadArgument("不是有效的 JSON", "Not valid JSON") from None
    if type(pairs) is not _Pairs:
        raise BadArgument("不是有效的 JSON 对象", "Not a JSON object")
    return pairs


def parse_json_list(raw: str) -> list:
    """A JSON list that stands as text in a form."""
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadArgument("不是有效的 JSON", "Not valid JSON") from None
    if type(value) is not list:
        raise BadArgument("不是有效的 JSON 列表", "Not a JSON list")
    return value


class _Pairs(list):
    """The pairs of one JSON object, told apart from a JSON array. Objects inside it refuse to be any field."""


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def digits(value: object) -> object:
    """Decimal digits as their number, anything else as it is: forms know only text."""
    return int(value) if type(value) is str and _DIGITS.match(value) else value


def integer(value: object, name: str, low: int = 0, high: int = MAX_INT) -> int:
    """An int within `low` … `high`; bools, floats and text are refused."""
    if type(value) is not int or not low <= value <= high:
        raise BadArgument(f"参数 {name} 不正确", f"Bad value of {name}")
    return value


def text(value: object, name: str, max_length: int) -> str:
    """A string of at most `max_length` characters that every database can keep."""
    if type(value) is not str or len(value) > max_length or _FORBIDDEN.search(value):
        raise BadArgument(f"参数 {name} 不正确", f"Bad value of {name}")
    return value
