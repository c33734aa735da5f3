"""What a connection needs to know when it opens, in one look: whose token it is, their rooms, the epoch."""

from typing import NamedTuple

from models.conversation import Conversation, Member
from models.database import reads
from models.prepared import Prepared
from models.session import Session, token_hash
from models.state import ServerState
from protocol.message import ROOM


class Entrance(NamedTuple):
    session_id: int
    room_ids: list[int]
    epoch: int


_session = Prepared(
    lambda: Session.select(Session.id).where(
        Session.token_hash == "", Session.user_id == 0, Session.expires > 0, Session.last_seen > 0
    )
)

_rooms = Prepared(
    lambda: (
        Conversation.select(Conversation.a)
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id == 0, Conversation.kind == ROOM)
    )
)

_epoch = Prepared(lambda: ServerState.select(ServerState.value).where(ServerState.name == "epoch"))


@reads
def entrance(user_id: int, token: str, now: int, idle: int) -> Entrance | None:
    """None when the token opens no living session of this user; see `session.find_sessions`."""
    found = _session(token_hash(token), user_id, now, now - idle)
    if not found:
        return None
    room_ids = [community_id for (community_id,) in _rooms(user_id, ROOM)]
    return Entrance(found[0][0], room_ids, _epoch("epoch")[0][0])
