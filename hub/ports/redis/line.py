"""A stream of Redis as the line between processes.

One stream for all, a batch an entry: what it costs is hardly more than pub/sub, and what is said while a
connection is made again is still there to be read. An entry whose answer did not come is sent again; the
numbers in it tell who has had it already.

An answer costs the same whatever it holds, and each process would have one for each entry of any of them. So
while much is said, what comes within `GATHER_S` is read at once, best in one question with what is said here.
"""

import asyncio
import logging
import math
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import hiredis

from hub.ports.line import LineError
from hub.ports.redis.address import RedisAddress, reason_of
from hub.ports.redis.connection import Connection, Refused, command, refusal

logger = logging.getLogger("magpie.bus")

#: Entries that the stream keeps: what a process may miss and still catch up with. Of `LETTER_BYTES` each at
#: most, that is 128 MiB of Redis in the worst case, and a few hundred KiB in the usual one.
KEPT = b"2048"
#: Entries of one answer at most, so that a process that was away is not handed all of them at once.
AT_ONCE = 128
#: Seconds from one answer to the next question, while answers come within `DENSE_S` of each other. From rest
#: nothing is later for it.
GATHER_S = 0.006
DENSE_S = 0.015
#: Bytes that may wait for Redis's answer; what comes then is lost.
MOST_WAITING = 4 << 20
#: Seconds in which a connection has to be made.
CONNECT_S = 3.0
#: Seconds for which the start tries again while nobody answers.
FIRST_S = 10.0
#: Seconds between two tries, at first and at most.
PAUSE_S, MOST_PAUSE_S = 0.05, 1.0
#: Seconds for what was said last to be answered, at the end.
LAST_S = 0.5

#: Answers that mean that another server has the stream now, or that this one will in a moment.
_ELSEWHERE = ("READONLY", "MOVED", "ASK", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "TRYAGAIN")


