"""Red packets: what is put into them, who takes how much out, and what goes back.

Whoever changes a packet locks its row first, so what is left and how many shares it is for belong together.
Points move by the ledger alone (`models.wallet`): a packet has an account there, and what is left is its
balance.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from peewee import ModelSelect

from database.base import database
from database.dialect import of_database
from models import access, members, wallet
from models.ids import place_of
from models.tables import Conversation, LedgerAccount, RedPacket, RedShare
from protocol import packets
from protocol.errors import Forbidden, NotFound
from protocol.messages import ROOM, SINGLE
from protocol.packets import EMPTY, EXPIRED, LUCKY, OPEN

#: How long (ms) a packet can be opened; what is left then goes back.
LASTS_MS = 86_400_000

#: A number below another, which nobody can guess: it is points.
Dice = Callable[[int], int]


class Taken(NamedTuple):
    """What became of somebody's wish to open a packet; in the conversation that they mean by (kind, dstid).
    `now`: they took it just now, and others have to hear of it, but for members of the group who came after
    it was sent (`unaware`)."""

    told: packets.Opened
    kind: int
    dstid: int
    now: bool
    unaware: Sequence[int] = ()


def make(packet_id: int, user_id: int, points: int, count: int, mode: str, memo: str, now: int) -> None:
    """A packet of the user's points, in the transaction that writes its message. Raises `Refused` when they
    have less."""
    LedgerAccount.insert(id=-packet_id).execute()
    RedPacket.insert(
        id=packet_id,
        userid=user_id,
        amount=points,
        count=count,
        mode=mode,
        memo=memo,
        createat=now,
        expires=now + LASTS_MS,
    ).execute()
    wallet.move(user_id, -packet_id, points, "packet_sent", packet_id, now)


def look(user_id: int, packet_id: int, now: int) -> Taken | None:
    """What `take` would answer where it would take nothing; None where there may be something to take. Raises
    as `take`."""
    packet = _find(packet_id)
    share, kind, dstid = _allow(user_id, packet)
    if share is None and _has_something(packet, user_id, kind, now):
        _refuse_blocked(user_id, kind, dstid)
        return None
    return Taken(_told(packet, share, now), kind, dstid, False)


def take(user_id: int, packet_id: int, now: int, dice: Dice = secrets.randbelow) -> Taken:
    """The user opens a packet: their share of it goes into their account, which is there. Who has done so
    before has what they got then; nobody gets more. Raises `NotFound` where there is none, `Forbidden` to
    those who can't read its message."""
    # Whoever is let in locks it. What is read after that is as the last one has left it: these transactions
    # see what others commit, on every database.
    _allow(user_id, _find(packet_id))
    packet = _find(packet_id, lambda query: of_database(database.obj).locked(query))
    share, kind, dstid = _allow(user_id, packet)
    takes = share is None and _has_something(packet, user_id, kind, now)
    if takes:
        _refuse_blocked(user_id, kind, dstid)
        left = wallet.balance(-packet_id) or 0
        points = draw(left, packet.count - packet.opened, packet.mode, dice)
        packet.opened += 1
        packet.closed = int(packet.opened == packet.count)
        share = RedShare.create(
            packet_id=packet_id, user_id=user_id, n=packet.opened, amount=points, createat=now
        )
        RedPacket.update(opened=packet.opened, closed=packet.closed).where(
            RedPacket.id == packet_id
        ).execute()
        wallet.move(-packet_id, wallet.payee_of(user_id), points, "packet_opened", packet_id, now)
    unaware = members.unaware(*place_of(packet_id)) if takes and kind == ROOM else ()
    return Taken(_told(packet, share, now), kind, dstid, takes, unaware)


def draw(left: int, people: int, mode: str, dice: Dice) -> int:
    """What the next of so many people gets of what is left, at least 1, and so that as much is left for each
    of the others. The last one gets all.

    Lucky: any number up to about twice the mean, each as likely, so that on the average everybody gets the
    same, whenever they come. What the division leaves over makes the upper bound one higher as often as that
    makes the average exact."""
    if mode != LUCKY:
        return left // people
    if people == 1:
        return left
    most, rest = divmod(2 * left - people, people)
    return 1 + dice(most + (dice(people) < rest))


