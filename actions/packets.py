"""Red packets: from a checked command to the log or the ledger, and what others hear of it."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from actions import delivery, wallet
from actions.messages import count_stored
from log.entries import Transfer
from models import forwards, packets
from protocol import frames, rows
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.messages import SINGLE
from protocol.numbers import Cmd
from protocol.packets import Opened, Packet, SendPacket

if TYPE_CHECKING:
    from actions.services import Services

#: Packets looked for at once, of those whose time has passed.
_ROUND = 100
#: What a packet takes in the tables beside its message: its account and what went in; a share and what came
#: out.
_PACKET_BYTES, _SHARE_BYTES = 600, 400


async def send(app: "Services", user_id: int, command: SendPacket) -> rows.Ack:
    """The ack of its message, once message and points are durable. Raises why not, as a message does, and
    `Refused` to who has less."""
    await wallet.ready(app, user_id)
    if command.kind == SINGLE and command.dstid == user_id:
        raise Refused("不能给自己发红包", "You can't send yourself a red packet")
    message = command.by(user_id)
    memo, why = app.words.masked(message.memo)
    if why is not None:
        known = await app.db.read(forwards.stored, user_id, [message.cid or ""])
        if not known:  # a resend gets its ack, whatever the list of words says by now
            raise why
    message = replace(message, memo=memo)
    kept = _PACKET_BYTES + _SHARE_BYTES * command.count
    count_stored(app, user_id, message.text_bytes + kept, 0)
    entry = Transfer(message, command.digest(), command.count, command.mode)
    await delivery.commit(app.log, entry)
    assert entry.receipt is not None
    return frames.ack_fields(message, entry.receipt)


async def open(app: "Services", user_id: int, packet_id: int) -> Opened:
    """What the user got out of a packet. The members of its conversation hear that they did. Raises as
    `models.packets.take`."""
    await wallet.ready(app, user_id)
    now = now_ms()
    taken = await app.db.read(packets.look, user_id, packet_id, now)
    if taken is None:  # it is worth a turn
        taken = await app.db.write(packets.take, user_id, packet_id, now)
        if taken.now:
            _tell(app, user_id, packet_id, taken)
    return taken.told


async def info(app: "Services", user_id: int, packet_id: int) -> Packet:
    """A packet and who has opened it. Raises as `models.packets.take`."""
    wallet.require(app)
    return await app.db.read(packets.info, user_id, packet_id, now_ms())


async def give_back_expired(app: "Services") -> int:
    """What is left of packets whose time has passed goes back; of how many."""
    now, count = now_ms(), 0
    while ids := await app.db.read(packets.expired, now, _ROUND):
        for packet_id in ids:
            await app.db.write(packets.give_back, packet_id, now)
            count += 1
    return count


def _tell(app: "Services", user_id: int, packet_id: int, taken: packets.Taken) -> None:
    event = frames.event(
        Cmd.PACKET_OPENED,
        id=packet_id,
        kind=taken.kind,
        dstid=taken.dstid,
        userid=user_id,
        opened=taken.told["opened"],
        count=taken.told["count"],
    )
    users, group, audience = delivery.aware(taken.kind, taken.dstid, user_id, taken.unaware)
    if group:
        app.hub.tell_group(group, event, audience)
    else:
        app.hub.tell_users(users, event, audience)
