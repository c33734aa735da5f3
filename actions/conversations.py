"""Read marks: how far a user has read."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from actions import delivery
from hub.connection import Connection
from log.entries import ReadMark

if TYPE_CHECKING:
    from actions.services import Services


def submit_read(
    app: "Services",
    user_id: int,
    kind: int,
    dstid: int,
    seq: int,
    connection: Connection,
    cid: object = None,
) -> Awaitable[None] | None:
    """A mark from a socket: `user_id` has read (kind, dstid) up to `seq`. None when the log has taken it,
    else what to wait for until it has."""
    return delivery.submit(app.log, ReadMark(user_id, kind, dstid, seq, connection, cid))


async def read(app: "Services", user_id: int, kind: int, dstid: int, seq: int) -> None:
    """A mark from a call. Returns once it is durable, or raises why not."""
    await delivery.commit(app.log, ReadMark(user_id, kind, dstid, seq))
