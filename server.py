"""Magpie 鹊桥: a chat server. Reads the settings, builds and joins the parts, listens, drains on SIGTERM.

    python server.py [--config FILE] [--port N] [--data DIR] [--migrate] [--new-epoch]
"""

import argparse
import asyncio
import gc
import logging
import os
import resource
import signal
import ssl
import sys
from functools import partial
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from actions import accounts, messages, uploads
from actions.media.studio import Studio
from actions.passwords import PasswordHasher
from actions.services import Services
from config import Config, ConfigError, load_config
from handlers import logs
from handlers.limits import Limiter
from handlers.site import Site
from hub.broker import MemoryBroker
from hub.hub import Hub
from models import state
from models.database import Database
from models.log import MessageLog
from protocol.frames import CloseCode
from storage import open_storage

log = logging.getLogger("magpie")

#: Bytes read of a request that is too large before its connection is cut: a browser that is still sending
#: would not see the answer.
DRAIN_BYTES = 64 << 20
#: Seconds that a request may take to arrive, and an idle connection may stay.
BODY_SECONDS, IDLE_SECONDS = 900, 120
#: Descriptors that are not connections: the database's, the log's, uploads'.
RESERVED_FILES = 128
#: Seconds between two rounds of housekeeping.
HOUSEKEEPING = 300


class StartError(Exception):
    """The server cannot start. The text is one line that says why."""


def main() -> int:
    try:
        options = _arguments()
        config = load_config(options.config, os.environ, options.overrides)
    except ConfigError as error:
        return _refuse(2, error)
    logs.configure(config.server.log_level)
    try:
        if options.migrate or options.new_epoch:
            return _maintain(config, options)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(config))
    except ConfigError as error:
        return _refuse(2, error)
    except StartError as error:
        return _refuse(1, error)
    return 0


def make_services(config: Config) -> Services:
    """The parts, joined, on an up-to-date database. Call it on the loop; undo it with `close_services`.

    SQLite is migrated here. Raises `StartError` while another database waits for ``--migrate``.
    """
    db = _open_database(config, migrate=not config.database.url or config.database.url.startswith("sqlite"))
    try:
        storage = open_storage(config.storage, config.data)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    hub = Hub(MemoryBroker(), queue_bytes=config.hub.queue_bytes)
    message_log = MessageLog(
        db,
        strangers=config.contacts.strangers,
        max_batch=config.messages.max_batch,
        max_queue=config.messages.max_queue,
        on_commit=partial(messages.deliver, hub),
    )
    return Services(config, db, hub, message_log, storage, Studio(config.uploads),
                    PasswordHasher(config.auth.hash_queue), Limiter(config.limits))


def make_app(services: Services) -> Site:
    """The web application in front of the parts."""
    return Site(services)


async def close_services(services: Services) -> None:
    """Ends what `make_services` began; messages in the queue are committed first."""
    await services.log.close()
    services.hasher.close()
    await services.studio.close()
    await services.storage.close()
    await services.db.close()


def listen(config: Config, site: Site) -> "Server":
    """Accepts connections from now on. Raises `StartError` when the address is not to be had."""
    server = Server(site, config)
    host, port = config.server.host, config.server.port
    try:
        server.add_sockets(bind_sockets(port, host or None, backlog=config.server.backlog))
    except OSError as error:
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return server


class Server(HTTPServer):
    """An HTTP server with a bound on connections, so that the process never runs out of descriptors: what
    Tornado does then is to log thousands of tracebacks."""

    def __init__(self, *args: object) -> None:
        """Nothing: Tornado's servers are made by `initialize`."""

    def initialize(self, site: Site, config: Config) -> None:  # type: ignore[override]
        self._hub = site.settings["services"].hub
        self._http = 0
        self._most = min(config.server.max_connections, _descriptors() - RESERVED_FILES)
        super().initialize(
            site,
            ssl_options=_tls(config),
            idle_connection_timeout=IDLE_SECONDS,
            body_timeout=BODY_SECONDS,
            max_body_size=config.uploads.max_bytes + DRAIN_BYTES,
            max_buffer_size=1 << 20,
        )

    @property
    def port(self) -> int:
        """The port that is listened on, also when the settings say 0."""
        return next(iter(self._sockets.values())).getsockname()[1]

    def handle_stream(self, stream, address) -> None:
        if self._http + self._hub.connections >= self._most:
            stream.close()
            return
        self._http += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        self._http -= 1
        super().on_close(server_conn)


