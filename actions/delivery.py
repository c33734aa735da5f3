"""What becomes of a settled entry: whoever made it is told how it ended, and everybody concerned what is
new."""

import asyncio
from collections.abc import Callable, Sequence

from hub.broker import Joined, Publication
from hub.hub import Hub, room_channel, user_channel
from hub.node import Node
from log.entries import Befriend, CreateGroup, Entry, Join, Post, ReadMark
from log.log import Log
from protocol import frames
from protocol.messages import ROOM, SINGLE, Cmd, Media

Items = list[Publication | Joined]


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
    """Appends an entry of a call. Returns once it is durable, with its results in it, or raises its
    refusal."""
    waiter = entry.origin = Waiter()
    await log.append(entry)
    await waiter.ended()


def deliver(hub: Hub, batch: Sequence[Entry]) -> None:
    """What the log calls with each settled batch, in commit order. An ack goes the way of its message, so
    that a connection sees the numbers of a conversation in their order."""
    items: Items = []
    for entry in batch:
        if entry.refusal is not None:
            _refuse(entry)
        else:
            _SETTLED[type(entry)](entry, items)
    if items:
        hub.publish(items)
    hub.flush()


def _refuse(entry: Entry) -> None:
    origin = entry.origin
    if isinstance(origin, Waiter):
        origin.tell(entry)
    elif isinstance(origin, Node) and origin.v2 and entry.refusal is not None:
        origin.tell(frames.error(entry.refusal, entry.client_cid, origin.lang))


def _post(entry: Post, items: Items) -> None:
    """A message: each other connection of all concerned gets it, and the one it came from its ack."""
    message, receipt, origin = entry.message, entry.receipt, entry.origin
    assert receipt is not None
    node = origin if isinstance(origin, Node) else None
    if isinstance(origin, Waiter):
        origin.tell(entry)
    if entry.repeated:
        if node is not None and node.v2:
            node.tell(frames.ack(message, receipt))
        return
    if message.cmd == ROOM:
        channels: tuple[str, ...] = (room_channel(message.dstid),)
    elif message.dstid == message.userid:
        channels = (user_channel(message.userid),)
    else:
        channels = (user_channel(message.dstid), user_channel(message.userid))
    ack = frames.ack(message, receipt) if node is not None and node.v2 else ""
    notice = message.media == Media.NOTICE  # which classic clients would not know how to draw
    items.append(
        Publication(channels, message.encode(receipt), node.id if node is not None else 0, ack, notice)
    )


def _read(entry: ReadMark, items: Items) -> None:
    """A mark that moved: the reader's other connections learn it, and in a single chat the peer; who else
    reads a room is nobody's business there."""
    origin = entry.origin
    if isinstance(origin, Waiter):
        origin.tell(entry)
    if not entry.stands:
        return
    event = frames.event(Cmd.READ, userid=entry.userid, kind=entry.kind, dstid=entry.dstid, seq=entry.stands)
    readers = {entry.userid, entry.dstid} if entry.kind == SINGLE else {entry.userid}
    channels = tuple(user_channel(reader) for reader in sorted(readers))
    origin_id = origin.id if isinstance(origin, Node) else 0
    items.append(Publication(channels, event, origin_id, v2_only=True))


def _befriend(entry: Befriend, items: Items) -> None:
    """All pages of both hear of it."""
    added = frames.event(
        Cmd.CONTACT_CHANGED, what="added", userid=entry.userid, dstid=entry.dstid, kind=SINGLE
    )
    channels = (user_channel(entry.userid), user_channel(entry.dstid))
    items.append(Publication(channels, added, v2_only=True))
    _tell(entry)


def _create(entry: CreateGroup, items: Items) -> None:
    _enter(entry, "created", items)


def _join(entry: Join, items: Items) -> None:
    if entry.joined:
        _enter(entry, "joined", items)
    else:
        _tell(entry)


def _enter(entry: CreateGroup | Join, what: str, items: Items) -> None:
    """Open connections listen to the group first, so that they get what is told to it: the event, then the
    notice."""
    items.append(Joined(entry.userid, entry.dstid))
    changed = frames.event(
        Cmd.COMMUNITY_CHANGED, what=what, dstid=entry.dstid, userid=entry.userid, kind=ROOM
    )
    items.append(Publication((room_channel(entry.dstid),), changed, v2_only=True))
    if entry.notice is not None:
        _post(entry.notice, items)
    _tell(entry)


def _tell(entry: Entry) -> None:
    if isinstance(entry.origin, Waiter):
        entry.origin.tell(entry)


_SETTLED: dict[type[Entry], Callable[..., None]] = {
    Post: _post,
    ReadMark: _read,
    Befriend: _befriend,
    CreateGroup: _create,
    Join: _join,
}
