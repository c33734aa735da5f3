"""Conditional requests and ranges, as RFC 9110 has them (sections 13 and 14): what of a file is to be sent.

Pure functions of the request's headers. A header that makes no sense is passed over, as the RFC asks.
"""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

#: More ranges than a player or a PDF reader asks for at once; then all is sent, which section 14.2 allows.
MAX_RANGES = 8

_TAG = re.compile(r'(W/)?"([!#-~\x80-\xff]*)"')
_TAGS = re.compile(rf"[ \t,]*{_TAG.pattern}(?:[ \t]*,[ \t]*(?:{_TAG.pattern})?)*[ \t]*")
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")


class File(NamedTuple):
    """What conditions are held against. `etag`: strong, with its quotation marks; `modified`: whole seconds
    since 1970."""

    size: int
    etag: str
    modified: int


class Wanted(NamedTuple):
    """The status of the answer, and the parts [start, end) of the file that are in it: one for 200, none for
    304, 412 and 416, and one or several for 206."""

    status: int
    parts: list[tuple[int, int]]


def wanted(method: str, headers: Mapping[str, str], file: File) -> Wanted:
    """What a GET or HEAD wants of a file. The order is that of section 13.2.2."""
    status = _precondition(headers, file)
    if status != 200:
        return Wanted(status, [])
    whole = Wanted(200, [(0, file.size)])
    asked = headers.get("Range")
    if asked is None or method != "GET" or not _same_as_before(headers.get("If-Range"), file):
        return whole
    parts = _parts(asked, file.size)
    if parts is None:
        return whole
    return Wanted(206, parts) if parts else Wanted(416, [])


def _precondition(headers: Mapping[str, str], file: File) -> int:
    """200, 304 or 412."""
    if (tags := headers.get("If-Match")) is not None:
        if not _matches(tags, file.etag, strongly=True):
            return 412
    elif (date := _date(headers.get("If-Unmodified-Since"))) is not None and file.modified > date:
        return 412
    if (tags := headers.get("If-None-Match")) is not None:
        return 304 if _matches(tags, file.etag, strongly=False) else 200
    date = _date(headers.get("If-Modified-Since"))
    return 304 if date is not None and file.modified <= date else 200


def _matches(tags: str, etag: str, strongly: bool) -> bool:
    """Whether a list of entity tags, or ``*``, has this one. Weak ones count only where not `strongly`."""
    if tags.strip() == "*":
        return True
    if not _TAGS.fullmatch(tags):
        return False
    return any(f'"{text}"' == etag and not (strongly and weak) for weak, text in _TAG.findall(tags))


def _same_as_before(condition: str | None, file: File) -> bool:
    """If-Range: whether what the client has a part of is this file. Only a strong tag or the very date
    will do."""
    if condition is None:
        return True
    if '"' in condition:
        return condition.strip() == file.etag
    return _date(condition) == file.modified


def _date(text: str | None) -> int | None:
    """Seconds since 1970 of an HTTP date in any of its three forms."""
    if text is None:
        return None
    try:
        date = parsedate_to_datetime(text)
        return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _parts(text: str, size: int) -> list[tuple[int, int]] | None:
    """The parts of a Range header that exist, none when no part does. None when it is not to be understood,
    or has too many pieces."""
    unit, equals, ranges = text.partition("=")
    if not equals or unit.strip().lower() != "bytes" or ranges.count(",") > 2 * MAX_RANGES:
        return None
    parts: list[tuple[int, int]] = []
    asked = [piece.strip() for piece in ranges.split(",") if piece.strip()]
    for piece in asked:
        match = _RANGE.fullmatch(piece)
        if not match or piece == "-":
            return None
        first, last = match.groups()
        if not first:
            start, end = max(0, size - int(last)), size
        else:
            start, end = int(first), min(int(last) + 1 if last else size, size)
            if last and int(last) < int(first):
                return None
        if start < end:
            parts.append((start, end))
    if not asked or len(asked) > MAX_RANGES:
        return None
    return _joined(parts)


def _joined(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts in their order; where some overlap or touch each other, these as one, and in the file's
    order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return parts if len(joined) == len(parts) else joined
