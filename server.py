"""Magpie 鹊桥: a chat server. Reads the settings, builds and joins the parts, listens, drains on SIGTERM.

python server.py [--config FILE] [--port N] [--data DIR] [--migrate] [--new-epoch] [--reindex]
"""

import sys
from pathlib import Path

if __name__ == "__main__":  # before what may be missing is imported
    from start import preflight

    preflight.check(str(Path(__file__).resolve().parent))

import asyncio
import gc
import logging
import os
import platform
import signal
import ssl
import threading
from collections.abc import Sequence
from functools import partial

from actions import housekeeping, presence, recovery
from actions.budget import Budget
from actions.delivery import Delivery
from actions.due import Due
from actions.handshakes import Handshakes
from actions.indexing import Indexing
from actions.passwords import PasswordHasher
from actions.previews import Previews
from actions.pushing import Pushing
from actions.reindexing import reindex
from actions.seal import Seal
from actions.search import Searches
from actions.services import Services
from actions.session_use import SessionUse
from actions.shared_rates import SharedRates
from actions.stored_rates import StoredRates
from actions.telling import TellingOthers
from actions.typing import Typing
from actions.words import Words
from config import Config, ConfigError
from database.door import Database
from handlers import logs
from handlers.http.listener import Listener
from handlers.http.metrics import MetricsDoor
from handlers.http.pages import Build
from handlers.http.site import Site
from hub.hub import Hub
from hub.muted import Muted
from hub.privacy import Privacy
from hub.websocket.transports import Transports
from log.log import Log
from log.room import Room
from log.telling import Telling
from media.prepare import MediaPreparer
from metrics.scraper import Scraper
from models import restraints, settings, state
from protocol.clock import now_ms
from protocol.frames import CloseCode
from start import VERSION, StartError, addresses, broker, command_line, data_directory, databases, event_loop
from start.certificate import certificate_of
from start.key import key_of, push_key_of
from start.settings import load_config, read_environment
from storage import open_storage

log = logging.getLogger("magpie")

#: Seconds after SIGTERM at which the process ends in any case; whoever sent it kills at ten.
LAST_RESORT = 9.5


def main() -> int:
    try:
        options = command_line.read()
        config = load_config(options.config, os.environ, options.overrides)
    except ConfigError as error:
        return _refuse(2, error)
    logs.configure(config.server.log_level)
    try:
        certificate = certificate_of(config)  # first, because a mistake in the settings should change nothing
        broker.check(config)
        remarks = data_directory.prepare(config.data)
        if options.reindex:
            return asyncio.run(reindex(databases.open_database(config, migrate=False), sys.stdout))
        maintains = options.migrate or options.new_epoch
        together = bool(config.broker.url) and not maintains
        claims = (
            data_directory.claim(config.data, config.database_url, together, maintains),
            databases.claim(config, together, maintains),
        )
        remarks += read_environment(os.environ, options.overrides).remarks
        if maintains:
            return _maintain(config, options)
        with asyncio.Runner(loop_factory=event_loop.factory()) as runner:
            runner.run(serve(config, certificate, remarks))
        for claim in claims:
            claim.release()
    except ConfigError as error:
        return _refuse(2, error)
    except StartError as error:
        return _refuse(1, error)
    return 0


def make_services(config: Config, serves: bool = True) -> Services:
    """The parts, joined, on an up-to-date database. Call it on the loop; undo it with `close_services`.

    SQLite is migrated here. Raises `StartError` while another database waits for ``--migrate``. Without
    `serves` it is for a command beside the servers (`admin/`): it makes nothing, hears nobody, and does
    nothing by itself.
    """
    db = databases.open_database(config, migrate=serves and config.database_url.startswith("sqlite"))
    try:
        storage, words = open_storage(config.storage, config.data), Words(config.words)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if serves:
        db.serve()
    with db.reading():
        standing, epoch = state.told(), state.epoch()
        hiding, mutes = settings.hiding(), restraints.mutes(now_ms())
    db.drop_connection()  # calls have their own
    ports = broker.make_ports(config, epoch) if serves else broker.no_ports()
    budget = Budget(config.shares, shared=_shared_rates(config, db, epoch) if serves else None)
    hub = Hub(ports, config.hub.offline_delay, config.hub.queue_bytes)
    transports = Transports(
        config.hub.transport, config.hub.max_frame, config.hub.ping_interval, config.hub.ping_timeout
    )
    privacy, muted = Privacy(ports.control), Muted(ports.control)
    delivery = Delivery(hub, told=ports.outbox is not None)
    indexing, previews = Indexing(db), Previews(config.previews)
    pushing = Pushing(db, hub, push_key_of(config), config.push, config.auth.idle_ms)
    delivery.also += [indexing.note, previews.note, pushing.note]
    told = ports.outbox is not None and TellingOthers(db, delivery, ports.outbox)
    telling = told or Telling(together=bool(config.broker.url))
    message_log = Log(
        db,
        strangers=config.contacts.strangers,
        max_batch=config.messages.max_batch,
        max_queue=config.messages.max_queue,
        quota=config.uploads.quota_bytes,
        all_name_all=config.communities.mention_all == "members",
        quiet=privacy.are_quiet,
        room=Room(partial(budget.hold, "queued_bytes"), partial(budget.hold, "waiting_bytes")),
        on_settled=delivery.settled,
        telling=telling,
        processes=ports.processes,
    )
    typing = Typing(db, hub, config.contacts.strangers, config.hub.typing_max_members)
    preparer, use = MediaPreparer(config.uploads), SessionUse(db, hub)
    handshakes, seal = Handshakes(db, use, config.auth.idle_ms), Seal(key_of(config))
    parts = (storage, preparer, PasswordHasher(config.auth.hash_queue), budget, privacy, muted, typing, use)
    own = (handshakes, Scraper(), indexing, Searches(), words)
    timed = (previews, Due(), seal, pushing)
    services = Services(config, db, hub, transports, message_log, delivery, *parts, *own, *timed)
    if serves and (config.metrics.port or config.metrics.token):
        build = VERSION, platform.python_version(), config.database_url.partition(":")[0]
        services.scraper.start(services.stats, services.measures, *build)
    privacy.read(hiding, privacy.mark)
    muted.read(mutes, muted.mark)
    if not serves:
        return services
    privacy.start(partial(presence.switched, services), partial(presence.parted, services))
    hub.announcer.start(partial(presence.announce, services), lambda: privacy.unseen)
    for beside in (indexing, pushing, words):
        beside.start()
    previews.start(services)
    services.due.start(services)
    look = recovery.Looking(services, standing).look
    hub.recovery.start(partial(recovery.catch_up, services), partial(recovery.heal, services), look)
    return services


