"""The frames that only the server writes, as JSON in UTF-8, and the codes it closes a socket with."""

from enum import IntEnum

import msgspec

from protocol import changes, rows
from protocol.errors import Refusal
from protocol.messages import Message, Receipt
from protocol.numbers import SINGLE, Cmd


class CloseCode(IntEnum):
    POLICY = 1008  #: too many bad frames
    TOO_BIG = 1009  #: a frame over max_frame
    RESTART = 1012  #: the server shuts down; come back in a moment
    SLOW = 4008  #: the client read too slowly; resume by catching up
    REVOKED = 4401  #: the session ended; log in again


_encode = msgspec.json.Encoder().encode


class _Ack(msgspec.Struct, tag_field="cmd", tag=int(Cmd.ACK), gc=False):
    """As `rows.Ack`, with its cmd: there is one for each message."""

    cid: str
    id: int
    seq: int
    ver: int
    createat: int
    kind: int
    dstid: int


def ack(message: Message, receipt: Receipt) -> bytes:
    """The message is durable."""
    return _encode(
        _Ack(
            message.cid or "",
            receipt.id,
            receipt.seq,
            receipt.ver,
            receipt.createat,
            message.cmd,
            message.dstid,
        )
    )


def ack_fields(message: Message, receipt: Receipt) -> rows.Ack:
    """What an ack says; also the answer of /message/send."""
    return {
        "cid": message.cid or "",
        "id": receipt.id,
        "seq": receipt.seq,
        "ver": receipt.ver,
        "createat": receipt.createat,
        "kind": message.cmd,
        "dstid": message.dstid,
    }


def change_ack(
    cid: str | None, message_id: int, receipt: Receipt, kind: int, dstid: int
) -> changes.ChangeAck:
    """What the ack of a change says; also the answer of /message/change."""
    return {
        "cid": cid or "",
        "id": message_id,
        "seq": receipt.seq,
        "ver": receipt.ver,
        "kind": kind,
        "dstid": dstid,
    }


def changed(cmd: int, receipt: Receipt, kind: int, dstid: int, userid: int, told: dict[str, object]) -> bytes:
    """`userid` has changed a message; `told`: how."""
    place = {"id": receipt.id, "seq": receipt.seq, "kind": kind, "dstid": dstid}
    return event(Cmd(cmd), **place, userid=userid, ver=receipt.ver, **told)


def error(refusal: Refusal, cid: object = None, lang: str = "zh") -> bytes:
    """A frame was refused. `cid` is echoed when the frame had one that is a text; what of it no frame can
    hold (lone surrogates) is replaced."""
    frame: dict[str, object] = {"cmd": Cmd.ERROR, "code": refusal.code, "msg": refusal.msg(lang)}
    if type(cid) is str and cid:
        frame["cid"] = cid[:64].encode("utf-8", "replace").decode()
    if refusal.data is not None:
        frame["data"] = refusal.data
    return _encode(frame)


def welcome(epoch: int, now: int, heartbeat: int, max_frame: int) -> bytes:
    """The first frame of a v2 connection: it listens to its groups, what comes from now on reaches it. `now`
    in ms, `heartbeat` in seconds, `max_frame` in bytes."""
    return _encode(
        {"cmd": Cmd.WELCOME, "epoch": epoch, "now": now, "heartbeat": heartbeat, "max_frame": max_frame}
    )


def heartbeat(now: int) -> bytes:
    return _encode({"cmd": Cmd.HEARTBEAT, "now": now})


def event(cmd: Cmd, **fields: object) -> bytes:
    """Something happened that is not a message."""
    return _encode({"cmd": cmd, **fields})


def contact_updated(user_id: int, dst_id: int) -> bytes:
    """Event 20: the row of `dst_id` is to be asked for again, as `user_id` sees it; where both are one, by
    everybody who knows them."""
    return event(Cmd.CONTACT_CHANGED, what="updated", userid=user_id, dstid=dst_id, kind=SINGLE)
