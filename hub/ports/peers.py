"""This process among others on a line: what it says is numbered, what it hears is in order and once, and
nothing is lost unnoticed.

Every process hears all, its own batches too. The own echo says that the line works, both ways; a gap in the
numbers of another, how much of it was lost. A process that is silent is gone, and its people with it; but
only while the own echo comes: when the line is away everybody is silent.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from hub.ports.line import Line, LineError
from hub.ports.packing import LETTER_BYTES, Batch, Bye, Item, opening_of, pack, unpack

logger = logging.getLogger("magpie.bus")

#: Seconds between two signs of life.
BEAT_S = 1.0
#: Seconds of silence after which a process is gone, or after which a line that does not say so is closed.
SILENT_S = 3.5
#: Seconds in which the line has to be there at the start.
OPEN_S = 15.0
#: Bytes that no sign of life has.
_LONG = 64


class Ear(Protocol):
    """What is done about what is heard."""

    def received(self, process: int, items: Sequence[Item]) -> None:
        """Another process has said this."""

    def found(self, process: int) -> None:
        """Another process is here that was not, or something of it was lost."""

    def missed(self, why: str) -> None:
        """Something was lost; the way is open again."""

    def gone(self, process: int) -> None:
        """It takes part no more, or is dead."""

    def died(self, process: int) -> None:
        """It is dead, and has perhaps not said all that it did."""

    def line_opened(self) -> None:
        """The line is there, again perhaps; whether anything arrives is not known yet."""

    def line_changed(self, up: bool) -> None:
        """Whether what is said arrives, and what others say."""

    def close(self) -> None:
        """It takes part no more."""


class _Peer:
    """What is known of another process: the number of its last batch, of each voice."""

    __slots__ = ("heard_at", "here", "numbers")

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.heard_at = 0.0
        self.here = False


class Peers:
    """`clock` in seconds. `ear` is told what happens, on the loop."""

    def __init__(self, line: Line, ear: Ear, clock: Callable[[], float] = time.monotonic) -> None:
        self.process = int.from_bytes(os.urandom(6), "big")
        self._opening = opening_of(self.process)
        self.up = False
        self._line, self._ear, self._clock = line, ear, clock
        self._number = 0
        self._items: list[Item] = []  # what this turn of the loop has to say
        self._peers: dict[int, _Peer] = {}
        self._echo_at = self._beat_at = 0.0
        self._came_back = asyncio.Event()
        self._beating: asyncio.TimerHandle | None = None
        self._open, self._kept = False, True  # as the line says
        self.closed = False  #: it takes part no more
        self._counts = {"sent": 0, "dropped": 0, "heard": 0, "lost": 0, "echo_us": 0}
        line.listen(self._hear, self._opened, self._went_down)

    def __len__(self) -> int:
        """The other processes that are here."""
        return sum(peer.here for peer in self._peers.values())

    def processes(self) -> int:
        """How many take part now, this one among them."""
        return 1 + len(self)

    async def open(self) -> None:
        """Returns once the own echo has come. Raises `LineError` when it does not in `OPEN_S`."""
        try:
            async with asyncio.timeout(OPEN_S):
                await self._line.open()
                await self._came_back.wait()
        except TimeoutError:
            raise LineError(f"no answer in {OPEN_S:.0f} s") from None

    def has_heard(self, other: "Peers") -> bool:
        """Whether all that `other` has said by its own voice has come."""
        peer = self._peers.get(other.process)
        return peer is not None and peer.numbers.get(0) == other._number

    def echoed(self, since: float) -> bool:
        """Whether an own batch has come back since then."""
        return self._echo_at >= since

    def mute(self) -> None:
        """It says and hears nothing any more, as if it had died."""
        self.closed = True
        self._ear.close()
        if self._beating is not None:
            self._beating.cancel()

    def say(self, items: Sequence[Item]) -> None:
        """To all others, with everything else of this turn of the loop."""
        if not self._items and not self.closed:
            asyncio.get_running_loop().call_soon(self.flush)
        self._items += items

    def flush(self) -> None:
        """Sends what is there to be said: one letter, or as many as it takes."""
        items, self._items = self._items, []
        if items:
            self._send(items)

    async def close(self) -> None:
        if self.closed:
            await self._line.close()
            return
        self.say((Bye(),))
        self.flush()
        self.mute()
        await self._line.close()

    def stats(self) -> dict[str, int]:
        """`up`: 1 while the own echo comes; `processes`: this one and others. Since the start: batches that
        were `sent`, of those `dropped` for want of room, `heard` of others, and `lost` of theirs. `echo_us`:
        how long the last sign of life was on its way. And what the line itself tells."""
        return {**self._line.stats(), "up": int(self.up), "processes": self.processes(), **self._counts}

    # --- out ----------------------------------------------------------------------------------------------

    def _send(self, items: Sequence[Item]) -> None:
        letter = pack(Batch(self.process, 0, self._number + 1, tuple(items)))
        if len(letter) > LETTER_BYTES and len(items) > 1:
            middle = len(items) // 2
            self._send(items[:middle])
            self._send(items[middle:])
            return
        self._number += 1
        self._counts["sent"] += 1
        if not self._line.send(letter):
            self._counts["dropped"] += 1  # the next number tells the others

    def beat(self) -> None:
        """A sign of life, and a look at those of others."""
        if self.closed:
            return
        if self._beating is not None:
            self._beating.cancel()
        self._beating = asyncio.get_running_loop().call_later(BEAT_S, self.beat)
        if not self._open:
            return
        now = self._clock()
        if now - self._echo_at > SILENT_S:
            self._line.reset(f"nothing came back for {now - self._echo_at:.1f} s")
            return
        self._beat_at = now
        self._line.send(pack(Batch(self.process, 0, self._number, ())))
        if self.up and now - self._echo_at < 2 * BEAT_S:
            for process, peer in self._peers.items():
                if peer.here and now - peer.heard_at > SILENT_S:
                    peer.here = False
                    logger.warning("process %x is silent; its people count as gone", process)
                    self._ear.gone(process)
                    self._ear.died(process)

    # --- the line -----------------------------------------------------------------------------------------

    def _opened(self, kept: bool) -> None:
        self._open, self._kept = True, kept or not self._came_back.is_set()  # at first nothing can be lost
        self._echo_at = self._clock()
        self._ear.line_opened()
        self.beat()

    def _went_down(self, why: str) -> None:
        self._open = False
        if self.up:
            self.up = False
            logger.warning("the line to the other processes is away: %s", why)
            self._ear.line_changed(False)

    # --- in -----------------------------------------------------------------------------------------------

    def _hear(self, letter: bytes) -> None:
        if len(letter) > _LONG and letter.startswith(self._opening):
            self._hear_echo(False)  # what it says is known here
            return
        batch = unpack(letter)
        if batch is None:
            self._counts["lost"] += 1
            return
        if batch.process == self.process:
            self._hear_echo(not batch.items)
        elif not self.closed:
            self._hear_other(batch)

    def _hear_echo(self, beat: bool) -> None:
        now = self._echo_at = self._clock()
        if beat:
            self._counts["echo_us"] = int((now - self._beat_at) * 1e6)
        if self.up:
            return
        self.up = True
        again = self._came_back.is_set()
        self._came_back.set()
        for peer in self._peers.values():  # they could not be heard either
            peer.heard_at = now
        if again:
            logger.info("the line to the other processes is back")
        self._ear.line_changed(True)
        if not self._kept:
            self._kept = True
            self._ear.missed("the line was away")

    def _hear_other(self, batch: Batch) -> None:
        peer = self._peers.get(batch.process)
        if peer is None:
            peer = self._peers[batch.process] = _Peer()
        peer.heard_at = self._clock()
        last = peer.numbers.get(batch.voice)
        expected = batch.number if last is None else last + bool(batch.items)
        if batch.number < expected:
            return  # it came twice
        peer.numbers[batch.voice] = batch.number
        if batch.items:
            self._counts["heard"] += 1
        if batch.number > expected:
            self._counts["lost"] += batch.number - expected
            self._ear.missed(f"{batch.number - expected} batches of process {batch.process:x} are lost")
        parts = bool(batch.items) and isinstance(batch.items[-1], Bye)
        if not parts and (not peer.here or batch.number > expected):
            peer.here = True
            self._ear.found(batch.process)
        if batch.items:
            self._ear.received(batch.process, batch.items)
        if parts:
            del self._peers[batch.process]
            if peer.here:
                self._ear.gone(batch.process)
