"""Keeps the index of messages equal to the log, in the background.

A settled batch says in which conversations something came, and a moment later that is put into the index, a
few hundred messages at a time. What nobody said, since a process was killed, is found by comparing all
conversations with the index: at the start, and now and then.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence

from database.door import Database
from log.entries import Change, CreateGroup, Entry, Forward, Join, Post
from models import indexing
from models.ids import SEQ_BITS
from protocol.clock import now_ms
from protocol.errors import TryAgain

logger = logging.getLogger("magpie.indexing")

#: Seconds from the first news to the index: what comes meanwhile goes with it.
DELAY_S = 0.2
#: Seconds from the start to the first comparison of all, since clients come back then; and between two, which
#: are so many times as long as the last one took, at least: it walks over all conversations.
START_S, PERIOD_S = 1.0, 60.0
_REST = 200
#: Messages of one transaction, and conversations that are looked at for it.
_MESSAGES, _CONVERSATIONS = 200, 200
#: Of the time, so much is for the index, by how many messages a second have settled lately: up to the first
#: number it is found within a second, above the last one the index waits until there is less to do.
_SHARES = ((50, 0.6), (1500, 0.25), (float("inf"), 0.03))
#: Seconds of a long pause after which it is looked whether there is less to do.
_LOOK_S = 0.5
#: Seconds between two transactions that empty it.
_EMPTYING_PAUSE_S = 0.01
#: Seconds until it is tried again when the database is away, doubled each time up to the second.
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.5, 10.0


class Indexing:
    """Begins with `start` and ends with `close`. `note` is told of every settled batch."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._dirty: dict[int, None] = {}  # conversations, in the order in which they became so
        self._broken: set[int] = set()  # conversations that could not be indexed
        self._there = asyncio.Event()  # set while there is something to do
        self._task: asyncio.Task[None] | None = None
        self._settled, self._stepped = 0, 0.0  # messages since the last step, and when that was
        self._behind = 0  # versions, as the last comparison has found
        self._messages = self._steps = 0

    def start(self) -> None:
        """Call it on the loop."""
        self._task = asyncio.get_running_loop().create_task(self._work())

    def note(self, entries: Sequence[Entry]) -> None:
        """That these are settled."""
        for entry in entries:
            for one in _written(entry) if entry.refusal is None else ():
                if one.receipt is not None:
                    self._dirty[one.receipt.id >> SEQ_BITS] = None
                    self._settled += 1
        if self._dirty:
            self._there.set()

    async def close(self) -> None:
        """What is not in the index yet will be after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def stats(self) -> dict[str, int]:
        """`index_waiting`: conversations of which something is not in the index yet, as far as they are
        known; `index_behind`: by how many messages and changes the index was behind when all were compared
        last; `index_messages`, `index_steps`: messages put into it, and transactions, since the start;
        `index_failed`: conversations left out since they could not be indexed."""
        return {
            "index_waiting": len(self._dirty),
            "index_behind": self._behind,
            "index_messages": self._messages,
            "index_steps": self._steps,
            "index_failed": len(self._broken),
        }

    async def catch_up(self) -> None:
        """Returns once nothing that was stored before is missing in the index; waits where the database is
        away. For who has not called `start`."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._compare()
                if not self._dirty:
                    return
                pause_s = _FIRST_PAUSE_S
            except TryAgain:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LAST_PAUSE_S)

    async def empty(self) -> None:
        """Takes all out of the index, if that was begun."""
        while not await self._db.write_always(indexing.empty):
            await asyncio.sleep(_EMPTYING_PAUSE_S)

    # --- the task -----------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Round after round, until it is cancelled: a comparison of all, then what comes until the next."""
        pause_s = _FIRST_PAUSE_S
        due = time.monotonic() + START_S
        while True:
            try:
                if time.monotonic() >= due:
                    took_s = await self._compare()
                    due = time.monotonic() + max(PERIOD_S, _REST * took_s)
                await self._news(due)
                pause_s = _FIRST_PAUSE_S
            except TryAgain:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LAST_PAUSE_S)
            except Exception:
                logger.exception("indexing")
                await asyncio.sleep(_LAST_PAUSE_S)

    async def _news(self, until: float) -> None:
        """Waits for news and puts them into the index."""
        if not self._dirty:
            self._there.clear()
            try:
                async with asyncio.timeout(max(0.0, until - time.monotonic())):
                    await self._there.wait()
            except TimeoutError:
                return
            await asyncio.sleep(DELAY_S)
        while self._dirty and time.monotonic() < until:
            await self._step()

    async def _compare(self) -> float:
        """All conversations with the index; what is missing in it is put there on the way. The seconds that
        the looking took."""
        if await self._db.read(indexing.is_to_be_emptied):
            await self.empty()
        place, behind, took_s = 0, 0, 0.0
        while True:
            began = time.monotonic()
            found, place, count = await self._db.read_much(indexing.behind, place, _CONVERSATIONS)
            took_s += time.monotonic() - began
            behind += count
            self._behind = max(self._behind, behind)
            self._dirty |= dict.fromkeys(found)
            while len(self._dirty) >= _CONVERSATIONS or (self._dirty and not place):
                await self._step()
            if not place:
                self._behind = 0
                return took_s
            await asyncio.sleep(0)

    async def _step(self) -> None:
        """One transaction that reads, and one that writes; then a pause, so that others have their share."""
        began, share = time.monotonic(), self._share()
        self._settled, self._stepped = 0, began
        taken = [one for one, _ in zip(list(self._dirty), range(_CONVERSATIONS))]
        for one in taken:
            self._dirty.pop(one, None)
        try:
            await self._index([one for one in taken if one not in self._broken])
        except BaseException:
            self._dirty |= dict.fromkeys(taken)
            raise
        took_s = time.monotonic() - began
        pause_s = took_s * (1 / share - 1)
        while True:
            await asyncio.sleep(min(pause_s, _LOOK_S))
            pause_s -= _LOOK_S
            if pause_s <= 0 or self._share() > share:  # less comes meanwhile
                return

    def _share(self) -> float:
        """Of the time, so much is for the index now."""
        rate = self._settled / max(time.monotonic() - self._stepped, DELAY_S)
        return next(share for most, share in _SHARES if rate <= most)

    async def _index(self, conversation_ids: Sequence[int]) -> None:
        if not conversation_ids:
            return
        try:
            gathered = await self._db.read_much(indexing.gather, conversation_ids, _MESSAGES)
            if gathered.news:
                self._messages += await self._db.write(indexing.write, gathered, now_ms())
                self._steps += 1
        except TryAgain:
            raise
        except Exception:
            if len(conversation_ids) > 1:  # each by itself, so that one which can't be does not stop all
                for one in conversation_ids:
                    await self._index([one])
                return
            logger.exception("indexing: conversation %d is left out until the next start", *conversation_ids)
            self._broken.update(conversation_ids)
            return
        self._dirty |= dict.fromkeys(gathered.left)


def _written(entry: Entry) -> Iterable[Post | Change]:
    """What an entry has put into conversations, or has changed there."""
    if isinstance(entry, (CreateGroup, Join)):
        return [entry.notice] if entry.notice is not None else ()
    if isinstance(entry, Forward):
        return entry.posts
    return [entry] if isinstance(entry, (Post, Change)) else ()
