"""What the load test counts, and that nothing escapes it."""

from types import SimpleNamespace

import pytest
import ujson

from bench import wire
from bench.histogram import Histogram
from bench.inbox import Inbox
from bench.tracker import Faults, Tracker


def test_percentiles():
    """Percentiles are right to two percent and the maximum is exact, also when processes are added up."""
    whole = Histogram()
    for part in range(4):
        one = Histogram()
        for value in range(part, 100_000, 4):
            one.add(value * 1000)
        whole.merge(ujson.loads(ujson.dumps(one.dump())))
    assert whole.total == 100_000 and whole.top == 99_999_000
    for share in (0.01, 0.5, 0.99, 0.999):
        assert whole.percentile(share) == pytest.approx(share * 100, rel=0.02)


def test_frames_are_what_servers_read():
    """Frames of every length form go out masked and complete."""
    for size in (0, 125, 126, 65535, 65536):
        payload = bytes(i * 7 & 255 for i in range(size))
        frame = wire.frame(payload)
        head = {True: 2, 126 <= size < 65536: 4, size >= 65536: 10}[True]
        assert frame[1] & 0x80
        mask, body = frame[head : head + 4], frame[head + 4 :]
        assert bytes(byte ^ mask[i & 3] for i, byte in enumerate(body)) == payload


def test_faults_are_told_apart():
    """A message that comes twice, one that comes late, and one that a catch-up brought first are three
    things."""
    tracker, faults = Tracker(), Faults()
    tracker.see(7, 1, 3, faults)
    tracker.see(7, 6, 6, faults)
    tracker.see(7, 4, 4, faults)
    tracker.see(7, 2, 2, faults)
    assert (faults.disordered, faults.doubled, faults.overlapped) == (1, 1, 0)
    assert tracker.known(7) == 4 and tracker.fetch(7, 5) and not tracker.fetch(7, 5) and tracker.known(7) == 6
    assert tracker.fetch(7, 7)
    tracker.see(7, 7, 8, faults)
    assert (faults.disordered, faults.doubled, faults.overlapped) == (1, 1, 1)


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
    members = [SimpleNamespace(tracker=Tracker(), receive=None) for _ in range(len(stream))]
    landed = []
    inbox = Inbox(0, lambda stream, dues: landed.extend(dues))
    for cut, member in enumerate(members):
        rest = inbox.take(member, stream[:cut])
        assert inbox.take(member, rest + stream[cut:]) == b""
    inbox.close_books()
    assert inbox.delivered == {0: 5 * len(members)} and len(landed) == 5 * len(members)
    assert inbox.latency[0].total == 5 * len(members)
    assert (inbox.faults.doubled, inbox.faults.disordered) == (0, 0)
    assert all(member.tracker.last == {7: 5} for member in members)


def test_a_server_that_masks_is_refused():
    """A server that breaks the protocol is noticed, not counted."""
    with pytest.raises(wire.Refused):
        list(wire.frames(b"\x81\x85abcdhello", 0))
