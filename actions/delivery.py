"""What becomes of a settled entry: whoever made it is told how it ended, and everybody concerned what is
new."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from actions.budget import RETRY_S
from hub.audience import V2
from hub.connection import Connection
from hub.hub import Hub
from hub.ports.bus import Publication
from log.entries import Befriend, CreateGroup, Entry, Join, Post, ReadMark
from log.log import Log
from metrics.histogram import Measures, Tally
from protocol import frames
from protocol.errors import Refusal, SlowDown
from protocol.messages import ROOM, SINGLE, Cmd, Media

logger = logging.getLogger("magpie.delivery")


class Waiter:
    """The origin of an entry that a call has made: it waits for the end."""

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def ended(self) -> None:
        """Returns once the entry is durable; raises its refusal."""
        await self._done

    def tell(self, entry: Entry) -> None:
        if self._done.done():  # nobody waits any more
            return
        if entry.refusal is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(entry.refusal)


async def commit(log: Log, entry: Entry) -> None:
    """Hands in an entry of a call. Returns once it is durable, with its results in it, or raises its refusal:
    `SlowDown` when the log has no room, since a call that waited would take as much itself."""
    waiter = entry.origin = Waiter()
    if not log.offer(entry):
        raise SlowDown(RETRY_S)
    await waiter.ended()


def submit(log: Log, entry: Entry) -> Awaitable[None] | None:
    """Hands in an entry of a connection, which is told later how it ended. None when the log has taken it,
    else what to wait for until it has."""
    return None if log.offer(entry) else log.append(entry)


class Delivery:
    """`settled` is what the log calls with each batch, in commit order. An ack goes the way of its message,
    so that a connection sees the numbers of a conversation in their order."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._items: list[Publication] = []
        self._messages = self._repeated = 0
        self._acked: list[float] = []  # when the frames came whose acks are written at the end of the batch
        self._refused = Tally()
        self._deliver: dict[type[Entry], Callable[[Any], None]] = {
            Post: self._post,
            ReadMark: self._read,
            Befriend: self._befriend,
            CreateGroup: self._create,
            Join: self._join,
        }

    @property
    def kinds(self) -> set[type[Entry]]:
        """What can be delivered."""
        return set(self._deliver)

    def refuse(self, connection: Connection, refusal: Refusal, cid: object) -> None:
        """A frame of this connection is refused; a classic one is not told."""
        self._refused[str(refusal.code)] += 1
        if connection.v2:
            connection.tell(frames.error(refusal, cid, connection.lang))

    def stats(self) -> dict[str, int]:
        """Since the start, `delivery_messages`: new messages; `delivery_repeated`: those that were stored
        already."""
        return {"delivery_messages": self._messages, "delivery_repeated": self._repeated}

    def measures(self) -> Measures:
        """`delivery_refused`: frames that were refused, by code."""
        return {"delivery_refused": self._refused}

    def settled(self, batch: Sequence[Entry], changes: Sequence[range]) -> None:
        for entry in batch:
            try:
                self._settle(entry)
            except Exception:  # a fault of ours: what is durable is told to all the others
                logger.exception("delivering a %s", type(entry).__name__)
        try:
            self._publish()
            self._hub.flush()
            if self._acked:
                acked, self._acked = self._acked, []
                self._hub.acks.observe_since(self._hub.clock(), acked)
        except Exception:  # who missed it sees a gap, and asks
            logger.exception("publishing a batch")

    def _settle(self, entry: Entry) -> None:
        origin = entry.origin
        if isinstance(origin, Waiter):
            origin.tell(entry)
        if entry.refusal is None:
            self._deliver[type(entry)](entry)
        elif isinstance(origin, Connection):
            self.refuse(origin, entry.refusal, entry.client_cid)

    def _publish(self) -> None:
        items, self._items = self._items, []
        if items:
            self._hub.publish(items)

    def _post(self, entry: Post) -> None:
        """A message: each other connection of all concerned gets it, and the one it came from its ack."""
        message, receipt, origin = entry.message, entry.receipt, entry.origin
        assert receipt is not None
        origin_id, ack = _origin_id(entry), ""
        if isinstance(origin, Connection) and origin.v2:
            ack = frames.ack(message, receipt)
        if entry.repeated:
            self._repeated += 1
            if isinstance(origin, Connection) and ack:
                origin.tell(ack)
            return
        self._messages += 1
        # A classic client would not know how to draw a notice.
        audience = V2 if message.media == Media.NOTICE else None
        text, dstid = message.encode(receipt), message.dstid
        if message.cmd == ROOM:
            self._items.append(Publication(text, (), dstid, origin_id, ack, audience, b"", entry.since))
        else:
            self._items.append(Publication(text, (dstid, message.userid), 0, origin_id, ack, audience))
            if ack and entry.since:
                self._acked.append(entry.since)

    def _read(self, entry: ReadMark) -> None:
        """A mark that moved: the reader's other connections learn it, and in a single chat the peer; who else
        reads a group is nobody's business there."""
        if not entry.stands:
            return
        event = frames.event(
            Cmd.READ, userid=entry.userid, kind=entry.kind, dstid=entry.dstid, seq=entry.stands
        )
        readers = (entry.userid, entry.dstid) if entry.kind == SINGLE else (entry.userid,)
        self._items.append(Publication(event, readers, origin=_origin_id(entry), audience=V2))

    def _befriend(self, entry: Befriend) -> None:
        """All pages of both hear of it."""
        added = frames.event(
            Cmd.CONTACT_CHANGED, what="added", userid=entry.userid, dstid=entry.dstid, kind=SINGLE
        )
        self._items.append(Publication(added, (entry.userid, entry.dstid), audience=V2))

    def _create(self, entry: CreateGroup) -> None:
        self._enter(entry, "created")

    def _join(self, entry: Join) -> None:
        if entry.joined:
            self._enter(entry, "joined")

    def _enter(self, entry: CreateGroup | Join, what: str) -> None:
        """Open connections listen to the group first, so that they get what is told to it: the event, then
        the notice. What was said before it is published before."""
        self._publish()
        self._hub.membership_changed(entry.userid, entry.dstid, joined=True)
        changed = frames.event(
            Cmd.COMMUNITY_CHANGED, what=what, dstid=entry.dstid, userid=entry.userid, kind=ROOM
        )
        self._items.append(Publication(changed, group=entry.dstid, audience=V2))
        if entry.notice is not None and entry.notice.refusal is None:
            self._post(entry.notice)


def _origin_id(entry: Entry) -> int:
    """The connection that has caused it and does not get it; 0 for none."""
    return entry.origin.id if isinstance(entry.origin, Connection) else 0