async def serve(config: Config) -> None:
    """One server's life: until SIGTERM or SIGINT, and then the time it takes to say good-bye."""
    services = make_services(config)
    site = make_app(services)
    server = listen(config, site)
    housekeeping = asyncio.create_task(_keep_house(services))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    # What exists now stays: no collection has to walk it again. Young garbage is left for longer, because a
    # full collection over thousands of connections stops the loop.
    gc.freeze()
    gc.set_threshold(50000, 20, 1000)
    print(f"Magpie 鹊桥 · {_url(config, server.port)}", flush=True)
    await stop.wait()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(signal_number)  # a second one ends the process at once
    log.info("draining")
    housekeeping.cancel()
    await drain(server, site, config.server.drain_seconds)
    log.info("stopped")


async def drain(server: Server, site: Site, seconds: float) -> None:
    """Stops without losing anything: nobody new, clients told to come back, queued messages committed.

    Sockets are closed over two thirds of `seconds`, so that their clients do not all return in one moment.
    """
    services: Services = site.settings["services"]
    services.draining = True
    server.stop()
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout(seconds * 0.9):
            await services.hub.close_all(CloseCode.RESTART, seconds * 2 / 3)
    except TimeoutError:
        log.warning("sockets left open after %.1f s", seconds * 0.9)
    while site.running and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.05)
    await services.log.close()
    await server.close_all_connections()
    await close_services(services)


async def _keep_house(services: Services) -> None:
    """What has to be tidied now and then; a failure is logged and the next round tries again."""
    while True:
        for tidy in (uploads.collect_unattached, accounts.forget_expired):
            try:
                await tidy(services)
            except Exception:
                log.exception("housekeeping: %s", tidy.__name__)
        await asyncio.sleep(HOUSEKEEPING)


def _open_database(config: Config, migrate: bool) -> Database:
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = Database(config.database_url, config.database.workers)
        if migrate:
            db.migrate()
        elif pending := db.pending():
            raise StartError(f"the database waits for {', '.join(pending)}: run  python server.py --migrate")
        db.check()
    except StartError:
        raise
    except Exception as error:
        raise StartError(f"cannot open the database: {type(error).__name__}: {' '.join(str(error).split())}") from error
    return db


def _maintain(config: Config, options: argparse.Namespace) -> int:
    """`--migrate` and `--new-epoch`: change the database and end."""
    db = _open_database(config, migrate=True)
    print("The database is up to date.")
    if options.new_epoch:
        with db.write():
            print(f"Clients will drop their caches: epoch {state.renew_epoch()}.")
    asyncio.run(db.close())
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="server.py", description="Magpie 鹊桥, a chat server")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.yaml"), metavar="FILE",
                        help="settings (default: config.yaml beside server.py)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any free one")
    parser.add_argument("--data", metavar="DIR", help="directory of the database and the media")
    parser.add_argument("--migrate", action="store_true", help="bring the database's schema up to date, and end")
    parser.add_argument("--new-epoch", action="store_true",
                        help="after restoring a backup: make clients drop what they cached, and end")
    options = parser.parse_args()
    given = {"server.port": options.port, "server.data": options.data}
    options.overrides = {name: value for name, value in given.items() if value is not None}
    return options


def _loop_factory():
    """uvloop where it is installed: the same loop, faster."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _descriptors() -> int:
    """How many files this process may open, raised as far as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 1 << 20


def _tls(config: Config) -> ssl.SSLContext | None:
    if not config.tls:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.server.tls_cert, config.server.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"server.tls_cert, server.tls_key: {error.strerror or error}") from None
    return context


def _url(config: Config, port: int) -> str:
    host = config.server.host
    if host in ("", "0.0.0.0", "::"):
        host = "127.0.0.1"
    if ":" in host:
        host = f"[{host}]"
    return f"{'https' if config.tls else 'http'}://{host}:{port}"


def _refuse(code: int, error: Exception) -> int:
    print(f"magpie: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
