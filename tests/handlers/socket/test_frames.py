"""Frames down to the bit: what is refused, what ends a connection, and what is legal though unusual."""

import pytest

from tests.app import running
from tests.handlers.people import friends, text
from tests.raw_socket import BINARY, CLOSE, PING, PONG, TEXT, RawSocket, frame

MAX_FRAME = 65536

#: What is wrong -> the frame. Each is answered with -400 and counts towards closing the socket.
MALFORMED = {
    "binary": frame({"cmd": 0}, BINARY),
    "empty": frame(""),
    "no JSON": frame("hello"),
    "half": frame('{"cmd": 0'),
    "list": frame("[0]"),
    "number": frame("0"),
    "NaN": frame('{"cmd": 0, "x": NaN}'),
    "Infinity": frame('{"cmd": 0, "x": -Infinity}'),
    "1e400": frame('{"cmd": 10, "dstid": 1, "media": 5, "url": "/x", "amount": 1e400}'),
    "deep": frame('{"cmd": ' + "[" * 30000 + "]" * 30000 + "}"),
    "digits": frame('{"cmd": ' + "1" * 5000 + "}"),
    "no cmd": frame("{}"),
    "cmd is text": frame('{"cmd": "10"}'),
    "cmd is a bool": frame('{"cmd": true}'),
    "cmd is a float": frame('{"cmd": 10.0}'),
    "dstid is text": frame('{"cmd": 10, "dstid": "1", "media": 1, "content": "x"}'),
    "dstid is a bool": frame('{"cmd": 10, "dstid": true, "media": 1, "content": "x"}'),
    "dstid is a float": frame('{"cmd": 10, "dstid": 1.0, "media": 1, "content": "x"}'),
    "dstid is too large": frame('{"cmd": 10, "dstid": 9007199254740992, "media": 1, "content": "x"}'),
    "dstid is negative": frame('{"cmd": 10, "dstid": -1, "media": 1, "content": "x"}'),
    "media is a bool": frame('{"cmd": 10, "dstid": 1, "media": true, "content": "x"}'),
    "at holds text": frame('{"cmd": 10, "dstid": 1, "media": 1, "content": "x", "at": ["1"]}'),
    "NUL": frame('{"cmd": 10, "dstid": 1, "media": 1, "content": "a\\u0000b"}'),
    "raw NUL": frame('{"cmd": 10, "dstid": 1, "media": 1, "content": "a\0b"}'),
    "lone surrogate": frame('{"cmd": 10, "dstid": 1, "media": 1, "content": "\\ud800"}'),
    "surrogates the wrong way round": frame(
        '{"cmd": 10, "dstid": 1, "media": 1, "content": "\\udc00\\ud800"}'
    ),
    "surrogate in cid": frame('{"cmd": 10, "dstid": 1, "media": 1, "content": "x", "cid": "\\ud800"}'),
    "NUL in cid": frame('{"cmd": 10, "dstid": 1, "media": 1, "content": "x", "cid": "\\u0000"}'),
    "seq is text": frame('{"cmd": 13, "kind": 10, "dstid": 1, "seq": "1"}'),
}


async def is_alive(socket: RawSocket) -> bool:
    """Whether the connection still answers, and has nothing else to say."""
    await socket.write(frame({"cmd": 0}))
    return (await socket.receive())["cmd"] == 0


@pytest.fixture
def ann(app, io_loop):
    return io_loop.run_sync(app.client().register)


async def test_malformed_frames(ann):
    """Each is answered with -400 and a reason, and the connection goes on."""
    async with await RawSocket.of(ann) as socket:
        for name, sent in MALFORMED.items():
            await socket.write(sent)
            error = await socket.receive()
            assert (error["cmd"], error["code"]) == (2, -400) and error["msg"], name
        assert await is_alive(socket)


async def test_a_classic_page_hears_nothing_of_it(ann):
    """A classic page gets no answer to a bad frame: it would draw it as a message."""
    async with await RawSocket.of(ann, v="") as socket:
        await socket.write(*MALFORMED.values(), frame("", PING))
        assert await socket.read() == (PONG, b"")


async def test_reasons_in_the_clients_language(app, ann):
    """Reasons are Chinese, English for a client that asks for it."""
    for headers, reason in (({}, "未知的 cmd"), ({"Accept_Language": "en"}, "Unknown cmd")):
        path = f"/chat?id={ann.user_id}&token={ann.token}&v=2"
        async with await RawSocket.connect(app.port, path, **headers) as socket:
            await socket.write(frame({"cmd": 99, "cid": "c"}))
            assert (await socket.receive())["cmd"] == 3
            assert await socket.receive() == {"cmd": 2, "code": -400, "msg": reason, "cid": "c"}


async def test_heartbeats(ann):
    """A v2 client's heartbeat is answered with the time, a classic one's with nothing."""
    async with await RawSocket.of(ann) as socket, await RawSocket.of(ann, v="") as classic:
        await socket.write(frame({"cmd": 0}))
        answer = await socket.receive()
        assert answer.keys() == {"cmd", "now"} and answer["now"] > 1_700_000_000_000
        await classic.write(frame({"cmd": 0, "userid": ann.user_id, "dstid": 0}), frame("", PING))
        assert (await classic.read())[0] == PONG


@pytest.mark.parametrize("v", ["&v=2", ""])
async def test_twenty_in_a_minute(tmp_path, v):
    """The twentieth malformed frame in a minute closes the socket with 1008, a classic one too."""
    async with running(tmp_path, {"limits.enabled": True}) as app:
        ann = await app.client().register()
        async with await RawSocket.of(ann, v=v) as socket:
            await socket.write(*[frame("x")] * 19, frame("still here", PING))
            while (found := await socket.read())[0] == TEXT:
                pass
            assert found == (PONG, b"still here")
            await socket.write(frame("x"))
            assert await socket.closed() == 1008


