"""The parts of a running server, made and joined in `server.py` and handed to every action and handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from actions.budget import Budget
    from actions.delivery import Delivery
    from actions.due import Due
    from actions.handshakes import Handshakes
    from actions.indexing import Indexing
    from actions.passwords import PasswordHasher
    from actions.previews import Previews
    from actions.pushing import Pushing
    from actions.seal import Seal
    from actions.search import Searches
    from actions.session_use import SessionUse
    from actions.typing import Typing
    from actions.words import Words
    from config import Config
    from database.door import Database
    from hub.hub import Hub
    from hub.muted import Muted
    from hub.privacy import Privacy
    from hub.websocket.transports import Transports
    from log.log import Log
    from media.prepare import MediaPreparer
    from metrics.histogram import Histogram, Measures, Tally
    from metrics.scraper import Scraper
    from storage.base import Storage


class Listener(Protocol):
    """What accepts connections, as far as anybody here has to know it."""

    def stats(self) -> dict[str, int]: ...

    def measures(self) -> Measures: ...


@dataclass(slots=True)
class Services:
    """Everything with state and a lifetime. `draining` turns true once, when the server begins to stop."""

    config: Config
    db: Database  #: the door to the rows: ``await app.db.read(fn, *args)``
    hub: Hub  #: who is connected, and the way to them
    transports: Transports  #: a transport for each connection
    log: Log  #: what makes a message durable
    delivery: Delivery  #: what becomes of it then
    storage: Storage  #: media bytes
    preparer: MediaPreparer  #: makes uploads ready to be stored and shown
    hasher: PasswordHasher  #: argon2id off the loop
    budget: Budget  #: what callers may do and have: ``budget.take(action, key)``, ``budget.hold(thing, key)``
    privacy: Privacy  #: who is not seen online, and who without read receipts
    muted: Muted  #: whom an operator has muted: ``app.muted.refuse(user_id)``
    typing: Typing  #: who may be heard typing where
    session_use: SessionUse  #: which sessions are in use, and when their sockets end
    handshakes: Handshakes  #: what a socket has to know to open
    scraper: Scraper  #: what is told of all this at /metrics
    indexing: Indexing  #: keeps the index of messages equal to the log
    searches: Searches  #: whose turn it is to look for messages
    words: Words  #: what nobody may write: ``app.words.check(text)``
    previews: Previews  #: what pages behind links say of themselves
    due: Due  #: does what is to be done at a time: ``app.due.told(ms)``
    seal: Seal  #: what is kept so that the database alone does not tell it
    pushing: Pushing  #: tells browsers in which no page is open
    listener: Listener | None = None  #: accepts connections; None until it does
    draining: bool = False

    def stats(self) -> dict[str, int]:
        """The numbers of all parts, of this moment or counted since the start, as each `stats` explains them.

        Every name begins with its part: `db_…`, `log_…`, `delivery_…`, `storage_…`, `media_…`, `passwords_…`,
        `privacy_…`, `muted_…`, `typing_…`, `sessions_…`, `handshakes_…`, `index_…`, `search_…`, `words_…`,
        `previews_…`, `due_…`, `push_…`, `scrape_…`, `http_…` as they are told, and joined here `transport_…`,
        `limit_<action>_…`, and for the parts of the hub `hub_…`, `fanout_…`, `announcer_…`,
        `recovery_…`, `bus_…`, `presence_…`, `control_…`."""
        numbers: dict[str, int] = {}
        kept = (self.storage, self.preparer, self.hasher, self.privacy, self.muted, self.typing)
        own = (self.session_use, self.handshakes, self.indexing, self.searches)
        more = (self.words, self.previews, self.due, self.pushing, self.scraper, self.listener)
        for part in (self.db, self.log, self.delivery, *kept, *own, *more):
            if part is not None:
                numbers |= part.stats()
        by_name = {"transport": self.transports.stats(), **self.hub.stats()}
        by_name |= {f"limit_{action}": told for action, told in self.budget.stats().items()}
        for name, told in by_name.items():
            numbers |= {f"{name}_{key}": number for key, number in told.items()}
        return numbers

    def measures(self) -> Measures:
        """What is not one number, of the parts that have some, by names as in `stats`."""
        measures: dict[str, Histogram | Tally] = {}
        for part in (self.db, self.hub, self.transports, self.delivery, self.scraper, self.listener):
            if part is not None:
                measures |= part.measures()
        return measures
