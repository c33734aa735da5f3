"""Both transports, frame by frame, over real sockets."""

import asyncio
import base64
import os
import socket
import struct
from urllib.parse import urlencode, urlsplit

import pytest
import ujson

from hub.websocket import base
from tests.app import start
from tests.hub.websocket.test_parser import masked

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
BEAT = ujson.dumps({"cmd": 0}).encode()


@pytest.fixture(params=["direct", "stream"])
def app(io_loop, tmp_path, request):
    """A server with one transport and then with the other."""

    async def begin():
        return start(tmp_path / "data", {"hub.transport": request.param, "hub.max_frame": 4096})

    running_app = io_loop.run_sync(begin)
    assert running_app.services.transports.direct == (request.param == "direct")
    yield running_app
    io_loop.run_sync(running_app.stop)


class Wire:
    """A client that says exactly the bytes it is told to."""

    def __init__(self, connection):
        self._loop = asyncio.get_running_loop()
        self._socket = connection
        self._read = b""

    @classmethod
    async def open(cls, client, early=b""):
        """Shakes hands as `client`; `early` bytes come in one piece with the request."""
        address = urlsplit(client.url)
        connection = socket.socket()
        connection.setblocking(False)
        wire = cls(connection)
        await wire._loop.sock_connect(connection, (address.hostname, address.port))
        query = urlencode({"id": client.user_id, "token": client.token, "v": 2})
        await wire.send(
            (
                f"GET /chat?{query} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
            ).encode()
            + early
        )
        while b"\r\n\r\n" not in wire._read:
            await wire._more()
        head, _, wire._read = wire._read.partition(b"\r\n\r\n")
        assert b" 101 " in head, head
        opcode, payload = await wire.frame()
        assert (opcode, ujson.loads(payload)["cmd"]) == (TEXT, 3)
        return wire

    async def _more(self):
        async with asyncio.timeout(15):
            data = await self._loop.sock_recv(self._socket, 65536)
        if not data:
            raise ConnectionResetError
        self._read += data

    async def _take(self, size):
        while len(self._read) < size:
            await self._more()
        taken, self._read = self._read[:size], self._read[size:]
        return taken

    async def frame(self):
        """(opcode, payload) of the server's next frame; None at the end of the connection."""
        try:
            first, size = await self._take(2)
            assert first & 0x80 and not size & 0x80
            if size == 126:
                (size,) = struct.unpack("!H", await self._take(2))
            return first & 0x0F, await self._take(size)
        except ConnectionResetError:
            return None

    async def until_end(self):
        """All frames up to the end; of the close frame the code is kept, the reason not."""
        frames = []
        while (frame := await self.frame()) is not None:
            frames.append((CLOSE, frame[1][:2]) if frame[0] == CLOSE else frame)
        return frames

    async def send(self, data):
        try:
            await self._loop.sock_sendall(self._socket, data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has ended it: what it said is read all the same

    def close(self):
        self._socket.close()


CLOSED = (CLOSE, struct.pack("!H", 1000))
TOO_BIG = (CLOSE, struct.pack("!H", 1009))
BROKEN = (CLOSE, struct.pack("!H", 1002))
NO_TEXT = (CLOSE, struct.pack("!H", 1007))
BYE = masked(CLOSE, struct.pack("!H", 1000))

# What a client says, how many heartbeats in it are answered, and which other frames it gets. After the
# answers it says good-bye, if the connection has not ended by then.
SCENES = {
    "a text": (masked(TEXT, BEAT), 1, [CLOSED]),
    "many in one packet": (masked(TEXT, BEAT) * 50, 50, [CLOSED]),
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


async def test_a_connection_that_breaks(app):
    """A client that vanishes without a close frame is forgotten."""
    client = await app.client().register()
    wire = await Wire.open(client)
    assert app.services.hub.connections == 1
    wire.close()
    while app.services.hub.connections:
        await asyncio.sleep(0.01)


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
        faulty.setattr("handlers.socket.session.now_ms", broken)
        faulty.setattr("handlers.socket.session.conversations.read", broken_later)
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
    (node,) = (node for node in app.services.hub._nodes.values())
    while not node.closed:
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
