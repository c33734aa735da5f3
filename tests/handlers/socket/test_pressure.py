"""Clients that are too fast or too slow, and a log that is full."""

import pytest

from tests.app import running
from tests.handlers.people import friends, group, text, waiting
from tests.raw_socket import PING, PONG, RawSocket, frame


async def test_too_fast(tmp_path):
    """Who sends too fast is told how long to wait, by socket and by call; the message can be sent again
    then."""
    limits = {"limits.enabled": True, "limits.message_rate": 0.001, "limits.message_burst": 3}
    async with running(tmp_path, limits) as app:
        ann, bob = await friends(app)
        async with ann.socket() as socket, bob.socket() as his:
            for i in range(5):
                await socket.send(text(bob, str(i), f"c{i}"))
            frames = {frame["cid"]: frame for frame in [await socket.receive() for _ in range(5)]}
            assert [frames[f"c{i}"]["cmd"] for i in range(5)] == [1, 1, 1, 2, 2]
            assert frames["c3"]["code"] == -429 and frames["c3"]["data"]["retry_after"] > 100
            answer = await ann.post_json("/message/send", **text(bob, "3", "c3"))
            assert answer["code"] == -429 and answer["data"]["retry_after"] > 100
            await his.send(text(ann, "others may"))
            assert [frame["cmd"] for frame in await waiting(his)].count(10) == 3
            assert (await socket.receive())["content"] == "others may"


async def test_too_slow(app):
    """A client that does not read is closed with 4008; the others notice nothing, and it catches up
    afterwards."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    async with await RawSocket.of(bob, receive_buffer=8192) as slow:
        (node,) = app.services.hub._connections.values()
        quick, mine, sent = await bob.socket().open(), await ann.socket().open(), 0
        while not node.closed:
            await mine.send(text(room, f"{sent} " + "x" * 60000, cmd=11))
            await mine.receive(1)
            await quick.receive(11)
            sent += 1
            assert sent < 100
        assert await slow.closed() == 4008
    async with bob.socket() as again:
        rows, ver = [], 0
        while True:
            answer = await bob.post("/message/changes", kind=11, dstid=room, ver=ver, limit=7)
            rows += answer["rows"]
            if not answer["data"]["more"]:
                break
            ver = answer["rows"][-1]["ver"]
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["content"].split()[0] for row in rows if row["media"] == 1] == [
            str(i) for i in range(sent)
        ]
        await ann.post_json("/message/send", **text(room, "and on", cmd=11))
        assert (await again.receive(11))["seq"] == rows[-1]["seq"] + 1


@pytest.mark.parametrize("transport", ["direct", "stream"])
async def test_pings_without_end(tmp_path, transport):
    """A client that pings and never reads the answers makes the server keep one of them, not all."""
    async with running(tmp_path, {"hub.transport": transport}) as app:
        ann = await app.client().register()
        async with await RawSocket.of(ann, receive_buffer=8192) as hostile, ann.socket() as other:
            (node, _) = app.services.hub._connections.values()
            pings = frame(b"x" * 125, PING) * 500
            for _ in range(30):
                await hostile.write(pings)
                await waiting(other)
            assert node.transport.waiting < 200
            await hostile.write(frame("last", PING))
            while await hostile.read() != (PONG, b"last"):
                pass


async def test_a_queue_of_many_small_frames(app):
    """A client in good health is not closed for getting thousands of messages at once."""
    ann, bob = await friends(app)
    async with bob.socket() as his, ann.socket() as mine, ann.socket() as other:
        for i in range(3000):
            await mine.send(text(bob, str(i)))
        for socket in (his, other):
            assert [(await socket.receive())["content"] for _ in range(3000)] == [str(i) for i in range(3000)]


async def test_a_full_log(tmp_path):
    """When the log has more waiting than it may, senders wait, and nothing is lost."""
    async with running(tmp_path, {"messages.max_queue": 4, "messages.max_batch": 2}) as app:
        ann, bob = await friends(app)
        async with bob.socket() as his:
            sockets = [await ann.socket().open() for _ in range(8)]
            for i in range(20):
                for number, socket in enumerate(sockets):
                    await socket.send(text(bob, f"{number}.{i}", f"{number}.{i}"))
            got = [await his.receive() for _ in range(160)]
            for socket in sockets:
                assert len([await socket.receive(1) for _ in range(20)]) == 20
                socket.close()
    assert [message["seq"] for message in got] == list(range(1, 161))
    for number in range(8):
        assert [m["content"] for m in got if m["content"].startswith(f"{number}.")] == [
            f"{number}.{i}" for i in range(20)
        ]
