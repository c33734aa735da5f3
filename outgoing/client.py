"""One HTTP/1.1 exchange with a machine that a user named: bounded in time and bytes, and never redirected.

Promised: the connection goes to an address that `Addresses` has checked; nothing is read beyond `limit`; the
whole exchange ends within `seconds`. Not promised: a second try, a kept connection, cookies.
"""

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import h11

from outgoing.addresses import Addresses, Target, target_of

_PIECE = 16 * 1024


class Unreachable(Exception):
    """No answer: no such host, no connection, no TLS, no HTTP, or too late."""


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]  # names in small letters; of repeated ones the last
    body: bytes  # decoded; at most `limit` bytes of it
    whole: bool  # the body ends where it ended


class Client:
    """Speaks to addresses that users name."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._tls = ssl.create_default_context()

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        *,
        limit: int,
        seconds: float,
    ) -> Reply:
        """Sends a request and reads up to `limit` bytes of the answer.

        Errors: `Forbidden` for an address that may not be spoken to, `Unreachable` for one that does not
        answer.
        """
        target = target_of(url)
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await self._connect(target)
                try:
                    writer.write(_request(method, target, headers, body))
                    return await _answer(reader, method, limit)
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError, h11.ProtocolError, zlib.error) as error:
            raise Unreachable(f"{target.authority}: {error or type(error).__name__}")

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        tls = self._tls if target.scheme == "https" else None
        failure: OSError | None = None
        for address in await self._addresses.of(target):
            try:
                return await asyncio.open_connection(
                    address, target.port, ssl=tls, server_hostname=target.host if tls else None
                )
            except OSError as error:
                failure = error
        raise failure or OSError("no address")


def _request(method: str, target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    ours = h11.Connection(h11.CLIENT)
    host = target.origin.partition("://")[2]
    lines = [("Host", host), ("Accept-Encoding", "gzip"), ("Connection", "close"), *headers.items()]
    if body or method == "POST":
        lines.append(("Content-Length", str(len(body))))
    parts = [ours.send(h11.Request(method=method, target=target.path, headers=lines))]
    if body:
        parts.append(ours.send(h11.Data(data=body)))
    return b"".join(part or b"" for part in parts)


async def _answer(reader: asyncio.StreamReader, method: str, limit: int) -> Reply:
    theirs = h11.Connection(h11.CLIENT)
    # What was asked, so that the answer to HEAD has no body.
    theirs.send(h11.Request(method=method, target="/", headers=[("Host", "")]))
    theirs.send(h11.EndOfMessage())
    status, headers, body = 0, dict[str, str](), bytearray()
    unzip = None
    while True:
        event = theirs.next_event()
        if event is h11.NEED_DATA:
            theirs.receive_data(await reader.read(_PIECE))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode("latin1"): value.decode("latin1") for name, value in event.headers}
            if headers.get("content-encoding", "").lower() in ("gzip", "x-gzip"):
                unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif isinstance(event, h11.Data):
            left = limit - len(body)
            # A few bytes may stand for millions: no more is unpacked than fits.
            piece = unzip.decompress(bytes(event.data), left + 1) if unzip else bytes(event.data)
            body += piece[: left + 1]
            if len(body) > limit:
                return Reply(status, headers, bytes(body[:limit]), False)
        elif isinstance(event, h11.EndOfMessage):
            return Reply(status, headers, bytes(body), True)
        elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
            raise OSError("the connection ended")
