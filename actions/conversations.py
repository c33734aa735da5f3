"""Read marks: how far a user has read, told to those who show it."""

from typing import TYPE_CHECKING

from hub.connection import Connection
from models import conversations
from protocol import frames
from protocol.messages import SINGLE, Cmd

if TYPE_CHECKING:
    from actions.services import Services


async def read(
    app: "Services", user_id: int, kind: int, dstid: int, seq: int, origin: Connection | None = None
) -> None:
    """`user_id` has read (kind, dstid) up to `seq`. When that moves the mark, the reader's other connections
    learn it, and in a single chat the peer; who else reads a room is nobody's business there."""
    stands = await app.db.write(
        conversations.mark_read, user_id, kind, dstid, seq, app.config.contacts.strangers
    )
    if not stands:
        return
    event = frames.event(Cmd.READ, userid=user_id, kind=kind, dstid=dstid, seq=stands)
    readers = {user_id, dstid} if kind == SINGLE else {user_id}
    app.hub.tell_users(sorted(readers), event, origin=origin.id if origin else 0)
