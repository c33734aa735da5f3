"""Decides who is pushed to. The process that has written a message asks for its readers once it has settled,
so that it is pushed once, whoever else runs; when that process dies first, nobody is: a push is a hint.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import to_builtins

from actions.gateways import Gateways, Push
from actions.looking import Looking, Place
from database.door import Database
from hub.hub import Hub
from hub.ports.control import Order, Shown
from log.entries import CreateGroup, Entry, Forward, Hold, Post, ReadMark
from log.entries.group import Act
from models import push
from models.ids import SEQ_BITS
from models.push import Aim, Browser, Said
from outgoing.addresses import Addresses, target_of
from outgoing.client import Client
from outgoing.webpush import Vapid
from protocol import rows
from protocol.clock import now_ms
from protocol.errors import TryAgain
from protocol.limits import MAX_PUSH_BODY, MAX_PUSH_TITLE
from protocol.messages import ROOM, Message, Receipt
from protocol.push import HINT, NAME, Pushed, Read, ReadElsewhere, cut, one_line, preview
from protocol.settings import is_quiet

if TYPE_CHECKING:
    from config import Push as Settings

logger = logging.getLogger("magpie.push")

#: Messages that wait to be looked at, and that are looked at together.
MOST, _TOGETHER = 10_000, 100
#: Readers whose words are looked for together, so that a large group holds up no other query.
_READERS = 50
#: Conversations of readers of which something may be shown.
_SHOWN = 100_000
#: Seconds until it is tried again when the database is away.
_PAUSE_S = 1.0


class Pushing:
    """Begins with `start` and ends with `close`. `note` is told of every settled batch, and nothing waits
    for what comes of it."""

    def __init__(
        self,
        db: Database,
        hub: Hub,
        key: bytes,
        config: "Settings",
        idle_ms: int,
        now: Callable[[], int] = now_ms,
    ) -> None:
        self.vapid = Vapid(key, config.contact)
        #: For addresses that users name; those of deliveries have their own threads, which nobody else holds.
        self.checked = Addresses(config.allow)
        self._addresses = Addresses(config.allow)
        self._db, self._hub, self._idle_ms, self._now = db, hub, idle_ms, now
        self._silent = tuple(host.lower() for host in config.silent)
        self._looking = Looking(hub)
        self._gateways = Gateways(Client(self._addresses), self.vapid, config.ttl, self._stands, self._gone)
        self._posts: deque[tuple[Message, Receipt]] = deque()
        self._reads: deque[tuple[int, int, int, int]] = deque()
        self._shown: OrderedDict[tuple[int, int], None] = OrderedDict()  # (user, conversation)
        self._there = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        hub.ports.control.listen(self._obey)

    def start(self) -> None:
        """Call it on the loop."""
        self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """What waits is dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._gateways.close()
        self._addresses.close()
        self.checked.close()

    def note(self, entries: Sequence[Entry]) -> None:
        """That these are settled."""
        if self._task is None:
            return
        for entry in entries:
            if entry.refusal is not None:
                continue
            if isinstance(entry, ReadMark):
                self._note_read(entry)
            for post in _posts(entry):
                if post.receipt is None or post.repeated:
                    continue
                if len(self._posts) >= MOST:
                    self._gateways.drop()
                    continue
                # No more than that here: most messages are pushed to nobody.
                self._posts.append((post.delivered, post.receipt))
                self._there.set()

    def stats(self) -> dict[str, int]:
        """`push_undecided`: messages of which it is not known yet who is pushed to; and as
        `actions.gateways.Gateways`."""
        return {"push_undecided": len(self._posts), **self._gateways.stats()}

    # --- the task -------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            if not self._posts and not self._reads:
                self._there.clear()
                await self._there.wait()
            posts = [self._posts.popleft() for _ in range(min(_TOGETHER, len(self._posts)))]
            reads = [self._reads.popleft() for _ in range(min(_TOGETHER, len(self._reads)))]
            try:
                await self._push(posts, time.monotonic())
                await self._close_shown(reads)
            except TryAgain:
                self._gateways.drop(len(posts))
                await asyncio.sleep(_PAUSE_S)
            except Exception:
                self._gateways.drop(len(posts))
                logger.exception("looking for whom to push to")

    async def _push(self, posts: Sequence[tuple[Message, Receipt]], born_s: float) -> None:
        now = self._now()
        told = [_said(*post) for post in posts]
        aims = await self._db.read(push.aims, told, now, self._idle_ms)
        for (message, receipt), said, readers in zip(posts, told, aims):
            awake = [aim for aim in readers if not (aim.quiet and is_quiet(aim.quiet, now))]
            if not awake:
                continue
            looked = await self._looking.among([_place(said, aim.user_id) for aim in awake])
            wanted = [aim for aim in awake if _place(said, aim.user_id) not in looked]
            for at in range(0, len(wanted), _READERS):
                await self._push_to(wanted[at : at + _READERS], said, message.row(receipt), born_s)

    async def _push_to(
        self, readers: Sequence[Aim], said: Said, message: rows.Message, born_s: float
    ) -> None:
        words = await self._db.read(push.words, said, [aim.user_id for aim in readers])
        if words is None:
            return  # taken back meanwhile
        for aim in readers:
            self._hub.order([Shown(aim.user_id, said.conversation_id)])
            topic = self.vapid.topic(aim.user_id, said.conversation_id)
            place = _place(said, aim.user_id)
            for browser in aim.browsers:
                payload = _payload(said, message, words[aim.user_id], aim.plain, browser.lang, place)
                where = aim.user_id, said.conversation_id, said.seq
                self._gateways.submit(Push(browser, payload, topic, "high", born_s, where))

    async def _stands(self, one: Push) -> bool:
        user_id, conversation_id, seq = one.aim
        if not seq:
            return True  # nothing but that something was read
        where = user_id, one.browser.id, conversation_id, seq
        try:
            return await self._db.read(push.stands, *where, self._now(), self._idle_ms)
        except TryAgain:
            return True

    async def _gone(self, one: Push) -> None:
        try:
            await self._db.write_always(push.drop, one.browser.id)
        except TryAgain:
            pass  # the gateway will say it again

    # --- what was read elsewhere ----------------------------------------------------------------------------

    def _obey(self, order: Order) -> None:
        if isinstance(order, Shown) and self._silent:
            self._shown[order.user_id, order.conversation_id] = None
            if len(self._shown) > _SHOWN:
                self._shown.popitem(last=False)

    def _note_read(self, entry: ReadMark) -> None:
        if entry.stands and self._shown and len(self._reads) < MOST:
            self._reads.append((entry.userid, entry.kind, entry.dstid, entry.stands))
            self._there.set()

    async def _close_shown(self, reads: Sequence[tuple[int, int, int, int]]) -> None:
        for user_id, kind, dstid, seq in reads:
            found = await self._db.read(push.shown, user_id, kind, dstid, self._now(), self._idle_ms)
            if found is None or self._shown.pop((user_id, found[0]), 0) == 0:
                continue
            conversation_id, browsers = found
            payload = to_builtins(ReadElsewhere(Read(kind, dstid, seq)))
            topic = self.vapid.topic(user_id, conversation_id)
            for browser in browsers:
                if self._takes_silence(browser):
                    where = user_id, conversation_id, 0
                    self._gateways.submit(Push(browser, payload, topic, "low", time.monotonic(), where))

    def _takes_silence(self, browser: Browser) -> bool:
        host = target_of(browser.endpoint).host.lower()
        return any(host == ours or host.endswith(f".{ours}") for ours in self._silent)


