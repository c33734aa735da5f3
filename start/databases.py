"""The database, open and up to date, for this server alone."""

from config import Config
from database.claim import Claim
from database.door import Database
from start import StartError


def open_database(config: Config, migrate: bool) -> Database:
    """The door to the rows, its schema up to date. Raises `StartError` when there is none, or when it is
    not and `migrate` is False."""
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings, free = config.database, config.server.min_free_bytes
        db = Database(config.database_url, settings.workers, settings.deadline_s, free)
        if migrate:
            db.migrate()
        elif pending := db.pending():
            raise StartError(f"the database waits for {', '.join(pending)}: run  python server.py --migrate")
        db.check()
    except StartError:
        raise
    except Exception as error:
        raise _unusable(error) from error
    return db


def claim(config: Config) -> Claim:
    """The database for this process alone, or `StartError`."""
    taken = Claim(config.database_url, config.database.deadline_s)
    try:
        if taken.take():
            return taken
    except Exception as error:
        raise _unusable(error) from error
    raise StartError("another server is at work on this database: stop it first; two would deliver half each")


def _unusable(error: Exception) -> StartError:
    said = " ".join(str(error).split())
    return StartError(f"cannot open the database: {type(error).__name__}: {said}")
