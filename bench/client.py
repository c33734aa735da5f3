"""One connected user, as a bare asyncio protocol: thousands of them fit into a process."""

import asyncio
import random
import socket
import time
from collections.abc import Callable

from bench import wire
from bench.inbox import Inbox
from bench.tracker import Tracker
from protocol.messages import Cmd

#: Linux picks a source port only at connect(), so that as many connections as ports can share an address.
_BIND_ADDRESS_NO_PORT = 24
#: Source addresses that connections are spread over; each gives 28 000 ports.
_ADDRESSES = 200
#: Seconds from connect() to the welcome before an attempt counts as failed (the page gives up after ten).
PATIENCE = 60


class Client(asyncio.Protocol):
    """`on_ack(client, frame, now)` and `on_error(client, frame)` are told what the server says to messages;
    `on_lost(client)` that an open connection has ended without having been asked to."""

    def __init__(
        self,
        number: int,
        user_id: int,
        token: str,
        inbox: Inbox,
        on_ack: Callable,
        on_error: Callable,
        on_lost: Callable,
    ) -> None:
        self.number, self.user_id, self.token = number, user_id, token
        self.tracker = Tracker()
        self.waiting = 0  #: messages sent and neither acked nor refused
        self.leaving = False  #: sends nothing more, because it is about to close
        self.open = False
        self.close_code = 0
        self._inbox = inbox
        self._on_ack, self._on_error, self._on_lost = on_ack, on_error, on_lost
        self._transport: asyncio.Transport | None = None
        self._opening: asyncio.Future | None = None
        self._upgraded = False
        self._rest = b""

    async def connect(self, host: str, port: int) -> int:
        """Opens the connection and waits for the welcome; the nanoseconds it took. Raises OSError, `Refused`
        or TimeoutError."""
        loop = asyncio.get_running_loop()
        began = time.monotonic_ns()
        line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            line.setblocking(False)
            if line.family == socket.AF_INET:
                line.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
                line.bind((f"127.0.0.{1 + self.number % _ADDRESSES}", 0))
            await loop.sock_connect(line, (host, port))
        except BaseException:
            line.close()
            raise
        self._opening = loop.create_future()
        self._upgraded, self._rest, self.close_code = False, b"", 0
        await loop.create_connection(lambda: self, sock=line)
        self._transport.write(wire.handshake(host, port, self.user_id, self.token))
        try:
            async with asyncio.timeout(PATIENCE):
                await self._opening
        except BaseException:
            self._transport.abort()
            raise
        return time.monotonic_ns() - began

    def send(self, payload: bytes) -> None:
        self._transport.write(wire.frame(payload))

    def close(self) -> None:
        """Leaves as a page does that is closed."""
        if self.open:
            self.open = False
            self._transport.write(wire.frame((1001).to_bytes(2, "big"), wire.CLOSE))
            self._transport.close()

    # --- what asyncio calls -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data, self._rest = self._rest + data, b""
        try:
            if not self._upgraded:
                head, found, data = data.partition(b"\r\n\r\n")
                if not found:
                    self._rest = head
                    return
                wire.check_handshake(head)
                self._upgraded = True
            if data:
                self._rest = self._inbox.take(self, data)
        except wire.Refused as error:
            self._fail(error)
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(ConnectionError(f"closed by the server, code {self.close_code}"))
        if self.open:
            self.open = False
            self._on_lost(self)

    def _fail(self, error: Exception) -> None:
        if self._opening is not None and not self._opening.done():
            self._opening.set_exception(error)

    # --- what the inbox calls -----------------------------------------------------------------------------

    def receive(self, opcode: int, frame: object, now: int) -> None:
        """A frame that is no chat message: JSON as a dict, or a control frame's payload."""
        if opcode == wire.TEXT:
            cmd = frame.get("cmd")
            if cmd == Cmd.ACK:
                self._on_ack(self, frame, now)
            elif cmd == Cmd.ERROR:
                self._on_error(self, frame)
            elif cmd == Cmd.WELCOME and not self._opening.done():
                self.open = True
                self._opening.set_result(None)
        elif opcode == wire.PING:
            self._transport.write(wire.frame(frame, wire.PONG))
        elif opcode == wire.CLOSE:
            self.close_code = int.from_bytes(frame[:2], "big")
            self._transport.write(wire.frame(frame[:2], wire.CLOSE))
            self._transport.close()


def backoff(failures: int) -> float:
    """Seconds that our page waits before attempt number `failures` (web/src/transport/backoff.ts)."""
    return random.random() * min(10.0, 0.5 * 2 ** min(failures, 10))
