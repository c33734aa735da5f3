"""Who has read a message in a group: those whose mark is at it or behind it. Nothing is stored for it. Who
does not want that seen is in no number, and sees nobody."""

from peewee import fn

from models.access import locate, no_message
from models.accounts import PROFILE
from models.settings import settings_of
from models.tables import LEFT, Community, Member, Setting, StoredMessage, User
from protocol import rows
from protocol.errors import Forbidden, Refused
from protocol.messages import ROOM, Readers


def readers(
    user_id: int, dstid: int, seq: int, after: int | None, limit: int, most: int, strangers: bool
) -> tuple[list[rows.Profile], Readers]:
    """The readers of message `seq` of group `dstid`, behind `after`, in the order in which their marks moved
    last, and how many there are. Raises `NotFound` where the caller sees no such message, `Forbidden` when it
    is not the caller's, and `Refused` in a group of more than `most` members."""
    view = locate(user_id, ROOM, dstid, strangers)
    assert view is not None  # a group has one
    m = StoredMessage
    author = m.select(m.userid).where(m.conversation_id == view.id, m.seq == seq).scalar()
    if author is None or not view.shows(seq):
        raise no_message()
    if author != user_id:
        raise Forbidden("只能查看自己的消息的已读情况", "Only its author is told who has read a message")
    if Community.select(Community.members).where(Community.id == dstid).scalar() > most:
        raise Refused("群太大，不显示谁已读", "In so large a group nobody is told who has read")
    if not settings_of(user_id)["read"]:
        return [], {"read": 0, "total": 0}
    # Who came later could not have read it then.
    could = (Member.conversation_id == view.id) & (Member.joined_seq < seq) & (Member.user_id != user_id)
    could &= Member.role > LEFT
    could &= Member.user_id.not_in(Setting.select(Setting.user_id).where(Setting.read == 0))
    have = could & (Member.read >= seq)
    data: Readers = {"read": _count(have), "total": _count(could)}
    query = User.select(*PROFILE).join(Member, on=(Member.user_id == User.id)).where(have)
    if after is not None:
        moved = Member.select(Member.change).where(have, Member.user_id == after).scalar() or 0
        query = query.where((Member.change > moved) | ((Member.change == moved) & (Member.user_id > after)))
    found = list(query.order_by(Member.change, Member.user_id).limit(limit + 1).dicts())
    if len(found) > limit:
        data["more"] = 1
    return found[:limit], data


def _count(which: object) -> int:
    return int(Member.select(fn.COUNT(Member.user_id)).where(which).scalar())
