"""Sending: from a checked message to the log, and from the log to everybody concerned."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from hub.audience import V2
from hub.connection import Connection
from hub.hub import Hub
from hub.ports.bus import Publication
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


def submit(app: "Services", message: Message, origin: Connection) -> Awaitable[None] | None:
    """A message from a socket; its ack or error reaches the connection later. None when the log has taken it,
    else what to wait for until it has."""
    return None if app.log.offer(message, origin) else app.log.append(message, origin)


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
    the message, so that a connection sees those of a conversation in their order."""
    publications = []
    for submission in batch:
        message, origin = submission.message, submission.origin
        is_new = submission.refusal is None and not submission.repeated
        connection = origin if isinstance(origin, Connection) and is_new else None
        if origin is not None and connection is None:
            origin.settled(message, submission.receipt, submission.refusal)
        if is_new:
            receipt = submission.receipt
            ack = frames.ack(message, receipt) if connection is not None and connection.v2 else ""
            origin_id = connection.id if connection is not None else 0
            audience = V2 if message.media == Media.NOTICE else None
            publications.append(
                Publication(message.encode(receipt), *_address(message), origin_id, ack, audience)
            )
    if publications:
        hub.publish(publications)
    hub.flush()


def _address(message: Message) -> tuple[tuple[int, ...], int]:
    """Users and group: the group's members; or the peer of a single chat and the sender's other devices."""
    if message.cmd == ROOM:
        return (), message.dstid
    return (message.dstid, message.userid), 0
