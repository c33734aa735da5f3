"""What the handshake is answered with goes out before all else, once, on both transports."""

import asyncio
import socket

import pytest
from tornado.iostream import IOStream

from hub.websocket import text_frame
from hub.websocket.direct import DirectTransport
from hub.websocket.pinger import Pinger
from hub.websocket.stream import StreamTransport
from hub.websocket.traffic import Traffic

HEAD = b"HTTP/1.1 101 \r\n\r\n"


class Receiver:
    """Wants nothing."""

    def on_message(self, data):
        return None

    def on_read(self, size, frames):
        return None

    def on_step(self):
        pass

    def on_close(self):
        pass


class Pair:
    """A transport that has a head to write, and the client's end."""

    def __init__(self, kind: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.end = socket.create_connection(server.getsockname())
            ours, _ = server.accept()
        self.end.setblocking(False)
        ours.setblocking(False)
        common = 65536, Pinger(0, 0), Traffic()
        if kind == "direct":
            self.transport = DirectTransport(ours, b"", *common, head=HEAD)
        else:
            self.transport = StreamTransport(IOStream(ours), *common, head=HEAD)

    async def got(self, size: int) -> bytes:
        """What is read of so many bytes; less at the end."""
        data = b""
        async with asyncio.timeout(30):
            while len(data) < size:
                more = await asyncio.get_running_loop().sock_recv(self.end, size - len(data))
                if not more:
                    break
                data += more
        return data


@pytest.fixture(params=["direct", "stream"])
def pair(io_loop, request):
    async def make():
        return Pair(request.param)

    made = io_loop.run_sync(make)
    yield made

    async def end():
        made.transport.cut()
        made.end.close()

    io_loop.run_sync(end)


async def test_with_the_first_frame(pair):
    """The answer and the welcome come in this order, in one piece."""
    welcome, more = text_frame("welcome"), text_frame("more")
    pair.transport.send(welcome)
    assert await pair.got(len(HEAD + welcome)) == HEAD + welcome
    pair.transport.start(Receiver())
    pair.transport.send(more)
    assert await pair.got(len(more)) == more


async def test_by_itself(pair):
    """A client that is told nothing at first, a classic page, gets its answer all the same."""
    pair.transport.start(Receiver())
    assert await pair.got(len(HEAD)) == HEAD


async def test_before_a_close_frame(pair):
    """Who is closed before anything was said has been let in first."""
    pair.transport.close(4401, "gone")
    closing = b"\x88\x06\x11\x31gone"
    assert await pair.got(len(HEAD + closing)) == HEAD + closing


async def test_of_one_that_is_cut(pair):
    """A connection that ends before anything was written says nothing."""
    pair.transport.cut()
    assert await pair.got(1) == b""
