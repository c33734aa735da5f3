"""What a command answers: lines and tables for people, or JSON; and signs of life on long work."""

import sys
import time
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import msgspec

#: Seconds between two signs of life on a terminal, and elsewhere.
_SIGN_S, _LINE_S = 0.2, 5.0


class Output:
    """`as_json`: one JSON value is all that is written to `out`. Progress goes to `err`."""

    def __init__(self, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json, self._out, self._err = as_json, out or sys.stdout, err or sys.stderr
        self._pause_s = _SIGN_S if self._err.isatty() else _LINE_S
        self._next = time.monotonic() + self._pause_s
        self._length = 0

    def answer(self, data: object, *lines: str) -> None:
        """The whole answer of a command: `data` for programs, `lines` for people."""
        self._wipe()
        if self.as_json:
            encoded = msgspec.json.format(msgspec.json.encode(data), indent=2)
            self._out.write(encoded.decode() + "\n")
        else:
            self._out.writelines(shown(line).rstrip() + "\n" for line in lines)
        self._out.flush()

    def rows(
        self,
        rows: Sequence[Mapping[str, Any]],
        columns: Sequence[str],
        more: str = "",
        data: object = None,
    ) -> None:
        """A list: `data` for programs, or all of the rows; some columns for people, and `more`: how to go
        on."""
        if self.as_json:
            self.answer(rows if data is None else data)
            return
        table = [list(columns), *([_cell(row.get(name)) for name in columns] for row in rows)]
        widths = [max(map(_width, column)) for column in zip(*table)]
        lines = ["  ".join(map(_padded, row, widths)).rstrip() for row in table] if rows else ["nothing"]
        self.answer(None, *lines, *([more] if more else []))

    def progress(self, done: int, total: int, what: str) -> None:
        """A sign of life now and then, on standard error."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._pause_s
        text = f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}"
        if self._err.isatty():
            self._err.write("\r" + text.ljust(self._length))
            self._length = len(text)
        else:
            self._err.write(text + "\n")
        self._err.flush()

    def remark(self, text: str) -> None:
        """For people, beside the answer."""
        self._wipe()
        self._err.write(shown(text) + "\n")

    def _wipe(self) -> None:
        if self._length:
            self._err.write("\r" + " " * self._length + "\r")
            self._err.flush()
            self._length = 0


def shown(text: str) -> str:
    """A text of somebody's without what would move a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def _cell(value: object) -> str:
    return "" if value is None else shown(str(value))


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
