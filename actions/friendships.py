"""What others hear of it when two people become friends, or are not any more, or one blocks the other."""

from hub.audience import V2
from hub.ports.bus import Publication
from hub.ports.control import ContactChanged, Order
from log.entries import AnswerRequest, Befriend, Block, Friendship, Unfriend
from protocol import frames
from protocol.messages import SINGLE, Cmd

News = list[Publication | Order]


def befriended(entry: Befriend) -> News:
    """Both hear that they are friends; that somebody asks, who was asked, and the asker's own pages."""
    if entry.between is None:
        return []
    if entry.between.friends and not entry.between.blocked:
        what = "accepted" if entry.granted else "added"
        return [_order(entry), _told(entry, what, entry.userid, entry.dstid)]
    hear = (entry.dstid, entry.userid) if entry.heard else (entry.userid,)
    return [_told(entry, "requested", *hear)]


def answered(entry: AnswerRequest) -> News:
    """A yes is told to both, a no to the pages of who says it."""
    if entry.between is None:
        return []
    if entry.accept:
        return [_order(entry), _told(entry, "accepted", entry.userid, entry.dstid)]
    return [_told(entry, "declined", entry.userid)]


def parted(entry: Unfriend) -> News:
    """Both hear of it."""
    return (
        [] if entry.between is None else [_order(entry), _told(entry, "removed", entry.userid, entry.dstid)]
    )


def blocked(entry: Block) -> News:
    """Only the pages of who blocks."""
    return [] if entry.between is None else [_order(entry), _told(entry, "updated", entry.userid)]


def _order(entry: Friendship) -> ContactChanged:
    assert entry.between is not None
    return ContactChanged(entry.userid, entry.dstid, entry.between.friends, entry.between.blocks)


def _told(entry: Friendship, what: str, *user_ids: int) -> Publication:
    event = frames.event(Cmd.CONTACT_CHANGED, what=what, userid=entry.userid, dstid=entry.dstid, kind=SINGLE)
    return Publication(event, user_ids, audience=V2)
