"""Deliveries are counted and timed one by one, however they arrive."""

from types import SimpleNamespace

import ujson

from bench.clients.receiver import Receiver
from bench.clients.sequences import Sequences


def server_frame(seq, due=0):
    """A room message as a server sends it."""
    text = ujson.dumps(
        {
            "id": 1000 + seq,
            "userid": 1,
            "dstid": 7,
            "cmd": 11,
            "media": 1,
            "content": f"@@{due}-0-0@@{'hello' * 9}",
            "cid": str(seq),
            "seq": seq,
        }
    ).encode()
    assert 125 < len(text) < 65536
    return bytes((0x81, 126)) + len(text).to_bytes(2, "big") + text


def test_every_split_counts_the_same():
    """However the network cuts the stream, each member's deliveries are counted and timed, none twice."""
    stream = b"".join(server_frame(seq) for seq in range(1, 6))
    members = [SimpleNamespace(sequences=Sequences(), receive=None) for _ in range(len(stream))]
    landed = []
    receiver = Receiver(0, lambda traffic, dues: landed.extend(dues))
    for cut, member in enumerate(members):
        rest = receiver.take(member, stream[:cut])
        assert receiver.take(member, rest + stream[cut:]) == b""
    receiver.close_books()
    assert receiver.delivered == {0: 5 * len(members)} and len(landed) == 5 * len(members)
    assert receiver.latency[0].total == 5 * len(members)
    assert (receiver.faults.doubled, receiver.faults.disordered) == (0, 0)
    assert all(member.sequences.last == {7: 5} for member in members)


def test_a_warm_up_is_forgotten():
    """After a warm-up deliveries count from zero, and the next message is still the next one."""
    member = SimpleNamespace(sequences=Sequences(), receive=None)
    receiver = Receiver(0, lambda traffic, dues: None)
    receiver.take(member, server_frame(1))
    receiver.forget()
    assert receiver.delivered == {} and receiver.latency == {}
    receiver.take(member, server_frame(2))
    receiver.close_books()
    assert receiver.delivered == {0: 1} and receiver.latency[0].total == 1
    assert receiver.faults.disordered == receiver.faults.doubled == 0 and member.sequences.missing == {}
