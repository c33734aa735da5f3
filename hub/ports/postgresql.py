"""PostgreSQL as the line between processes: NOTIFY and LISTEN, no second service.

What the log tells goes out inside the log's own transaction (`Told`), so it arrives in the order of the
commits, and whoever has committed has told. Everything else is said on a connection of the line's own.
"""

import asyncio
import logging
import random
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections import deque
from collections.abc import Callable, Sequence

import psycopg
import psycopg.sql

from hub.ports.line import LineError
from hub.ports.outbox import Send

logger = logging.getLogger("magpie.bus")

#: Bytes of one notification's letter: PostgreSQL takes texts of less than 8000 bytes, and base64 makes three
#: bytes four.
PART_BYTES = 5900
#: Bytes that may wait to be sent; what comes then is lost.
MOST_WAITING = 4 << 20
CONNECT_S = 3.0
#: Seconds for which the start tries again while nobody answers.
FIRST_S = 10.0
#: Seconds between two tries, at first and at most.
PAUSE_S, MOST_PAUSE_S = 0.05, 1.0
#: Seconds for what was said last to go out, at the end.
LAST_S = 0.5

_TELL = "SELECT pg_notify(%s, %s)"
_TELL_ALL = "SELECT pg_notify(%s, part) FROM unnest(%s::text[]) WITH ORDINALITY AS p(part, i) ORDER BY i"
#: So many parts at most are told one by one: a list of one is three times as dear as that one.
_FEW = 3


def parts_of(letter: bytes) -> list[str]:
    """A letter as texts to notify, in this order and in one transaction. Each names its number and how many
    there are: of two equal ones in a transaction PostgreSQL would tell only the first."""
    pieces = [letter[start : start + PART_BYTES] for start in range(0, len(letter), PART_BYTES)]
    return [f"{i}/{len(pieces)} {b64encode(piece).decode()}" for i, piece in enumerate(pieces, 1)]


