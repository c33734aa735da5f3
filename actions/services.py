"""The parts of a running server, made and joined in `server.py` and handed to every action and handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actions.limits import Limiter
    from actions.passwords import PasswordHasher
    from actions.typing import Typing
    from config import Config
    from database.door import Database
    from hub.hub import Hub
    from hub.websocket.transports import Transports
    from log.log import Log
    from media.prepare import MediaPreparer
    from storage.base import Storage


@dataclass(slots=True)
class Services:
    """Everything with state and a lifetime. `draining` turns true once, when the server begins to stop."""

    config: Config
    db: Database  #: the door to the rows: ``await app.db.read(fn, *args)``
    hub: Hub  #: who is connected, and the way to them
    transports: Transports  #: a transport for each connection
    log: Log  #: what makes a message durable
    storage: Storage  #: media bytes
    preparer: MediaPreparer  #: makes uploads ready to be stored and shown
    hasher: PasswordHasher  #: argon2id off the loop
    limits: Limiter  #: ``limits.check(action, key)``, raises `SlowDown`
    typing: Typing  #: who may be heard typing where
    draining: bool = False
