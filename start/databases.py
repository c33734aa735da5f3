"""The database, open and up to date, for this server alone, or for several with a broker."""

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


def claim(config: Config, shared: bool = False, maintains: bool = False) -> Claim:
    """The database for this process alone, or `shared` by those that have a broker, or `StartError`.
    `maintains`: for `--migrate` and `--new-epoch`."""
    taken = Claim(config.database_url, config.database.deadline_s, shared)
    try:
        if taken.take():
            return taken
    except Exception as error:
        raise _unusable(error) from error
    if maintains:
        raise StartError(
            "servers are at work on this database, or another --migrate: stop all of them first, on all"
            " machines; --migrate and --new-epoch are for when none is running"
        )
    if shared:
        raise StartError(
            "a server without a broker is at work on this database, or --migrate: stop it first, and give it"
            " the same broker.url"
        )
    raise StartError(
        "another server is at work on this database: stop it first, or give both the same broker.url"
        " (docs/scaling.md); without one each would deliver only what came in by itself"
    )


def _unusable(error: Exception) -> StartError:
    said = " ".join(str(error).split())
    return StartError(f"cannot open the database: {type(error).__name__}: {said}")