def give_back(packet_id: int, now: int) -> int:
    """What is left of a packet whose time has passed goes back to who sent it; how many points. Of many who
    do it one does: the UPDATE decides."""
    p = RedPacket
    due = (p.id == packet_id) & (p.closed == 0) & (p.expires <= now)
    if not p.update(closed=1).where(due).execute():
        return 0
    sender = p.select(p.userid).where(p.id == packet_id).scalar()
    left = wallet.balance(-packet_id) or 0
    if left:
        wallet.move(-packet_id, wallet.payee_of(sender), left, "packet_returned", packet_id, now)
    return left


def expired(now: int, limit: int) -> list[int]:
    """The ids of packets out of which something has to go back, the oldest first."""
    p = RedPacket
    query = p.select(p.id).where(p.closed == 0, p.expires <= now).order_by(p.expires).limit(limit)
    return [packet_id for (packet_id,) in query.tuples()]


def info(user_id: int, packet_id: int, now: int) -> packets.Packet:
    """A packet and its shares, in the order in which they were taken. Raises as `take`."""
    packet = _find(packet_id)
    _allow(user_id, packet)
    s = RedShare
    shares = list(s.select().where(s.packet_id == packet_id).order_by(s.n))
    best = 0
    if packet.mode == LUCKY and packet.opened == packet.count > 1:
        best = max(shares, key=lambda share: (share.amount, -share.n)).user_id
    return {
        "userid": packet.userid,
        "amount": packet.amount,
        "count": packet.count,
        "opened": packet.opened,
        "left": wallet.balance(-packet_id) or 0,
        "mode": packet.mode,
        "memo": packet.memo,
        "state": _state(packet, now),
        "createat": packet.createat,
        "expires": packet.expires,
        "rows": [
            {
                "userid": share.user_id,
                "amount": share.amount,
                "createat": share.createat,
                "best": int(share.user_id == best),
            }
            for share in shares
        ],
    }


# --- what they have in common -------------------------------------------------------------------------------


def _find(packet_id: int, locking: Callable[[ModelSelect], ModelSelect] = lambda query: query) -> RedPacket:
    packet: RedPacket | None = locking(RedPacket.select().where(RedPacket.id == packet_id)).first()
    if packet is None:
        raise NotFound("该红包不存在", "No such red packet")
    return packet


def _allow(user_id: int, packet: RedPacket) -> tuple[RedShare | None, int, int]:
    """What the user took out of it, and (kind, dstid) of its conversation as they mean it. It is for members
    who see its message; who sent it, or has opened it, need not see that any more."""
    conversation_id, seq = place_of(packet.id)
    c = Conversation
    kind, a, b = c.select(c.kind, c.a, c.b).where(c.id == conversation_id).tuples().get()
    dstid = b if kind == SINGLE and a == user_id else a
    view = access.find(user_id, kind, dstid)
    if view is None or view.id != conversation_id:
        raise Forbidden("你不在这个会话中", "You are not in this conversation")
    share = RedShare.get_or_none(RedShare.packet_id == packet.id, RedShare.user_id == user_id)
    if share is None and packet.userid != user_id and not view.shows(seq):
        raise Forbidden("你看不到这个红包", "You can't see this red packet")
    return share, kind, dstid


def _refuse_blocked(user_id: int, kind: int, dstid: int) -> None:
    """Nothing goes from one of two to the other where either blocks the other; it goes back in its time."""
    if kind == SINGLE:
        access.refuse_blocked(user_id, dstid)


def _has_something(packet: RedPacket, user_id: int, kind: int, now: int) -> bool:
    """Whether there is anything in it for this user: what is sent to one person is not for the sender."""
    return _state(packet, now) == OPEN and not (kind == SINGLE and packet.userid == user_id)


def _state(packet: RedPacket, now: int) -> packets.State:
    if packet.opened == packet.count:
        return EMPTY
    return EXPIRED if packet.closed or now >= packet.expires else OPEN


def _told(packet: RedPacket, share: RedShare | None, now: int) -> packets.Opened:
    return {
        "amount": share.amount if share else 0,
        "state": _state(packet, now),
        "opened": packet.opened,
        "count": packet.count,
    }
