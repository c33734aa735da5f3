"""Previews of links: after a message is stored, whoever stored it looks what the page behind its link says.

Nobody waits for that, and nothing is owed: what a process that ends had still to look at stays without. What
it finds goes into the message by the log, as a change of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from actions.committing import commit
from actions.fetching import PORTS, look
from log.entries import Edit, Entry, Forward, Hold, Post
from log.entries import Preview as Shown
from media.turns import Turns
from models import previews, settings
from outgoing.addresses import Addresses, Forbidden
from outgoing.client import Client, Unreachable
from protocol import frames, rows
from protocol.changes import ChangeAck
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.messages import Media
from protocol.previews import RemovePreview, address_in

if TYPE_CHECKING:
    import config
    from actions.services import Services

log = logging.getLogger("magpie.previews")

#: Pages that one process looks at together, and how long a link waits for its turn.
AT_ONCE, PATIENCE_S = 4, 60.0
#: Seconds between two looks at what another one has found out, and how many.
LOOK_S, LOOKS = 0.5, 30


class Linked(NamedTuple):
    """A message with a link, as its author means the conversation."""

    userid: int
    kind: int
    dstid: int
    id: int
    address: str


class Previews:
    """Begins with `start`, ends with `close`. `note` is told of every settled batch."""

    def __init__(self, settings: config.Previews) -> None:
        self._enabled = settings.enabled
        self._addresses = Addresses(settings.allow, PORTS)
        self._client = Client(self._addresses)
        self._turns = Turns(AT_ONCE)
        self._app: Services | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown = self._fetched = self._nothing = self._forbidden = self._dropped = 0

    def start(self, app: Services) -> None:
        """Call it on the loop."""
        if self._enabled:
            self._app = app

    def note(self, entries: Sequence[Entry]) -> None:
        """That these are settled."""
        if self._app is None:
            return
        for entry in entries:
            if entry.refusal is None:
                for linked in _linked(entry):
                    self._begin(self._app, linked)

    async def close(self) -> None:
        """What was not looked at stays without a preview."""
        self._app = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._addresses.close()

    def stats(self) -> dict[str, int]:
        """`previews_waiting`: links whose page is looked at, or will be. Since the start, `previews_shown`:
        messages that got one; `previews_fetched`: pages that were asked for, of which `previews_nothing` gave
        nothing and `previews_forbidden` lay where nobody may look; `previews_dropped`: links that were too
        many."""
        return {
            "previews_waiting": len(self._tasks),
            "previews_shown": self._shown,
            "previews_fetched": self._fetched,
            "previews_nothing": self._nothing,
            "previews_forbidden": self._forbidden,
            "previews_dropped": self._dropped,
        }

    # --- one link -----------------------------------------------------------------------------------------

    def _begin(self, app: Services, linked: Linked) -> None:
        try:
            held = app.budget.hold("previews", linked.userid)
        except Refusal:
            self._dropped += 1
            return
        try:
            app.budget.take("preview", linked.userid)
        except Refusal:
            held.release()
            self._dropped += 1
            return
        task = asyncio.get_running_loop().create_task(self._preview(app, linked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: held.release())

    async def _preview(self, app: Services, linked: Linked) -> None:
        try:
            async with self._turns.turn(linked.userid, PATIENCE_S):
                wanted = await app.db.read(settings.settings_of, linked.userid)
                found = await self._known(app, linked.address) if wanted["previews"] else None
            texts = (found["title"], found.get("desc", ""), found.get("site", "")) if found else ()
            if found is None or any(map(app.words.finds, texts)):
                return
            entry = Shown(linked.userid, linked.kind, linked.dstid, linked.id, found)
            await commit(app.log, entry)
            self._shown += entry.told is not None
        except TimeoutError:
            self._dropped += 1
        except Refusal as refusal:  # its author has left, the database is away: it stays without
            log.debug("no preview: %s", refusal)
        except Exception:  # a fault of ours, and the next link is another one
            log.exception("previews")

    async def _known(self, app: Services, address: str) -> rows.Preview | None:
        """What the page says, from whoever has looked already, or by looking."""
        for _ in range(LOOKS):
            claimed = await app.db.write(previews.claim, address, now_ms())
            if claimed == "busy":
                await asyncio.sleep(LOOK_S)
                continue
            if claimed == "mine":
                found = await self._look(app, address)
                await app.db.write(previews.learn, address, found, now_ms())
                return found
            return None if claimed == "nothing" else claimed
        return None

    async def _look(self, app: Services, address: str) -> rows.Preview | None:
        self._fetched += 1
        try:
            found = await look(app, self._client, address)
        except Forbidden as why:
            self._forbidden += 1
            log.debug("a link that nobody may look at: %s", why)
            return None
        except Unreachable as why:
            log.debug("no page: %s", why)
            found = None
        self._nothing += found is None
        return found


def _linked(entry: Entry) -> Iterable[Linked]:
    """The messages with a link that an entry has written, or given another text."""
    if isinstance(entry, Edit):
        if entry.told is not None and "preview" not in entry.told:
            yield from _with_link(entry, entry.message_id, Media.TEXT, entry.content, "")
        return
    posts = entry.posts if isinstance(entry, Forward) else [entry] if isinstance(entry, Post) else []
    for post in posts:
        if post.repeated or post.receipt is None or (isinstance(post, Hold) and post.review is not None):
            continue
        message = post.message
        yield from _with_link(post, post.receipt.id, message.media, message.content, message.url)


def _with_link(entry: Entry, message_id: int, media: int, content: str, url: str) -> Iterable[Linked]:
    if address := address_in(media, content, url):
        yield Linked(entry.userid, entry.kind, entry.dstid, message_id, address)


async def remove(app: Services, user_id: int, command: RemovePreview) -> ChangeAck:
    """Takes a preview away. Returns once that is durable, or raises why not."""
    entry = Shown(user_id, command.kind, command.dstid, command.id, None)
    await commit(app.log, entry)
    assert entry.receipt is not None
    return frames.change_ack(None, command.id, entry.receipt, command.kind, command.dstid)


async def forget(app: Services) -> int:
    """Deletes what was known of pages for too long; how much."""
    return await app.db.write(previews.forget, now_ms())