async def test_what_does_not_count(tmp_path):
    """A newer client's unknown commands, refused messages and missing fields never close a socket."""
    async with running(tmp_path, {"limits.enabled": True}) as app:
        ann = await app.client().register()
        async with await RawSocket.of(ann) as socket:
            for sent in ({"cmd": 99, "kind": 10, "dstid": 1}, text(ann, ""), text(99999)):
                for _ in range(15):
                    await socket.write(frame(sent))
                    assert (await socket.receive())["cmd"] == 2
            assert await is_alive(socket)


async def test_without_limits_nothing_counts(ann):
    """With limits off a client may send as many bad frames as it likes."""
    async with await RawSocket.of(ann) as socket:
        await socket.write(*[frame("x")] * 50)
        for _ in range(50):
            assert (await socket.receive())["code"] == -400


async def test_the_largest_frame(app):
    """A frame of exactly 64 KiB is delivered whole."""
    ann, bob = await friends(app)
    size = MAX_FRAME - len(frame(text(bob, ""), masked=False)) + 2
    async with await RawSocket.of(ann) as mine, await RawSocket.of(bob) as his:
        sent = frame(text(bob, "x" * size))
        assert len(sent) == MAX_FRAME + 14
        await mine.write(sent)
        assert (await mine.receive())["cmd"] == 1
        assert (await his.receive())["content"] == "x" * size
        await mine.write(frame(text(bob, "x" * (size + 1))))
        assert await mine.closed() == 1009


@pytest.mark.parametrize("transport", ["direct", "stream"])
@pytest.mark.parametrize("size", [MAX_FRAME + 1, 12_000_000])
async def test_too_large(tmp_path, transport, size):
    """A larger frame ends the connection with 1009, which the client gets to read though it was still
    sending."""
    async with running(tmp_path, {"hub.transport": transport}) as app:
        async with await RawSocket.of(await app.client().register()) as socket:
            await socket.write(frame(b"x" * size))
            assert await socket.closed() == 1009


async def test_an_endless_frame(ann):
    """A frame that only says it is huge is refused before any of it is kept."""
    async with await RawSocket.of(ann) as socket:
        await socket.write(bytes([0x81, 0xFF]) + (2**62).to_bytes(8, "big") + bytes(4))
        assert await socket.closed() == 1009


async def test_too_large_in_pieces(ann):
    """Many small fragments do not make a larger message than one frame may be."""
    async with await RawSocket.of(ann) as socket:
        await socket.write(frame(b"x" * 40000, final=False), frame(b"x" * 40000, 0))
        assert await socket.closed() == 1009


ENDING = {
    "unmasked": frame({"cmd": 0}, masked=False),
    "unmasked ping": frame("", PING, masked=False),
    "invalid UTF-8": frame(b'{"cmd": 0, "x": "\xff"}'),
    "half a character": frame(b"\xe4\xbd"),
    "reserved bit": frame({"cmd": 0}, reserved=4),
    "reserved opcode": frame({"cmd": 0}, 3),
    "reserved control": frame("", 11),
    "fragmented ping": frame("", PING, final=False),
    "long ping": frame("x" * 126, PING),
    "nothing to go on with": frame("x", 0),
    "a new one inside": frame("{", final=False) + frame({"cmd": 0}),
}


@pytest.mark.parametrize("name", ENDING)
async def test_broken_protocol(ann, name):
    """A client that breaks the protocol is cut off, and its friends and other devices are not."""
    async with await RawSocket.of(ann) as other, await RawSocket.of(ann) as socket:
        await socket.write(ENDING[name])
        assert await socket.closed() in (None, 1002, 1007)
        assert await is_alive(other)


async def test_fragments(app):
    """A message in legal fragments is one message, with control frames between them and characters split."""
    ann, bob = await friends(app)
    whole = '{"cmd": 10, "dstid": %d, "media": 1, "content": "鹊桥"}' % bob.user_id
    data = whole.encode()
    async with await RawSocket.of(ann) as socket, await RawSocket.of(bob) as his:
        pieces = [data[i : i + 1] for i in range(len(data))]
        sent = [frame(pieces[0], final=False)]
        for piece in pieces[1:-1]:
            sent += [frame(piece, 0, final=False)]
        sent += [frame("between", PING), frame("", 0, final=False), frame(pieces[-1], 0)]
        await socket.write(*sent)
        assert await socket.read() == (PONG, b"between")
        assert (await socket.receive())["cmd"] == 1
        assert (await his.receive())["content"] == "鹊桥"


async def test_byte_by_byte(ann):
    """A client on a bad line, whose frame arrives a byte at a time, is understood."""
    async with await RawSocket.of(ann) as socket:
        for byte in frame({"cmd": 0}):
            await socket.write(bytes([byte]))
        assert (await socket.receive())["cmd"] == 0


@pytest.mark.parametrize(
    "payload", [b"", b"\x03", b"\x03\xe8", b"\x03\xe8bye", b"\x03\xed", b"\x03\xe8\xff\xff", b"\xff\xff"]
)
async def test_closing(app, ann, payload):
    """However a client says good-bye, it is gone."""
    async with await RawSocket.of(ann) as socket:
        await socket.write(frame(payload, CLOSE))
        await socket.closed()
    async with await RawSocket.of(ann) as socket:
        assert await is_alive(socket)