class Parts:
    """Puts letters together again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def add(self, text: str) -> bytes | None:
        """The letter whose last part this is. Parts of one transaction come one after the other."""
        place, _, piece = text.partition(" ")
        number, _, count = place.partition("/")
        if number == "1":
            self._pieces.clear()
        try:
            self._pieces.append(b64decode(piece, validate=True))
        except NoBase64:
            return None  # nothing of ours
        if number != count:
            return None
        letter = b"".join(self._pieces) if str(len(self._pieces)) == count else None
        self._pieces.clear()
        return letter


class PostgresqlLine:
    """A `hub.ports.line.Line`. `url` is the database's, `channel` what we listen to there."""

    def __init__(self, url: str, channel: str) -> None:
        self._url, self._channel = url, channel
        self._heard: Callable[[bytes], None] = lambda letter: None
        self._opened: Callable[[bool], None] = lambda kept: None
        self._closed: Callable[[str], None] = lambda why: None
        self._queue: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._end: asyncio.Event | None = None  # of the connections that are open now
        self._why = ""
        self._complained = False
        self._counts = {"connects": 0}

    def listen(
        self, heard: Callable[[bytes], None], opened: Callable[[bool], None], closed: Callable[[str], None]
    ) -> None:
        self._heard, self._opened, self._closed = heard, opened, closed

    async def open(self) -> None:
        end = asyncio.get_running_loop().time() + FIRST_S
        while True:
            try:
                pair = await self._connect()
                break
            except LineError:
                if asyncio.get_running_loop().time() > end:
                    raise
                await asyncio.sleep(MOST_PAUSE_S / 4)
        self._keeper = asyncio.get_running_loop().create_task(self._keep(pair))

    def send(self, letter: bytes) -> bool:
        if self._end is None or self._waiting_bytes + len(letter) > MOST_WAITING:
            return False  # nobody would hear it later: who listens again is told that something was lost
        self._queue.append(letter)
        self._waiting_bytes += len(letter)
        self._wake.set()
        return True

    def reset(self, why: str) -> None:
        self._why = why
        if self._end is not None:
            self._end.set()

    async def close(self) -> None:
        end = asyncio.get_running_loop().time() + LAST_S
        while self._queue and self._end is not None and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.01)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    def stats(self) -> dict[str, int]:
        """`waiting_bytes`: of what was not sent yet; `connects`: how often the line was opened."""
        return {"waiting_bytes": self._waiting_bytes, **self._counts}

    # --- opening, again and again -------------------------------------------------------------------------

    async def _keep(self, pair: "_Pair | None") -> None:
        """It must not end: nobody would notice."""
        pause = PAUSE_S
        while True:
            try:
                if pair is None:
                    await asyncio.sleep(pause * (0.5 + random.random()))
                    pause = min(MOST_PAUSE_S, pause * 2)
                    pair = await self._connect()
                await self._run(pair)
                pause = PAUSE_S
            except LineError as error:
                if not self._complained:
                    self._complained = True
                    logger.warning("PostgreSQL: %s", error)
            except Exception:
                logger.exception("the line to PostgreSQL")
            pair = None

    async def _connect(self) -> "_Pair":
        """One connection listens, the other sends. Raises `LineError`."""
        made: list[psycopg.AsyncConnection[tuple[object, ...]]] = []
        try:
            async with asyncio.timeout(CONNECT_S):
                made.append(await psycopg.AsyncConnection.connect(self._url, autocommit=True))
                made.append(await psycopg.AsyncConnection.connect(self._url, autocommit=True))
                channel = psycopg.sql.Identifier(self._channel)
                await made[0].execute(psycopg.sql.SQL("LISTEN {}").format(channel))
        except (psycopg.Error, OSError, TimeoutError) as error:
            for connection in made:
                await connection.close()
            said = " ".join(str(error).split()) or f"no answer in {CONNECT_S:.0f} s"
            raise LineError(said) from None
        return made[0], made[1]

    async def _run(self, pair: "_Pair") -> None:
        """Until one of the connections ends, or is to be given up."""
        self._counts["connects"] += 1
        self._complained, self._why = False, "the connection has ended"
        self._end = asyncio.Event()
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._listen(pair[0])), loop.create_task(self._send_all(pair[1]))]
        for task in tasks:
            task.add_done_callback(self._ended)
        try:
            self._opened(False)
            await self._end.wait()
        finally:
            self._end = None
            self._queue.clear()
            self._waiting_bytes = 0
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for connection in pair:
                await connection.close()
            self._closed(self._why)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, (psycopg.Error, OSError)):
            logger.error("the line to PostgreSQL", exc_info=error)
        if self._end is not None:
            self._end.set()

    async def _listen(self, connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> None:
        """Straight from libpq: psycopg's generator takes several turns of the loop for each notification."""
        parts, libpq, loop = Parts(), connection.pgconn, asyncio.get_running_loop()
        place = libpq.socket  # libpq forgets it when the connection ends
        ended: asyncio.Future[None] = loop.create_future()

        def read() -> None:
            try:
                libpq.consume_input()
                while (notice := libpq.notifies()) is not None:
                    letter = parts.add(notice.extra.decode("ascii", "replace"))
                    if letter is not None:
                        self._heard(letter)
            except Exception as error:
                loop.remove_reader(place)  # at once: the number may be another socket's soon
                if not ended.done():
                    ended.set_exception(error)

        loop.add_reader(place, read)
        try:
            await ended
        finally:
            if not ended.done() or ended.cancelled():
                loop.remove_reader(place)

    async def _send_all(self, connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                letters, size = list(self._queue), self._waiting_bytes
                self._queue.clear()
                texts = [part for letter in letters for part in parts_of(letter)]
                if len(texts) == 1:
                    await connection.execute(_TELL, (self._channel, texts[0]))
                else:
                    await connection.execute(_TELL_ALL, (self._channel, texts))
                self._waiting_bytes -= size


_Pair = tuple["psycopg.AsyncConnection[tuple[object, ...]]", "psycopg.AsyncConnection[tuple[object, ...]]"]


def sender(channel: str) -> Send:
    """For `hub.ports.outbox`: puts letters into somebody else's transaction. They are heard if it commits,
    and after it did."""

    def send(execute: Callable[..., object], letters: Sequence[bytes]) -> None:
        parts = [part for letter in letters for part in parts_of(letter)]
        if len(parts) > _FEW:
            execute(_TELL_ALL, (channel, parts))
            return
        for part in parts:
            execute(_TELL, (channel, part))

    return send
