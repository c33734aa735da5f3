"""How connections end, on both transports: by the client, by us, by a fault of either, and without a word."""

import asyncio
import gc
import struct

import pytest
import ujson

from handlers.socket.handshake import Arrival, ChatSocket
from hub.websocket import base
from hub.websocket.protocol import OPEN
from tests.hub.websocket.test_parser import masked
from tests.hub.websocket.wire import BEAT, BROKEN, CLOSE, NO_TEXT, PING, TEXT, TOO_BIG, Wire


@pytest.fixture
def app(app_on_each):
    return app_on_each


async def test_a_connection_that_breaks(app):
    """A client that vanishes without a close frame is forgotten."""
    client = await app.client().register()
    wire = await Wire.open(client)
    assert app.services.hub.connections == 1
    wire.close()
    while app.services.hub.connections:
        await asyncio.sleep(0.01)


BAD_FRAMES = {
    "reserved bit": (masked(TEXT, BEAT, rsv=0x40), BROKEN),
    "not UTF-8": (masked(TEXT, b"\xff\xfe"), NO_TEXT),
    "too large": (masked(TEXT, b" " * 4097), TOO_BIG),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
async def test_why_it_failed_is_read(app, name):
    """A client that goes on sending after it broke the protocol still gets to read why, and then the end
    comes at once: it need not wait for a time-out of ours."""
    client = await app.client().register()
    wire = await Wire.open(client)
    said, why = BAD_FRAMES[name]
    await wire.send(said + b"\0" * 3_000_000)
    async with asyncio.timeout(1.5):
        assert await wire.until_end() == [why]
    wire.close()
    while app.services.hub.connections:
        await asyncio.sleep(0.01)


async def test_who_stays_after_it_failed(app, monkeypatch):
    """A client that broke the protocol and does not leave is cut off."""
    monkeypatch.setattr(base, "_LINGER", 0.1)
    client = await app.client().register()
    wire = await Wire.open(client)
    await wire.send(BAD_FRAMES["reserved bit"][0])
    while app.services.hub.connections:
        await asyncio.sleep(0.01)
        await wire.send(b"x")
    wire.close()


async def test_open_connections_are_counted(app, monkeypatch):
    """The figures say how many connections there are, by each transport."""
    kind = app.services.config.hub.transport
    client = await app.client().register()
    wires = [await Wire.open(client) for _ in range(3)]
    nobody = {"direct": 0, "stream": 0, "pings": 0, "timed_out": 0, "frames": 0}
    assert app.services.transports.stats() == nobody | {kind: 3}
    for wire in wires:
        wire.close()
    while app.services.hub.connections:
        await asyncio.sleep(0.01)
    assert app.services.transports.stats() == nobody


async def test_who_does_not_answer_is_cut(app):
    """A connection whose other end went silent is pinged and then ended, with either transport."""
    pinger = app.services.transports._pinger
    client = await app.client().register()
    wire = await Wire.open(client)
    hub = app.services.config.hub
    for _ in range(int(hub.ping_interval + hub.ping_timeout)):
        pinger.tick()
    assert await wire.until_end() == [(PING, b"")]
    assert app.services.transports.stats()["timed_out"] == 1
    wire.close()


async def test_nothing_of_the_handshake_stays(app):
    """A connection keeps no request, no handler and no header in memory."""
    client = await app.client().register()
    gc.collect()
    wire = await Wire.open(client)
    left = [kept for kept in gc.get_objects() if isinstance(kept, (Arrival, ChatSocket))]
    assert left == []
    wire.close()


@pytest.mark.parametrize("cmd", [0, 13], ids=["at once", "while it is waited for"])
async def test_a_fault_of_ours(app, monkeypatch, expect_logs, cmd):
    """A frame that makes the server fail ends its connection, is logged once, and leaves the others alone."""
    expect_logs("magpie", "a frame failed|crash id=")
    ann, bob = await app.client().register(), await app.client().register()
    bad, good = await Wire.open(ann), await Wire.open(bob)

    def broken():
        raise ZeroDivisionError

    async def broken_later(*args):
        raise ZeroDivisionError

    with monkeypatch.context() as faulty:
        faulty.setattr("handlers.socket.client.now_ms", broken)
        faulty.setattr("handlers.socket.client.conversations.submit_read", broken_later)
        await bad.send(masked(TEXT, ujson.dumps({"cmd": cmd, "kind": 10, "dstid": 1, "seq": 1}).encode()))
        assert await bad.until_end() == []
    await good.send(masked(TEXT, BEAT))
    assert (await good.frame())[0] == TEXT
    for wire in (bad, good):
        wire.close()


async def test_the_server_closes(app):
    """The server's close frame is the last it sends, and the client's answer ends the connection."""
    client = await app.client().register()
    wire = await Wire.open(client)
    await client.post("/user/logout")
    opcode, payload = await wire.frame()
    assert (opcode, payload[:2]) == (CLOSE, struct.pack("!H", 4401))
    await wire.send(masked(CLOSE, payload[:2]))
    assert await wire.frame() is None
    wire.close()


async def test_a_client_that_falls_behind(app, monkeypatch):
    """A client that does not read is closed with 4008, and reads on up to the close frame in whole frames,
    even when that takes it longer than an answer to the close frame may take."""
    monkeypatch.setattr(base, "_CLOSING", 0.0)
    ann, bob = await app.client().register(), await app.client().register()
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    wire = await Wire.open(bob)
    content = "x" * 3500
    (transport,) = app.services.transports._pinger
    while transport._protocol.state is OPEN:
        answers = await asyncio.gather(
            *(
                ann.post_json("/message/send", cmd=10, dstid=bob.user_id, media=1, content=content)
                for _ in range(40)
            )
        )
        assert all(answer["code"] == 0 for answer in answers)
    await ann.post("/contact/loadfriend")  # some turns of the loop pass
    seqs, ended = [], None
    while (frame := await wire.frame()) is not None and ended is None:
        opcode, payload = frame
        if opcode == CLOSE:
            ended = struct.unpack("!H", payload[:2])[0]
            await wire.send(masked(CLOSE, payload[:2]))
        else:
            seqs.append(ujson.loads(payload)["seq"])
    assert ended == 4008
    assert seqs == list(range(1, len(seqs) + 1))
    wire.close()
