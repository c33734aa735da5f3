"""A line of text while something goes on."""

import sys
import time
from typing import TextIO

#: Seconds between two plain lines of progress.
_PLAIN_S = 2.0


class Progress:
    """One line that is written over on a terminal; elsewhere plain lines, not too many of them."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out, self._tty = out, out.isatty()
        self._shown, self._at = "", 0.0

    def __call__(self, line: str) -> None:
        if self._tty:
            self._out.write("\r" + line.ljust(len(self._shown)))
        elif (
            line.partition(":")[0] != self._shown.partition(":")[0] or time.monotonic() > self._at + _PLAIN_S
        ):
            self._out.write(line + "\n")
            self._at = time.monotonic()
        else:
            return
        self._shown = line
        self._out.flush()

    def clear(self) -> None:
        """Makes way for other output."""
        if self._tty:
            self._out.write("\r" + " " * len(self._shown) + "\r")
            self._out.flush()
        self._shown = ""
