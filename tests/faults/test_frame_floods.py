"""Frames without end, of every kind, on many sockets of one user: others notice nothing, the flooder is
slowed down and then closed; and whoever is only busy never is."""

import asyncio
import struct
import time

import pytest

from protocol.frames import CloseCode
from tests.app import running
from tests.faults.bystander import Bystanders
from tests.faults.flood import flood
from tests.handlers.people import friends, text
from tests.process import process
from tests.raw_socket import PING, PONG, TEXT, RawSocket, frame

TOO_MANY = struct.pack("!H", CloseCode.POLICY) + b"too many frames"

FLOODS = {
    "pings": frame(b"", PING) * 5000,
    "pongs": frame(b"x" * 125, PONG) * 1000,
    "heartbeats": frame({"cmd": 0}) * 2000,
    "unknown": frame({"cmd": 99}) * 2000,
    "refused": frame({"cmd": 10, "dstid": 1, "media": 1, "content": "x"}) * 1000,
    "looks": frame({"cmd": 18, "friends": 1}) * 2000,
    "large": frame({"cmd": 99, "content": "x" * 65000}) * 20,
    "fragments": frame(b"", TEXT, final=False) + frame(b"", 0, final=False) * 20000,
}


def handshake(client) -> bytes:
    return (
        f"GET /chat?id={client.user_id}&token={client.token}&v=2 HTTP/1.1\r\nHost: localhost\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("transport", ["direct", "stream"])
async def test_floods(tmp_path, transport):
    """Whatever a user's sockets are flooded with, friends write to each other as before, and the flooder's
    sockets are closed with 1008."""
    env = {"IM_LIMITS_ENABLED": "true", "IM_HUB_TRANSPORT": transport, "IM_LIMITS_HELD_BACK_BURST": "1"}
    async with process(tmp_path, **env) as server, Bystanders(server) as bystanders:
        calm = await bystanders.during(asyncio.sleep(1))
        for kind, said in FLOODS.items():
            flooder = await server.client().register()
            flow = await bystanders.during(flood(server.url, said, handshake(flooder), 6, end=TOO_MANY))
            flow.compare(calm)
            assert flow.result["cut"] == 6, kind
            assert any(end.endswith(TOO_MANY) for end in flow.result["ends"]), kind


async def test_a_busy_client_is_let_alone(tmp_path):
    """A client that comes back with hundreds of messages, types, reads, looks around and sends the largest
    frames is never closed, and each message is acknowledged or told to wait."""
    async with running(tmp_path, {"limits.enabled": True}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as socket:
            for i in range(500):
                await socket.send(text(bob, f"{i}", f"c{i}"))
            for i in range(1, 101):
                await socket.send({"cmd": 12, "kind": 10, "dstid": bob.user_id})
                await socket.send({"cmd": 13, "kind": 10, "dstid": bob.user_id, "seq": i})
                await socket.send({"cmd": 18, "kind": 10, "dstid": bob.user_id})
                await socket.send({"cmd": 0})
            for i in range(20):
                await socket.send(text(bob, "x" * 60000, f"large{i}"))
            answers = [await socket.receive(1, 2) for _ in range(520)]
            assert {answer["cid"] for answer in answers if "cid" in answer} >= {f"c{i}" for i in range(500)}
            assert {answer.get("code", 0) for answer in answers} == {0, -429}
        limits = app.services.stats()
        assert limits["limit_frame_refused"] == limits["limit_held_back_refused"] == 0


async def test_held_back_together(tmp_path):
    """Ten sockets of a user that are held back get no more done together than one would, also when they all
    go on."""
    settings = {"limits.enabled": True, "limits.frame_rate": 100, "limits.frame_burst": 100}
    async with running(tmp_path, {**settings, "limits.held_back_burst": 1000000}) as app:
        ann = await app.client().register()
        sockets = [await RawSocket.of(ann) for _ in range(10)]
        begun = time.monotonic()
        for socket in sockets:
            await socket.write(frame({"cmd": 0}) * 300)
        answered = 0

        async def count(socket: RawSocket) -> None:
            nonlocal answered
            while True:
                if (await socket.receive())["cmd"] == 0:
                    answered += 1

        counting = [asyncio.create_task(count(socket)) for socket in sockets]
        await asyncio.wait(counting, timeout=4)
        elapsed = time.monotonic() - begun
        for task in counting:
            task.cancel()
        await asyncio.wait(counting)
        for socket in sockets:
            socket.close()
        assert 0 < answered <= 100 + 100 * elapsed + 200, answered


async def test_without_limits(tmp_path):
    """Who has switched limits off is not slowed down by this one."""
    async with running(tmp_path, {"limits.frame_rate": 20, "limits.frame_burst": 1}) as app:
        ann = await app.client().register()
        async with await RawSocket.of(ann) as socket:
            await socket.write(frame({"cmd": 0}) * 5000)
            for _ in range(5000):
                assert (await socket.receive())["cmd"] == 0


async def test_sockets_of_one_user(tmp_path):
    """A user has so many sockets and gets no further one; when one ends there is room again, and others have
    their own."""
    async with running(tmp_path, {"limits.enabled": True, "limits.sockets_most": 3}) as app:
        ann, bob = await friends(app)
        sockets = [await RawSocket.of(ann) for _ in range(3)]
        path = f"/chat?id={ann.user_id}&token={ann.token}&v=2"
        refused = await RawSocket.connect(app.port, path)
        assert refused.status == 429
        refused.close()
        async with bob.socket():
            pass
        sockets[0].close()
        while app.services.hub.connections > 2:
            await asyncio.sleep(0.01)
        sockets[0] = await RawSocket.of(ann)
        for socket in sockets:
            socket.close()
