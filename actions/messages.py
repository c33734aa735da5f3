"""Sending: from a checked message to the log, and from the log to everybody concerned."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from hub.broker import Publication
from hub.hub import Hub, room_channel, user_channel
from hub.node import Node
from log.log import Submission
from protocol import frames
from protocol.errors import Refusal
from protocol.messages import ROOM, Media, Message, Receipt

if TYPE_CHECKING:
    from actions.services import Services


class _Waiter:
    """The origin of a message that came by HTTP: somebody waits for how it ends."""

    def __init__(self) -> None:
        self.done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

    def settled(self, message: Message, receipt: Receipt | None, refusal: Refusal | None) -> None:
        if self.done.cancelled():
            return
        if receipt is not None:
            self.done.set_result(receipt)
        else:
            self.done.set_exception(refusal)


def submit(app: "Services", message: Message, node: Node) -> Awaitable[None] | None:
    """A message from a socket; its ack or error reaches the node later. None when the log has taken it, else
    what to wait for until it has."""
    return None if app.log.offer(message, node) else app.log.append(message, node)


async def send(app: "Services", message: Message) -> Receipt:
    """A message from a call. Returns its receipt once it is durable, or raises why not."""
    waiter = _Waiter()
    await app.log.append(message, waiter)
    return await waiter.done


async def notice(app: "Services", user_id: int, community_id: int, text: str) -> None:
    """A notice in a room about what `user_id` did there: stored and numbered like any message."""
    await send(app, Message(user_id, community_id, ROOM, Media.NOTICE, content=text))


def deliver(hub: Hub, batch: Sequence[Submission]) -> None:
    """What the log calls with each settled batch: acks and errors to where the messages came from, and each
    new message, encoded once, to everybody else who is concerned. An ack has its seq too: it goes the way of
    the message, so that a node sees those of a conversation in their order."""
    publications = []
    for submission in batch:
        message, origin = submission.message, submission.origin
        is_new = submission.refusal is None and not submission.repeated
        node = origin if isinstance(origin, Node) and is_new else None
        if origin is not None and node is None:
            origin.settled(message, submission.receipt, submission.refusal)
        if is_new:
            receipt = submission.receipt
            ack = frames.ack(message, receipt) if node is not None and node.v2 else ""
            origin_id = node.id if node is not None else 0
            notice = message.media == Media.NOTICE
            publications.append(
                Publication(_channels(message), message.encode(receipt), origin_id, ack, notice)
            )
    if publications:
        hub.publish(publications)
    hub.flush()


def _channels(message: Message) -> tuple[str, ...]:
    """A room's members; the peer of a single chat and the sender's other devices."""
    if message.cmd == ROOM:
        return (room_channel(message.dstid),)
    if message.dstid == message.userid:
        return (user_channel(message.userid),)
    return (user_channel(message.dstid), user_channel(message.userid))