class RedisLine:
    """A `hub.ports.line.Line`. `key` names the stream: installations that share a Redis have one each."""

    def __init__(self, address: RedisAddress, key: str) -> None:
        self._address, self._name, self._key = address, key, key.encode()
        self._heard: Callable[[bytes], None] = lambda letter: None
        self._opened: Callable[[bool], None] = lambda kept: None
        self._closed: Callable[[str], None] = lambda why: None
        self._out: Connection | None = None
        self._in: Connection | None = None
        self._unanswered: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._place: bytes | None = None  # the id of the last entry that was read
        self._server = b""  # the run of Redis that it was read from
        self._at_once, self._has_read = AT_ONCE, True
        self._read_at = -math.inf  # when the last entries came
        self._pause: asyncio.TimerHandle | None = None  # set while nothing asks for more
        self._ahead: int | None = None  # answers that come before that to a question on `_out`
        self._lost: asyncio.Event | None = None  # of the connections that are open now
        self._keeper: asyncio.Task[None] | None = None
        self._why = ""
        self._complained = False
        self._counts = {"connects": 0, "refused": 0}

    def listen(
        self, heard: Callable[[bytes], None], opened: Callable[[bool], None], closed: Callable[[str], None]
    ) -> None:
        self._heard, self._opened, self._closed = heard, opened, closed

    async def open(self) -> None:
        end = asyncio.get_running_loop().time() + FIRST_S
        while True:
            try:
                kept = await self._connect()
                break
            except Refused:
                raise
            except LineError:
                if asyncio.get_running_loop().time() > end:
                    raise
                await asyncio.sleep(MOST_PAUSE_S / 4)
        self._keeper = asyncio.get_running_loop().create_task(self._keep())
        self._begin(kept)

    def send(self, letter: bytes) -> bool:
        if self._waiting_bytes + len(letter) > MOST_WAITING:
            return False
        entry = command(b"XADD", self._key, b"MAXLEN", b"~", KEPT, b"*", b"b", letter)
        self._unanswered.append(entry)
        self._waiting_bytes += len(entry)
        if self._out is not None:
            self._out.write(entry + self._ask_with_it() if self._pause is not None else entry)
        return True

    def reset(self, why: str) -> None:
        self._why = why
        if self._lost is not None:
            self._lost.set()

    async def close(self) -> None:
        end = asyncio.get_running_loop().time() + LAST_S
        while self._unanswered and self._out is not None and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.01)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        self._drop()

    def stats(self) -> dict[str, int]:
        """`waiting_bytes`: of what Redis has not answered. Since the start, `connects`: how often the line
        was opened; `refused`: entries that Redis would not take."""
        return {"waiting_bytes": self._waiting_bytes, **self._counts}

    # --- opening, again and again -------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Waits for the end of the connections and makes new ones. It must not end itself: nobody would
        notice."""
        pause = PAUSE_S
        while True:
            if self._lost is not None:
                await self._lost.wait()
                self._drop()
                self._ask_for_less()
                self._closed(self._why)
                pause = PAUSE_S
            await asyncio.sleep(pause * (0.5 + random.random()))
            pause = min(MOST_PAUSE_S, pause * 2)
            try:
                self._begin(await self._connect())
            except LineError as error:
                self._complain(str(error))
            except Exception:
                logger.exception("the line to Redis")

    async def _connect(self) -> bool:
        """Two connections, since one of them waits for ever. Returns whether all that was said meanwhile can
        still be read. Raises `LineError`."""
        lost, made = asyncio.Event(), list[Connection]()
        try:
            async with asyncio.timeout(CONNECT_S):
                host, port = await self._address.find(self._name)
                for on_reply in (self._on_answer, self._on_entries):
                    made.append(await Connection.open(self._address, host, port, on_reply, lost.set))
                kept = await self._find_place(made[0])
        except BaseException as error:
            for connection in made:
                connection.abort()
            if isinstance(error, TimeoutError):
                raise LineError(f"no answer in {CONNECT_S:.0f} s") from None
            if isinstance(error, hiredis.ReplyError):
                raise refusal(error) from None
            raise
        self._out, self._in = made  # not before: what is sent now would be answered among the questions
        self._lost = lost
        return kept

    async def _find_place(self, connection: Connection) -> bool:
        """Where to read on: where it was left, or at the end of a stream that has less. False when something
        may be lost: it is another Redis, or the same after a restart, and has what was saved at best."""
        before, self._server = self._server, await self._run_of(connection)
        try:
            told = await connection.ask(b"XINFO", b"STREAM", self._key)
            last = dict(zip(told[::2], told[1::2]))[b"last-generated-id"]
        except hiredis.ReplyError as error:
            if "no such key" not in str(error):
                raise
            last = b"0-0"
        if self._place is None:
            self._place = last
            return True
        if _numbers(last) < _numbers(self._place):
            self._place = last
            return False
        return self._server == before

    @staticmethod
    async def _run_of(connection: Connection) -> bytes:
        """What this run of Redis calls itself; empty where nobody may ask."""
        try:
            told: bytes = await connection.ask(b"INFO", b"server")
        except hiredis.ReplyError:
            return b""
        return next((line for line in told.splitlines() if line.startswith(b"run_id:")), b"")

    def _ask_for_less(self) -> None:
        """An answer that is longer than Redis lets anybody have (`client-output-buffer-limit`) ends the
        connection, and would again."""
        if not self._has_read:
            self._at_once = max(1, self._at_once // 2)

    def _begin(self, kept: bool) -> None:
        assert self._out is not None
        self._counts["connects"] += 1
        self._why, self._complained = "the connection has ended", False
        self._has_read, self._read_at = False, -math.inf
        self._read_on()
        for entry in self._unanswered:
            self._out.write(entry)
        self._opened(kept)

    def _drop(self) -> None:
        for connection in (self._out, self._in):
            if connection is not None:
                connection.abort()
        self._out = self._in = self._lost = self._ahead = None
        self._end_pause()

    def _complain(self, why: str) -> None:
        """Once, until it works again."""
        if not self._complained:
            self._complained = True
            logger.warning("Redis: %s", why)

    # --- what Redis says ----------------------------------------------------------------------------------

    def _on_answer(self, reply: Any) -> None:
        """To an XADD, in the order in which they were sent, or to a question that went with one."""
        if self._ahead == 0:
            self._ahead = None
            self._on_entries(reply)
            return
        if isinstance(reply, hiredis.ReplyError):
            said = reason_of(reply)
            if said.startswith(_ELSEWHERE):  # it stays unanswered, and is sent to whoever has the stream
                self.reset(said)
                return
            self._counts["refused"] += 1
            self._complain(said)
        if self._unanswered and self._lost is not None and not self._lost.is_set():
            self._waiting_bytes -= len(self._unanswered.popleft())
            if self._ahead is not None:
                self._ahead -= 1

    def _on_entries(self, reply: Any) -> None:
        if isinstance(reply, hiredis.ReplyError):
            self.reset(reason_of(reply))
            return
        entries = reply[0][1] if reply else []
        dense = False
        if entries:
            last, self._read_at = self._read_at, asyncio.get_running_loop().time()
            dense = self._read_at - last < DENSE_S and len(entries) < self._at_once
            self._place, self._has_read = entries[-1][0], True
            self._at_once = min(AT_ONCE, 2 * self._at_once)
        if dense:
            self._pause = asyncio.get_running_loop().call_later(GATHER_S, self._read_on)
        else:
            self._read_on()  # before the work, so that Redis has it in time
        for _, fields in entries:
            self._heard(fields[1])

    def _read_on(self) -> None:
        """Waits in Redis for what comes next. There is one question at a time."""
        self._end_pause()
        if self._in is not None and self._place is not None:
            self._in.write(self._question(self._place, b"BLOCK", b"0"))

    def _ask_with_it(self) -> bytes:
        """A question that goes with an entry: its answer has at least that one."""
        self._end_pause()
        assert self._place is not None
        self._ahead = len(self._unanswered)
        return self._question(self._place)

    def _question(self, place: bytes, *how: bytes) -> bytes:
        count = b"%d" % self._at_once
        return command(b"XREAD", b"COUNT", count, *how, b"STREAMS", self._key, place)

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None


def _numbers(entry_id: bytes) -> tuple[int, int]:
    """An id of a stream, ``<ms>-<number>``, to compare."""
    ms, _, number = entry_id.partition(b"-")
    return int(ms), int(number or 0)