def _posts(entry: Entry) -> Iterable[Post]:
    """The messages that an entry has brought to people: none while it waits for a review."""
    if isinstance(entry, Forward):
        return entry.posts
    if isinstance(entry, (Act, CreateGroup)):
        return (entry.notice,) if entry.notice is not None and entry.notice.refusal is None else ()
    if isinstance(entry, Hold) and entry.review is not None:
        return ()
    return (entry,) if isinstance(entry, Post) else ()


def _said(message: Message, receipt: Receipt) -> Said:
    conversation_id = receipt.id >> SEQ_BITS
    where = message.userid, message.cmd, message.dstid
    return Said(conversation_id, receipt.seq, *where, message.media, message.at or ())


def _place(said: Said, user_id: int) -> Place:
    """The conversation as this reader sees it."""
    return user_id, said.kind, said.dstid if said.kind == ROOM else said.author


def _payload(
    said: Said, message: rows.Message, words: push.Words, plain: bool, lang: str, place: Place
) -> dict[str, object]:
    en = lang == "en"
    title, body = NAME[en], HINT[en]
    if not plain:
        title = cut(one_line(words.title), MAX_PUSH_TITLE) or NAME[en]
        text = preview(message, lang)
        body = cut(f"{one_line(words.author)}: {text}" if words.author else text, MAX_PUSH_BODY)
    _, kind, dstid = place
    payload: dict[str, object] = to_builtins(
        Pushed(title, body, kind, dstid, message.id, said.seq, words.badge)
    )
    return payload
