"""What the installation knows about itself."""

from typing import NamedTuple

from peewee import fn

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models.tables import Conversation, ServerState, StoredMessage
from protocol.clock import now_ms
from protocol.limits import MAX_INT
from protocol.messages import ROOM


def epoch() -> int:
    """The epoch of this database: the time (ms) at which it was created or last declared restored."""
    return _number("epoch")


def renew_epoch() -> int:
    """Declares the database restored."""
    value = max(now_ms(), epoch() + 1)
    ServerState.update(value=value).where(ServerState.name == "epoch").execute()
    return value


def change() -> int:
    """The latest change number: what has it or a lower one is committed, and nothing else is."""
    return _number("change")


class Told(NamedTuple):
    """`change` as above; how often a command beside the servers has `ordered` something that they keep in
    memory, and how often it has `said` something that clients have to learn."""

    change: int
    ordered: int
    said: int


def told() -> Told:
    """What a process looks at again and again, to learn what nobody tells it."""
    numbers = dict(_told(*Told._fields))
    return Told(*(int(numbers[name]) for name in Told._fields))


_told = Prepared(
    lambda: ServerState.select(ServerState.name, ServerState.value).where(
        ServerState.name.in_(list(Told._fields))
    )
)


def tell(said: bool) -> None:
    """The caller is a command, and has changed something: the servers are to look, and with `said` to have
    their clients ask what is new."""
    for name in ("ordered", "said") if said else ("ordered",):
        of_database(database.obj).raise_number(database.obj, name, 1)


def take_changes(count: int) -> int:
    """The first of `count` new change numbers. Others wait for theirs until this transaction ends, so ask
    late."""
    return of_database(database.obj).raise_number(database.obj, "change", count) - count + 1


def blocks() -> int:
    """How often somebody has blocked another one, or has ceased to."""
    return _number("blocks")


def count_block() -> None:
    """Once more."""
    of_database(database.obj).raise_number(database.obj, "blocks", 1)


def clock() -> int:
    """The time (ms) by the database's clock, which is one for all processes."""
    return of_database(database.obj).clock(database.obj)


def begin_round(now: int, pause: int) -> bool:
    """Whether it is the caller's turn to keep house at `now` (ms): nobody has begun for `pause` ms. Of many
    who ask at the same time one is told so: the UPDATE decides. A time that lies ahead is a clock's that was
    wrong."""
    due = (ServerState.value <= now - pause) | (ServerState.value > now + pause)
    begun = ServerState.update(value=now).where(ServerState.name == "housekeeping", due)
    return bool(begun.execute())


def go_on(since: int, now: int) -> bool:
    """Says at `now` that the round goes on of which that was said at `since` last. False when it is another
    process's meanwhile."""
    mine = (ServerState.name == "housekeeping") & (ServerState.value == since)
    return bool(ServerState.update(value=now).where(mine).execute())


def newest(until: int = MAX_INT) -> int:
    """The time (ms) of the newest message that is not after `until`, 0 when there is none. Walks over all
    conversations: for the start."""
    last = Conversation.select(fn.MAX(Conversation.updateat)).where(Conversation.updateat <= until)
    # Notices, which only groups have, move no conversation up.
    noticed = (
        StoredMessage.select(fn.MAX(StoredMessage.createat))
        .join(
            Conversation,
            on=((Conversation.id == StoredMessage.conversation_id) & (Conversation.seq == StoredMessage.seq)),
        )
        .where(Conversation.kind == ROOM, StoredMessage.createat <= until)
    )
    return max(last.scalar() or 0, noticed.scalar() or 0)


_value = Prepared(lambda: ServerState.select(ServerState.value).where(ServerState.name == ""))


def _number(name: str) -> int:
    return int(_value(name)[0][0])
