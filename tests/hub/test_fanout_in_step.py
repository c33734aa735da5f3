"""A large group over real sockets: most are in step and written to the shortest way, some are not."""

import asyncio
import socket

import pytest

import hub.fanout
from hub.ports.control import MembershipChanged
from hub.websocket.direct import DirectTransport
from hub.websocket.pinger import Pinger
from hub.websocket.traffic import Traffic
from tests.hub.sockets import read_frames
from tests.hub.test_fanout import Groups

MANY = 300
SMALL = (101, 151)  #: who falls behind when they don't read


class Client:
    """One end of a real socket, some with a small buffer, and the hub's connection at the other. Reads all
    the time but for when it is told to stop."""

    def __init__(self, process: Groups, user_id: int, *groups: int) -> None:
        self.end = socket.socket()
        if user_id in SMALL:
            self.end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.end.connect(server.getsockname())
            ours, _ = server.accept()
        self.end.setblocking(False)
        ours.setblocking(False)
        self.data, self.ended = b"", False
        self.read_on()
        self._hub = process.hub
        self.transport = DirectTransport(ours, b"", 65536, process.pinger, Traffic())
        self.connection = self._hub.register(user_id, user_id, True, "zh", self.transport)
        assert self._hub.enter(self.connection, groups, self._hub.journal.mark)
        self.transport.start(self)

    # --- a receiver of the transport's

    def on_message(self, data):
        return None

    def on_read(self, size, frames):
        return None

    def on_step(self):
        self._hub.step(self.connection)

    def on_close(self):
        self._hub.unregister(self.connection)

    # --- a client's

    def read_on(self) -> None:
        asyncio.get_running_loop().add_reader(self.end, self._read)

    def stop_reading(self) -> None:
        if self.end.fileno() == -1:
            return
        asyncio.get_running_loop().remove_reader(self.end)

    def _read(self) -> None:
        data = self.end.recv(1 << 20)
        self.data += data
        if not data:
            self.ended = True
            self.stop_reading()

    async def until(self, last: str) -> list[str]:
        """The texts it got since it was asked last, as soon as `last` is the last one."""
        async with asyncio.timeout(30):
            while not self.data.endswith(last.encode()):
                await asyncio.sleep(0.001)
        data, self.data = self.data, b""
        return list(read_frames(data))

    async def until_end(self) -> bytes:
        async with asyncio.timeout(30):
            while not self.ended:
                await asyncio.sleep(0.001)
        return self.data


@pytest.fixture
def process(io_loop, monkeypatch):
    monkeypatch.setattr(hub.fanout, "_TURN_S", 0)  # one slice a turn: whatever happens, happens between two

    async def make():
        made = Groups()
        made.pinger = Pinger(0, 0)
        made.clients = [Client(made, user_id, 7) for user_id in range(1, MANY + 1)]
        return made

    made = io_loop.run_sync(make)
    yield made

    async def end():
        for client in made.clients:
            client.stop_reading()
            client.end.close()
            client.transport.cut()
        await made.hub.close()

    io_loop.run_sync(end)


async def test_everybody_gets_it(process):
    """What is said in a large group reaches all in its order, and its sender an ack in its place."""
    first, last = process.clients[0], process.clients[-1]
    for i in range(5):
        process.say(7, f"one {i}", origin=first.connection.id, ack=f"ack {i}")
        process.say(7, f"two {i}")
        await asyncio.sleep(0)
    process.say(7, "last")
    assert await first.until("last") == [text for i in range(5) for text in (f"ack {i}", f"two {i}")] + [
        "last"
    ]
    for client in (process.clients[1], process.clients[200], last):
        texts = [text for i in range(5) for text in (f"one {i}", f"two {i}")]
        assert await client.until("last") == [*texts, "last"]
    assert process.hub.stats()["fanout"]["writes"] >= MANY


async def test_who_falls_behind_and_catches_up(process):
    """A client that reads nothing for a while gets everything in order when it does, and private messages
    where they belong; nobody else notices."""
    slow, other = process.clients[150], process.clients[151]
    slow.stop_reading()
    said = [f"{i:03}" + "x" * 16000 for i in range(30)]
    for text in said:
        process.say(7, text)
        while process.hub.stats()["fanout"]["groups"]:
            await asyncio.sleep(0)
    assert slow.transport.waiting and slow.transport.direct is None
    process.hub.tell_users([151], "private")
    process.say(7, "last")
    assert await other.until("last") == [*said, "last"]
    slow.read_on()
    assert await slow.until("last") == [*said, "private", "last"]
    while slow.transport.waiting:
        await asyncio.sleep(0)
    assert slow.transport.direct is not None
    process.say(7, "in step again")
    assert await slow.until("again") == ["in step again"]


async def test_who_ends_while_a_group_is_written(process):
    """Clients that leave, are cut off or are closed between two slices get nothing more, and nothing after a
    close frame; all others get everything."""
    gone, cut, closed, broken = (process.clients[i] for i in (290, 291, 292, 293))
    process.say(7, "one")
    await asyncio.sleep(0)
    process.say(7, "two")
    process.hub.order((MembershipChanged(291, 7, False),))
    cut.transport.cut()
    closed.connection.close(4401, "gone")
    broken.stop_reading()
    broken.end.close()
    for client in (process.clients[i] for i in (0, 1, 289, 294, 299)):
        assert await client.until("two") == ["one", "two"]
    assert gone.data == b"\x81\x03one"  # it was being written when they left
    assert await cut.until_end() == b""
    closed.transport.cut()
    assert await closed.until_end() == b"\x88\x06\x11\x31gone"  # 4401, and nothing before or after it
    while broken.connection.id in process.hub._connections:
        await asyncio.sleep(0)


async def test_who_is_too_slow(process):
    """A client that never reads is closed with 4008; the others get everything."""
    slow, other = process.clients[100], process.clients[101]
    slow.stop_reading()
    slow.connection._limit_bytes = 100_000
    said = [f"{i:03}" + "x" * 16000 for i in range(40)]
    for text in [*said, "last"]:
        process.say(7, text)
        while process.hub.stats()["fanout"]["groups"]:
            await asyncio.sleep(0)
    assert await other.until("last") == [*said, "last"]
    assert slow.connection.closed and slow.transport.direct is None
    slow.read_on()
    while not slow.data.endswith(b"\x88\x0a\x0f\xa8too slow"):
        await asyncio.sleep(0.001)