def _shared_rates(config: Config, db: Database, epoch: int) -> SharedRates | None:
    """Where rates are counted over all processes; None for a process alone."""
    rates = StoredRates(db) if config.broker.url == broker.POSTGRESQL else broker.make_rates(config, epoch)
    return None if rates is None else SharedRates(rates)


def make_app(services: Services) -> Site:
    """The web application in front of the parts."""
    return Site(services)


async def close_services(services: Services) -> None:
    """Ends what `make_services` began; messages in the queue are committed first."""
    beside = (services.previews, services.indexing, services.pushing, services.words, services.scraper)
    for part in (services.due, services.log, *beside):
        await part.close()
    services.transports.close()
    await services.hub.close()
    services.hasher.close()
    for last in (services.budget, services.session_use, services.preparer, services.storage, services.db):
        await last.close()


def listen(config: Config, site: Site, certificate: ssl.SSLContext | None = None) -> Listener:
    """Accepts connections from now on. Raises `StartError` when an address is not to be had."""
    services: Services = site.settings["services"]
    backlog = config.server.backlog
    if config.metrics.port:
        door = services.scraper.door = MetricsDoor(services.scraper, config.metrics.token)
        door.add_sockets(addresses.bind("metrics", config.metrics.host, config.metrics.port, backlog))
    services.listener = listener = Listener(site, config, certificate)
    listener.add_sockets(addresses.bind("server", config.server.host, config.server.port, backlog))
    return listener


async def serve(config: Config, certificate: ssl.SSLContext | None, remarks: Sequence[str]) -> None:
    """One server's life: until SIGTERM or SIGINT, and then the time it takes to say good-bye. `remarks` are
    for the log, once it serves."""
    services = make_services(config)
    site = make_app(services)
    try:
        await broker.open_ports(services.hub.ports)
        services.hub.recovery.doubt()  # what was switched before the others could be heard
        listener = listen(config, site, certificate)
    except StartError:
        await close_services(services)
        raise
    keeping_house = asyncio.create_task(housekeeping.keep_house(services))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    # What exists now stays: no collection has to walk it again. Young garbage is left for longer, because a
    # full collection over thousands of connections stops the loop.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50000, 20, 1000)
    print("Magpie 鹊桥 ·", *addresses.urls(config.server.host, listener.port, config.tls), flush=True)
    for remark in remarks:
        log.info("%s", remark)
    if Build.current() is None:
        log.warning("the page is not built, only its API is served; build it:  make setup")
    await stop.wait()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(signal_number)  # a second one ends the process at once
    log.info("draining")
    _leave_at_last(LAST_RESORT)
    keeping_house.cancel()
    await drain(listener, site, config.server.drain_seconds)
    log.info("stopped")


async def drain(listener: Listener, site: Site, seconds: float) -> None:
    """Stops without losing anything: nobody new, clients told to come back, queued messages committed.

    Sockets are closed over two thirds of `seconds`, so that their clients do not all return in one moment.
    """
    services: Services = site.settings["services"]
    services.draining = True
    listener.stop()
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout(seconds * 0.9):
            await services.hub.close_all(CloseCode.RESTART, seconds * 2 / 3)
    except TimeoutError:
        log.warning("sockets left open after %.1f s", seconds * 0.9)
    while site.running and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.05)
    await services.hub.close_all(CloseCode.RESTART, 0)  # who was in the door when it closed
    await listener.close_all_connections()
    await close_services(services)


def _leave_at_last(seconds: float) -> None:
    """Ends the process when something, say a converter or a dead database, holds it up for too long."""

    def leave() -> None:
        log.error("still busy %.1f s after the signal; leaving", seconds)
        logs.finish(0.3)
        os._exit(1)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()


def _maintain(config: Config, options: command_line.Options) -> int:
    """`--migrate` and `--new-epoch`: change the database and end."""
    db = databases.open_database(config, migrate=True)
    print("The database is up to date.")
    if options.new_epoch:
        with db.writing():
            print(f"Clients will drop their caches: epoch {state.renew_epoch()}.")
    asyncio.run(db.close())
    return 0


def _refuse(code: int, error: Exception) -> int:
    print(f"magpie: {logs.scrub(str(error))}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
