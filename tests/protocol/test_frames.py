"""The frames and answers that only the server writes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import envelope, frames
from protocol.errors import (
    BadArgument,
    Conflict,
    Forbidden,
    NotFound,
    NotLoggedIn,
    Refused,
    SlowDown,
    TooLarge,
    TryAgain,
)
from protocol.messages import ROOM, Cmd, Message, Receipt

CODES = {
    Refused: -1,
    BadArgument: -400,
    NotLoggedIn: -401,
    Forbidden: -403,
    NotFound: -404,
    Conflict: -409,
    TooLarge: -413,
    TryAgain: -503,
}


def test_the_numbers_of_the_wire():
    """Commands and close codes are the numbers that clients know."""
    assert {cmd.name: int(cmd) for cmd in Cmd} == {
        "HEARTBEAT": 0,
        "ACK": 1,
        "ERROR": 2,
        "WELCOME": 3,
        "SINGLE": 10,
        "ROOM": 11,
        "TYPING": 12,
        "READ": 13,
        "RECALL": 14,
        "EDIT": 15,
        "REACTION": 16,
        "PRESENCE": 17,
        "LOOK": 18,
        "PIN": 19,
        "CONTACT_CHANGED": 20,
        "COMMUNITY_CHANGED": 21,
        "CONVERSATION_CHANGED": 22,
        "PACKET_OPENED": 24,
        "ACCOUNT_CHANGED": 27,
        "MODERATED": 28,
        "DRAFT": 31,
        "PREVIEW": 29,
        "LATER": 32,
    }
    assert {code.name: int(code) for code in frames.CloseCode} == {
        "POLICY": 1008,
        "TOO_BIG": 1009,
        "RESTART": 1012,
        "SLOW": 4008,
        "REVOKED": 4401,
    }


def test_an_ack():
    """An ack says which message it is about and what the log gave it."""
    message = Message(1, 7, ROOM, 1, "hi", cid="c1")
    assert json.loads(frames.ack(message, Receipt(99, 3, 4, 1700000000000))) == {
        "cmd": 1,
        "cid": "c1",
        "id": 99,
        "seq": 3,
        "ver": 4,
        "createat": 1700000000000,
        "kind": 11,
        "dstid": 7,
    }
    assert frames.ack(message, Receipt(9, 3, 4, 5)) == (
        b'{"cmd":1,"cid":"c1","id":9,"seq":3,"ver":4,"createat":5,"kind":11,"dstid":7}'
    )


def test_welcome_and_heartbeat():
    """A client learns the epoch, the server's time and how often to speak."""
    assert json.loads(frames.welcome(5, 6, 25, 65536)) == {
        "cmd": 3,
        "epoch": 5,
        "now": 6,
        "heartbeat": 25,
        "max_frame": 65536,
    }
    assert json.loads(frames.heartbeat(6)) == {"cmd": 0, "now": 6}


def test_an_error():
    """A refused frame is answered with the code, a reason in the reader's language, and the frame's cid."""
    refusal = Forbidden("你们还不是好友", "You are not friends")
    assert json.loads(frames.error(refusal, "c1")) == {
        "cmd": 2,
        "code": -403,
        "msg": "你们还不是好友",
        "cid": "c1",
    }
    assert json.loads(frames.error(refusal, None, "en")) == {
        "cmd": 2,
        "code": -403,
        "msg": "You are not friends",
    }
    assert json.loads(frames.error(SlowDown(0.123)))["data"] == {"retry_after": 0.13}


@given(
    st.none()
    | st.integers()
    | st.text(st.characters() | st.sampled_from("\ud800\udfff\x00"))
    | st.lists(st.text())
)
def test_an_error_echoes_any_cid(cid):
    """Whatever stands in a bad frame's cid, its error can be written."""
    frame = json.loads(frames.error(BadArgument(), cid))
    assert ("cid" in frame) == (type(cid) is str and cid != "")


def test_refusals():
    """Every refusal has the wire's code and a reason in two languages."""
    for kind, code in CODES.items():
        zh, en = (json.loads(envelope.failure(kind(), lang)) for lang in ("zh", "en"))
        assert zh["code"] == en["code"] == code
        assert zh["msg"] and en["msg"] and zh["msg"] != en["msg"]
    assert json.loads(envelope.failure(SlowDown(2)))["data"] == {"retry_after": 2}


def test_envelopes():
    """An answer is data or rows; an empty list is a list and texts are not escaped to death."""
    assert json.loads(envelope.ok({"a": "/mnt/你"}, "好")) == {
        "code": 0,
        "msg": "好",
        "data": {"a": "/mnt/你"},
    }
    assert "/mnt/你" in envelope.ok("/mnt/你").decode()
    assert json.loads(envelope.ok()) == {"code": 0, "msg": "", "data": None}
    assert json.loads(envelope.rows([])) == {"code": 0, "msg": "", "rows": [], "total": 0}
    assert json.loads(envelope.rows([1], total=5, data={"more": True})) == {
        "code": 0,
        "msg": "",
        "rows": [1],
        "total": 5,
        "data": {"more": True},
    }


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 32, 33])
def test_a_list_of_any_length(count):
    """However many rows are encoded at once, all are there, in their order."""
    items = [{"seq": seq, "content": "]},{["} for seq in range(count)]
    assert json.loads(envelope.rows(items)) == {"code": 0, "msg": "", "rows": items, "total": count}


def test_a_long_list_comes_in_pieces():
    """A list of a megabyte is written a piece at a time, and is the same list."""
    items = [{"seq": seq, "content": "鹊" * 100} for seq in range(3000)]
    pieces = list(envelope.rows_in_pieces(items, data={"more": 1}))
    assert len(pieces) > 10 and max(map(len, pieces)) < 2 * envelope.PIECE_BYTES
    assert json.loads(b"".join(pieces)) == {
        "code": 0,
        "msg": "",
        "rows": items,
        "total": 3000,
        "data": {"more": 1},
    }
    assert len(list(envelope.rows_in_pieces(items[:50]))) == 1
