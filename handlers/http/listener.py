"""The HTTP server itself: how many connections it takes, how much it reads, how long it waits."""

import asyncio
import copy
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

from tornado.http1connection import HTTP1Connection, HTTP1ServerConnection
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream
from tornado.netutil import ssl_wrap_socket

from actions.budget import address_key
from handlers.http import body, proxies
from handlers.http.accepting import AcceptingServer, descriptors
from handlers.http.heads import PlainConnection
from handlers.http.newcomers import Newcomer, Newcomers
from handlers.http.places import Place, Places
from handlers.http.site import Site
from handlers.http.streams import PacedStream, PacedTLSStream
from handlers.socket.handshake import Arrival
from handlers.socket.head import plain_handshake
from metrics.histogram import Measures

if TYPE_CHECKING:
    from config import Config

log = logging.getLogger("magpie")

#: Bytes read of a request that is too large before its connection is cut: a browser that is still sending
#: would not see the answer.
DRAIN_BYTES = 64 << 20
#: Seconds that a whole request may take to arrive; how fast its body must come is said in `streams`.
BODY_SECONDS = 900
#: Seconds for the head of a connection's first request, and for what is one too many to say what it wants.
HEAD_SECONDS, FULL_SECONDS = 15, 2
#: Seconds that a connection may stay idle between two requests. A proxy's own is longer than the minute after
#: which nginx lets go of one, so that it never sends a request into a connection that we are closing.
IDLE_SECONDS, PROXY_IDLE_SECONDS = 30, 90
#: Descriptors that are not connections: some thirty of the database, the log, files that are being read or
#: received, and the connections that are one too many.
RESERVED_FILES = 256
#: Connections beyond the last place that are told so, or are probes; more are cut without a word. As many
#: again from this machine itself, whose probes are to be answered in any case.
REFUSED_POLITELY = 32
#: Bytes that the kernel may hold of an answer (it takes twice as many, with its own). Left alone it grows to
#: 4 MiB for a client that reads nothing.
SEND_BUFFER = 128 << 10
#: Seconds between two looks at who makes no progress, or whose time is over: so much longer it may be.
LOOK_SECONDS = 5


