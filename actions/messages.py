"""Sending: from a checked message to the log, and from the log to everybody concerned."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.broker import Publication
from hub.hub import Hub, room_channel, user_channel
from hub.node import Node
from models.log import Submission
from protocol.errors import Refusal
from protocol.message import ROOM, Media, Message

if TYPE_CHECKING:
    from actions.services import Services


class _Waiter:
    """The origin of a message that came by HTTP: somebody waits for how it ends."""

    def __init__(self) -> None:
        self.done: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

    def settled(self, message: Message, refusal: Refusal | None) -> None:
        if self.done.cancelled():
            return
        if refusal is None:
            self.done.set_result(message)
        else:
            self.done.set_exception(refusal)


async def submit(app: "Services", message: Message, node: Node) -> None:
    """A message from a socket. Returns when the log has taken it; its ack or error reaches the node later."""
    await app.log.append(message, node)


async def send(app: "Services", message: Message) -> Message:
    """A message from a call. Returns it with id, seq, ver and createat once it is durable, or raises why not."""
    waiter = _Waiter()
    await app.log.append(message, waiter)
    return await waiter.done


async def notice(app: "Services", user_id: int, community_id: int, text: str) -> None:
    """A notice in a room about what `user_id` did there: stored and numbered like any message."""
    await send(app, Message(user_id, community_id, ROOM, Media.NOTICE, content=text))


def deliver(hub: Hub, batch: Sequence[Submission]) -> None:
    """What the log calls with each settled batch: acks and errors to where the messages came from, and each new
    message, encoded once, to everybody else who is concerned. One after the other: an ack has its seq too, and a
    node sees those of a conversation in their order."""
    for submission in batch:
        message, origin = submission.message, submission.origin
        if origin is not None:
            origin.settled(message, submission.refusal)
        if submission.refusal is None and not submission.repeated:
            skip = origin.id if isinstance(origin, Node) else ""
            notice = message.media == Media.NOTICE
            hub.publish([Publication(_channels(message), message.encode(), skip, v2_only=notice)])


def _channels(message: Message) -> tuple[str, ...]:
    """A room's members; the peer of a single chat and the sender's other devices."""
    if message.cmd == ROOM:
        return (room_channel(message.dstid),)
    if message.dstid == message.userid:
        return (user_channel(message.userid),)
    return (user_channel(message.dstid), user_channel(message.userid))
