"""One connected user, as a bare asyncio protocol: thousands of them fit into a process."""

import asyncio
import random
import socket
import time
from collections.abc import Callable
from typing import cast

from bench.clients import wire
from bench.clients.receiver import Receiver
from bench.clients.sequences import Sequences
from bench.clients.wire import Frame

#: Linux picks a source port only at connect(), so that as many connections as ports can share an address.
_BIND_ADDRESS_NO_PORT = 24
#: Source addresses that connections are spread over; each gives 28 000 ports.
_ADDRESSES = 200
#: Seconds from connect() to the welcome before an attempt counts as failed (the page gives up after ten).
PATIENCE_S = 60


class Client(asyncio.Protocol):
    """`number`: in its process. `on_ack(client, frame, now_ns)` and `on_error(client, frame)` are told what
    the server says to messages; `on_lost(client)` that an open connection has ended without having been asked
    to."""

    def __init__(
        self,
        number: int,
        user_id: int,
        token: str,
        receiver: Receiver,
        on_ack: Callable[["Client", Frame, int], None],
        on_error: Callable[["Client", Frame], None],
        on_lost: Callable[["Client"], None],
    ) -> None:
        self.number, self.user_id, self.token = number, user_id, token
        self.sequences = Sequences()
        self.list_change: int | None = None  #: up to here it knows the list of conversations
        self.waiting = 0  #: messages sent and neither acked nor refused
        self.leaving = False  #: sends nothing more, because it is about to close
        self.open = False
        self.close_code = 0
        self._receiver = receiver
        self._on_ack, self._on_error, self._on_lost = on_ack, on_error, on_lost
        self._transport: asyncio.Transport  # from `connection_made` on
        self._opening: asyncio.Future[None] | None = None
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
        opening = self._opening = loop.create_future()
        self._upgraded, self._rest, self.close_code = False, b"", 0
        await loop.create_connection(lambda: self, sock=line)
        self._transport.write(wire.handshake(host, port, self.user_id, self.token))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await opening
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
        self._transport = cast(asyncio.Transport, transport)

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
                self._rest = self._receiver.take(self, data)
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

    # --- what the receiver calls --------------------------------------------------------------------------

    def receive(self, frame: Frame, now_ns: int) -> None:
        """A JSON frame that is no chat message."""
        cmd = frame.get("cmd")
        if cmd == wire.ACK:
            self._on_ack(self, frame, now_ns)
        elif cmd == wire.ERROR:
            self._on_error(self, frame)
        elif cmd == wire.WELCOME and self._opening is not None and not self._opening.done():
            self.open = True
            self._opening.set_result(None)

    def receive_control(self, opcode: int, payload: bytes) -> None:
        """A ping is answered, a close is returned."""
        if opcode == wire.PING:
            self._transport.write(wire.frame(payload, wire.PONG))
        elif opcode == wire.CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big")
            self._transport.write(wire.frame(payload[:2], wire.CLOSE))
            self._transport.close()


def backoff_s(failures: int) -> float:
    """Seconds that our page waits before attempt number `failures` (web/src/transport/backoff.ts)."""
    return random.random() * min(7.5, 0.5 * float(2 ** min(failures, 10)))
