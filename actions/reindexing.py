"""``python server.py --reindex``: takes all messages out of the index and puts them there anew.

Servers may be at work meanwhile; they find what is in the index so far. Whatever ends this, they do the rest.
"""

import asyncio
import time
from typing import TextIO

from actions.indexing import Indexing
from database.door import Database
from models import indexing
from protocol.errors import TryAgain

#: Seconds between two signs of life on a terminal, and elsewhere.
_SIGN_S, _LINE_S = 0.5, 5.0


async def reindex(db: Database, out: TextIO) -> int:
    """Tells `out` how far it is, and closes `db`. The exit code: 1 when it could not be begun, or some
    conversations could not be indexed; the log says why."""
    try:
        await db.write(indexing.begin_emptying)
        filler = Indexing(db)
        await filler.empty()
        await _show(db, asyncio.create_task(filler.catch_up()), _Line(out))
        return int(filler.stats()["index_failed"] > 0)
    except TryAgain as refusal:
        out.write(f"magpie: {refusal.en}\n")
        return 1
    finally:
        await db.close()


async def _show(db: Database, filling: "asyncio.Task[None]", line: "_Line") -> None:
    """Until it is done."""
    try:
        while not filling.done():
            await asyncio.wait([filling], timeout=line.pause_s)
            try:
                line.show(*await db.read_much(indexing.counts))
            except TryAgain:
                continue
    finally:
        filling.cancel()
        line.end()
    await filling


class _Line:
    """On a terminal one line that is written over, elsewhere one after the other."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._terminal = out, out.isatty()
        self.pause_s = _SIGN_S if self._terminal else _LINE_S
        self._began = time.monotonic()
        self._length = 0

    def show(self, done: int, total: int) -> None:
        passed_s = time.monotonic() - self._began
        left_s = passed_s * (total - done) / done if done else 0.0
        text = f"indexed {done:,} of {total:,} messages and changes ({100 * done // max(1, total)} %)"
        if done < total and passed_s > 2:
            text += f", {done / passed_s:,.0f} a second, {left_s:,.0f} s left"
        if self._terminal:
            self._out.write("\r" + text.ljust(self._length))
            self._length = len(text)
        else:
            self._out.write(text + "\n")
        self._out.flush()

    def end(self) -> None:
        if self._terminal and self._length:
            self._out.write("\n")
            self._out.flush()
