"""Both transports, frame by frame, over real sockets."""

import asyncio
import struct

import pytest
import ujson

from tests.hub.websocket.test_parser import masked
from tests.hub.websocket.wire import (
    BEAT,
    BROKEN,
    BYE,
    CLOSE,
    CLOSED,
    NO_TEXT,
    PING,
    PONG,
    TEXT,
    TOO_BIG,
    Wire,
)


@pytest.fixture
def app(app_on_each):
    return app_on_each


# What a client says, how many heartbeats in it are answered, and which other frames it gets. After the
# answers it says good-bye, if the connection has not ended by then.
SCENES = {
    "a text": (masked(TEXT, BEAT), 1, [CLOSED]),
    "many in one packet": (masked(TEXT, BEAT) * 50, 50, [CLOSED]),
    "more than are looked at in one turn": (masked(TEXT, BEAT) * 1000, 1000, [CLOSED]),
    "a thousand fragments": (
        masked(TEXT, BEAT, final=False) + masked(0, final=False) * 998 + masked(0),
        1,
        [CLOSED],
    ),
    "fragments": (
        masked(TEXT, BEAT[:3], final=False) + masked(0, BEAT[3:5], final=False) + masked(0, BEAT[5:]),
        1,
        [CLOSED],
    ),
    "empty fragments": (masked(TEXT, final=False) + masked(0, BEAT, final=False) + masked(0), 1, [CLOSED]),
    "ping inside fragments": (
        masked(TEXT, BEAT[:3], final=False) + masked(PING, b"x") + masked(0, BEAT[3:]),
        1,
        [(PONG, b"x"), CLOSED],
    ),
    "unasked pong": (masked(PONG, b"x") + masked(TEXT, BEAT), 1, [CLOSED]),
    "ping of 125 bytes": (masked(PING, b"p" * 125), 0, [(PONG, b"p" * 125), CLOSED]),
    "close without a code": (masked(CLOSE), 0, [(CLOSE, b"")]),
    "close with half a code": (masked(CLOSE, b"\x03"), 0, [BROKEN]),
    "close with a code of nobody's": (masked(CLOSE, struct.pack("!H", 1005)), 0, [BROKEN]),
    "close with a reason that is no text": (masked(CLOSE, b"\x03\xe8\xff"), 0, [NO_TEXT]),
    "close with a reason": (
        masked(CLOSE, struct.pack("!H", 4000) + "再见".encode()),
        0,
        [(CLOSE, struct.pack("!H", 4000))],
    ),
    "a text of the limit": (masked(TEXT, BEAT + b" " * (4096 - len(BEAT))), 1, [CLOSED]),
    "a text over the limit": (masked(TEXT, b" " * 4097), 0, [TOO_BIG]),
    "fragments over the limit": (masked(TEXT, b" " * 4096, final=False) + masked(0, b" "), 0, [TOO_BIG]),
    "not masked": (b"\x81\x02hi", 0, []),
    "reserved bit": (masked(TEXT, BEAT, rsv=0x40), 0, [BROKEN]),
    "unknown opcode": (masked(3, b""), 0, [BROKEN]),
    "unknown control opcode": (masked(11, b""), 0, [BROKEN]),
    "long control frame": (masked(PING, b"x" * 126), 0, [BROKEN]),
    "fragmented control frame": (masked(PING, b"x", final=False), 0, [BROKEN]),
    "continues nothing": (masked(0, b"x"), 0, [BROKEN]),
    "a message inside another": (masked(TEXT, b"{", final=False) + masked(TEXT, BEAT), 0, [BROKEN]),
    "not UTF-8": (masked(TEXT, b"\xff\xfe"), 0, [NO_TEXT]),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_scenes(app, scene):
    """Whatever a client sends, both transports answer alike, whole and cut into small pieces."""
    said, answered, others = SCENES[scene]
    client = await app.client().register()
    for size in (len(said), max(7, len(said) // 20)):
        wire = await Wire.open(client)
        for begin in range(0, len(said), size):
            await wire.send(said[begin : begin + size])
            await asyncio.sleep(0)
        beats, rest = 0, []
        while beats < answered:
            opcode, payload = await wire.frame()
            if opcode == TEXT:
                assert ujson.loads(payload)["cmd"] == 0
                beats += 1
            else:
                rest.append((opcode, payload))
        await wire.send(BYE)
        assert rest + await wire.until_end() == others
        wire.close()


async def test_cut_at_every_byte(app):
    """A frame that arrives in two packets is whole, wherever it is cut, with masks of every kind."""
    client = await app.client().register()
    said = (
        masked(TEXT, BEAT[:4], final=False, mask=b"\x00\x81\xff\x01")
        + masked(PING, b"p")
        + masked(0, BEAT[4:])
    )
    wire = await Wire.open(client)
    for cut in range(1, len(said)):
        await wire.send(said[:cut])
        await asyncio.sleep(0)
        await wire.send(said[cut:])
        got = {await wire.frame(), await wire.frame()}
        assert (PONG, b"p") in got and any(opcode == TEXT for opcode, _ in got)
    wire.close()


async def test_frames_that_come_with_the_handshake(app):
    """A client may speak before it has read the answer to its handshake."""
    client = await app.client().register()
    wire = await Wire.open(client, early=masked(TEXT, BEAT))
    assert ujson.loads((await wire.frame())[1])["cmd"] == 0
    wire.close()


async def test_many_frames_that_come_with_the_handshake(app):
    """However much a client says before it has read the answer, all of it is heard."""
    client = await app.client().register()
    wire = await Wire.open(client, early=masked(TEXT, BEAT) * 10_000)
    for _ in range(10_000):
        assert (await wire.frame())[0] == TEXT
    wire.close()


async def test_a_read_mark_between_messages(app):
    """Frames that wait for the database keep their place: what follows is handled after them."""
    ann, bob = await app.client().register(), await app.client().register()
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    wire = await Wire.open(ann)
    frames = []
    for i in range(20):
        frames.append({"cmd": 10, "dstid": bob.user_id, "media": 1, "content": str(i), "cid": str(i)})
        frames.append({"cmd": 13, "kind": 10, "dstid": bob.user_id, "seq": i})
    await wire.send(b"".join(masked(TEXT, ujson.dumps(frame).encode()) for frame in frames))
    acks = [ujson.loads((await wire.frame())[1]) for _ in range(20)]
    assert [(ack["cid"], ack["seq"]) for ack in acks] == [(str(i), i + 1) for i in range(20)]
    wire.close()


async def test_a_full_log_makes_the_socket_wait(app):
    """A flood beyond the log's queue is stored whole: the socket is not read while there is no room."""
    app.services.log._max_queue = 3
    ann, bob = await app.client().register(), await app.client().register()
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    wire = await Wire.open(ann)
    said = [
        {"cmd": 10, "dstid": bob.user_id, "media": 1, "content": str(i), "cid": str(i)} for i in range(300)
    ]
    await wire.send(b"".join(masked(TEXT, ujson.dumps(frame).encode()) for frame in said))
    acks = [ujson.loads((await wire.frame())[1]) for _ in said]
    assert [ack["seq"] for ack in acks] == list(range(1, 301))
    wire.close()
