"""A multipart body read as it arrives: small fields are kept, one file is handed on piece by piece."""

import logging
from collections.abc import Callable
from typing import ParamSpec
from weakref import WeakMethod

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from protocol.errors import BadArgument

P = ParamSpec("P")

MAX_FIELD = 4096  # bytes of a field that is no file
MAX_FIELDS = 32
MAX_BOUNDARY = 70  # characters, says RFC 2046

# It warns of every broken body; here that is an answer like others, seen in the access log.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class BrokenMultipart(Exception):
    """The body is not what its Content-Type says."""


class MultipartReader:
    """Feed it the body; `fields` has what came so far, as (name, text) in order.

    The file is the part named `file_field`; other parts with a file name are read past.
    """

    def __init__(self, content_type: str, file_field: str = "file"):
        """Raises BrokenMultipart when `content_type` names no multipart form with a boundary."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= MAX_BOUNDARY:
            raise BrokenMultipart
        self.fields: list[tuple[str, str]] = []
        self.has_file = False
        self.complete = False
        self._file_field = file_field
        self._pieces: list[bytes] = []  # of the file, from the chunk being fed
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": _weakly(self._begin),
                "on_header_field": _weakly(self._header_name),
                "on_header_value": _weakly(self._header_value),
                "on_header_end": _weakly(self._header_end),
                "on_headers_finished": _weakly(self._headers_end),
                "on_part_data": _weakly(self._data),
                "on_part_end": _weakly(self._end),
                "on_end": _weakly(self._complete),
            },
        )

    def feed(self, chunk: bytes) -> bytes:
        """The file's bytes in `chunk`. Raises BrokenMultipart, and BadArgument for a second file or a field
        that is too long."""
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise BrokenMultipart from error
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    # -- called by the parser, with slices of the chunk ----------------------------------------

    def _begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._part = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = self._part == self._file_field
        self._is_field = not self._is_file and b"filename" not in options
        self._text = b""
        if self._is_file and self.has_file:
            raise BadArgument("一次只能上传一个文件", "One file at a time")
        self.has_file |= self._is_file

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._pieces.append(data[start:end])
        elif self._is_field:
            self._text += data[start:end]
            if len(self._text) > MAX_FIELD:
                raise BadArgument(f"{self._part[:20]} 太长", f"{self._part[:20]} is too long")

    def _end(self) -> None:
        if self._is_field:
            self.fields.append((self._part, self._text.decode("utf-8", "replace")))
            if len(self.fields) > MAX_FIELDS:
                raise BadArgument("参数太多", "Too many fields")

    def _complete(self) -> None:
        self.complete = True


def _weakly(call: Callable[P, None]) -> Callable[P, None]:
    """`call`, of the reader, for the parser that this reader holds. If each held the other, both, and the
    file's last piece with them, would stay until cycles are collected, which this server does rarely."""
    reader = WeakMethod(call)

    def weak(*args: P.args, **kwargs: P.kwargs) -> None:
        method = reader()
        assert method is not None  # a parser runs only while its reader feeds it
        method(*args, **kwargs)

    return weak
