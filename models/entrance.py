"""What a connection needs to know when it opens, in one look."""

from models import state
from models.conversation import room_ids
from models.database import reads
from models.session import Session


@reads
def entrance(user_id: int, session_id: int) -> tuple[list[int], int] | None:
    """The rooms of a user and the epoch; None when the session has ended since it was checked.

    The hub knows the node by now: a session revoked later, or a room joined later, reaches it there."""
    if not Session.select(Session.id).where(Session.id == session_id, Session.user_id == user_id).exists():
        return None
    return room_ids(user_id), state.epoch()
