"""One bare connection to Redis. redis-py takes 16–35 µs for a command and 9–28 for an answer, this 0.7–2.4
and 0.8–6; and the stream needs nothing else."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any, cast

import hiredis

from hub.ports.line import LineError
from hub.ports.redis.address import RedisAddress, reason_of


def command(*words: bytes) -> bytes:
    """A command as it goes over the wire (RESP, arrays of bulk strings)."""
    return b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%b\r\n" % (len(word), word) for word in words])


class Refused(LineError):
    """Redis has said no for good: a password, a right, a database that is not there."""


def refusal(error: hiredis.ReplyError) -> LineError:
    """What an answer that says no means for the line."""
    said = reason_of(error)
    soon = said.startswith(("LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY"))
    return (LineError if soon else Refused)(f"Redis says: {said}")


class Connection(asyncio.Protocol):
    """`on_reply` gets each answer that nobody awaits, on the loop; `on_lost` is called once, at the end."""

    def __init__(self, on_reply: Callable[[Any], None], on_lost: Callable[[], None]) -> None:
        self._reader = hiredis.Reader()
        self._on_reply, self._on_lost = on_reply, on_lost
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(
        cls,
        address: RedisAddress,
        host: str,
        port: int,
        on_reply: Callable[[Any], None],
        on_lost: Callable[[], None],
    ) -> "Connection":
        """Connected, logged in, on its database. Raises `LineError`; `Refused` when trying again is no
        use."""
        context: ssl.SSLContext | None = address.tls_context()
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: cls(on_reply, on_lost), host, port, ssl=context
            )
        except OSError as error:
            raise LineError(f"{host}:{port}: {reason_of(error)}") from None
        try:
            await connection._enter(address)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _enter(self, address: RedisAddress) -> None:
        if address.password or address.user:
            words = (b"AUTH", *([address.user.encode()] if address.user else []), address.password.encode())
            await self._demand(*words)
        if address.db:
            await self._demand(b"SELECT", b"%d" % address.db)
        await self._demand(b"PING")

    async def _demand(self, *words: bytes) -> None:
        try:
            await self.ask(*words)
        except hiredis.ReplyError as error:
            raise refusal(error) from None

    async def ask(self, *words: bytes) -> Any:
        """The answer to one command. Raises `hiredis.ReplyError`, or `LineError` when the connection ends."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self.write(command(*words))
        return await answer

    def write(self, data: bytes) -> None:
        """uvloop's transports raise once they are closed, asyncio's only warn: they are asked first."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def abort(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()

    # --- asyncio's side -----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of another class

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                if self._asked:
                    self._answer(self._asked.popleft(), reply)
                else:
                    self._on_reply(reply)
        except hiredis.ProtocolError:  # whatever this is, it is not Redis
            self.abort()

    @staticmethod
    def _answer(answer: "asyncio.Future[Any]", reply: Any) -> None:
        if answer.done():
            return
        if isinstance(reply, hiredis.ReplyError):
            answer.set_exception(reply)
        else:
            answer.set_result(reply)

    def connection_lost(self, error: Exception | None) -> None:
        for answer in self._asked:
            if not answer.done():
                answer.set_exception(LineError("the connection has ended"))
        self._asked.clear()
        self._on_lost()
