"""Sending: from a checked message to the log. What becomes of it afterwards is in `actions.delivery`."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from actions import delivery
from hub.connection import Connection
from log.entries import Post
from protocol.messages import Message, Receipt

if TYPE_CHECKING:
    from actions.services import Services


def submit(app: "Services", message: Message, connection: Connection) -> Awaitable[None] | None:
    """A message from a socket; its ack or error reaches the connection later. None when the log has taken it,
    else what to wait for until it has."""
    return delivery.submit(app.log, Post(message, connection))


async def send(app: "Services", message: Message) -> Receipt:
    """A message from a call. Returns its receipt once it is durable, or raises why not."""
    entry = Post(message)
    await delivery.commit(app.log, entry)
    assert entry.receipt is not None
    return entry.receipt