class Listener(AcceptingServer):
    """An HTTP server with a bound on connections, so that the process never runs out of descriptors, and with
    streams that are cut off when their client makes no progress."""

    def initialize(  # type: ignore[override]
        self, site: Site, config: "Config", certificate: ssl.SSLContext | None
    ) -> None:
        services = site.settings["services"]
        self._proxies: proxies.Networks = site.settings["proxies"]
        files = descriptors()
        most = min(config.server.max_connections, files - min(RESERVED_FILES, files // 2))
        self._places = Places(most, services.budget, services.hub)
        self._site, self._answers = site, site.answers
        self._full: dict[bool, set[Place]] = {True: set(), False: set()}  # by whether it is this machine's
        self._refused = self._stalled = 0
        self._stranger_said = False  # that a proxy is not declared
        super().initialize(
            site,
            ssl_options=certificate,
            max_body_size=config.uploads.max_bytes + DRAIN_BYTES,
            max_buffer_size=1 << 20,
        )
        # A timer for each head and each body would be two for each request: `_look` looks after them.
        self.conn_params.header_timeout, self._full_params = None, copy.copy(self.conn_params)
        self._newcomers = Newcomers(HEAD_SECONDS, self._arrival, self._pass_on, self._places.give)
        self._direct = services.transports.direct
        self._full_params.header_timeout, self._full_params.no_keep_alive = FULL_SECONDS, True
        self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def stats(self) -> dict[str, int]:
        """`http_connections`: those that are open, without WebSockets; `http_places`: how many there may be,
        with them; since the start `http_refused`: those that found the server full, `http_stalled`: those cut
        off because their client made no progress."""
        return {
            "http_connections": len(self._places),
            "http_places": self._places.most,
            "http_refused": self._refused,
            "http_stalled": self._stalled,
        }

    def measures(self) -> Measures:
        """What was answered, as `Answers` tells."""
        return self._answers.measures()

    # --- letting in ---------------------------------------------------------------------------------------

    def add_sockets(self, sockets: "list[socket.socket]") -> None:  # type: ignore[override]
        """Connections inherit what is said here."""
        for listening in sockets:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().add_sockets(sockets)

    def stream(self, connection: socket.socket) -> PacedStream:
        kind = PacedStream
        if self.ssl_options is not None:
            kind = PacedTLSStream
            connection = ssl_wrap_socket(
                connection, self.ssl_options, server_side=True, do_handshake_on_connect=False
            )
        return kind(connection, max_buffer_size=self.max_buffer_size, read_chunk_size=self.read_chunk_size)

    def no_descriptor(self) -> None:
        self._places.make_room()

    def let_in(self, connection: socket.socket, address: tuple[Any, ...]) -> None:
        if self.ssl_options is not None:
            super().let_in(connection, address)
            return
        connection.setblocking(False)
        newcomer = Newcomer(self._newcomers, connection, address)
        newcomer.place = self._place_for(newcomer, newcomer.remote_ip)
        if newcomer.place is not None:
            self._newcomers.wait(newcomer, connection)
        else:
            self._serve(self.stream(connection), None, address)

    def _arrival(self, newcomer: Newcomer, data: bytes) -> Arrival | None:
        """The handshake that is all of `data`."""
        plain = plain_handshake(data) if self._direct else None
        if plain is None:
            return None
        if newcomer.place is not None:
            self._heard(newcomer.place, plain[1])
        return self._site.arrival(cast(HTTP1Connection, newcomer), *plain)

    def _pass_on(self, newcomer: Newcomer, refused: Arrival | None) -> None:
        """To Tornado, with what has been read."""
        place = newcomer.place
        assert place is not None
        stream = place.stream = self.stream(newcomer.give())
        stream.early, stream.refused, stream.due = newcomer.data, refused, newcomer.until
        self._serve(stream, place, newcomer.address)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        assert isinstance(stream, PacedStream)
        self._serve(stream, self._place_for(stream, str(address[0])), address)

    def _place_for(self, stream: PacedStream | Newcomer, client: str) -> Place | None:
        return self._places.take(stream, address_key(client), proxies.is_proxy(client, self._proxies))

    def _serve(self, stream: PacedStream, place: Place | None, address: tuple[Any, ...]) -> None:
        """Lets Tornado read it, if there is no place for it to be told so."""
        place = place or self._one_too_many(stream, str(address[0]))
        if place is None:
            stream.close()
            return
        stream.place = place
        super().handle_stream(stream, address)

    def _one_too_many(self, stream: PacedStream, client: str) -> Place | None:
        """A place for it to be told so, or for a probe to be answered."""
        self._refused += 1
        self.say("full", "full connections=%d: more are refused", self._places.most)
        full = self._full[proxies.is_local(client)]
        if len(full) >= REFUSED_POLITELY:
            return None
        place = Place(self._places, stream, None, False)
        place.full = True
        full.add(place)
        return place

    # --- one connection's life ----------------------------------------------------------------------------

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        place = _place(server_conn)
        connection, stream = cast(HTTP1Connection, request_conn), _stream(place)
        if place.full:
            connection.params = self._full_params
            connection.set_body_timeout(body.BODY_SECONDS)
        elif place.proxy or place.asked:
            stream.due = time.monotonic() + (PROXY_IDLE_SECONDS if place.proxy else IDLE_SECONDS)
        elif stream.due is None:
            stream.due = time.monotonic() + HEAD_SECONDS
        place.done()
        if type(connection) is HTTP1Connection:
            connection.__class__ = PlainConnection
        inner = super().start_request(server_conn, request_conn)
        return _Request(inner, place, self._heard, self._site, connection)

    def _heard(self, place: Place, headers: HTTPHeaders) -> None:
        """Says once what an operator has to know whose proxy is not in `server.proxies`."""
        if "X-Forwarded-For" not in headers or place.proxy or self._stranger_said:
            return
        address = str(place.address)
        if proxies.is_local(address):
            self._stranger_said = True
            log.warning(
                "X-Forwarded-For from %s, which is not in server.proxies: it is not believed", address
            )

    def on_close(self, server_conn: object) -> None:
        place = _place(server_conn)
        self._places.give(place)
        _stream(place).refused = None
        for full in self._full.values():
            full.discard(place)
        place.stream.place = None  # it is a cycle
        super().on_close(server_conn)

    def stop(self) -> None:
        self._looking.cancel()
        super().stop()

    async def close_all_connections(self) -> None:
        self._newcomers.close()
        await super().close_all_connections()

    def _look(self) -> None:
        """Cuts off who makes no progress, and whose time is over."""
        now = time.monotonic()
        for place in self._places:
            stream = place.stream
            if stream.closed():
                continue
            if stream.stalled(now):
                self._stalled += 1
                stream.close()
            elif stream.due is not None and stream.due < now:
                stream.close()
        self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)


class _Request(HTTPMessageDelegate):
    """Tells a connection's place and stream how far a request has come."""

    def __init__(
        self,
        inner: HTTPMessageDelegate,
        place: Place,
        heard: Callable[[Place, HTTPHeaders], None],
        site: Site,
        connection: HTTP1Connection,
    ) -> None:
        self._inner, self._place, self._heard = inner, place, heard
        self._site, self._connection = site, connection

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        self._place.asked = True
        self._heard(self._place, headers)
        stream = _stream(self._place)
        stream.receive(BODY_SECONDS)
        arrival, stream.refused = stream.refused, None
        if arrival is not None:
            arrival.ask_again(self._connection, cast(RequestStartLine, start_line), headers)
        else:
            arrival = self._site.arrival(self._connection, cast(RequestStartLine, start_line), headers)
        if arrival is not None:
            self._inner = arrival
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._inner.data_received(chunk)

    def finish(self) -> None:
        self._place.stream.receiving, self._place.stream.due = False, None
        self._place.begin()
        self._inner.finish()

    def on_connection_close(self) -> None:
        self._place.stream.receiving = False
        self._inner.on_connection_close()


def _place(server_conn: object) -> Place:
    stream = cast(HTTP1ServerConnection, server_conn).stream
    assert isinstance(stream, PacedStream) and stream.place is not None
    return stream.place


def _stream(place: Place) -> PacedStream:
    """Of a connection that Tornado has."""
    assert isinstance(place.stream, PacedStream)
    return place.stream
