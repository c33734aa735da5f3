"""Search: messages, favorites, friends, groups and members by their words.

One may take seconds of its thread. So few are made at once, one of each user, and the users take turns: the
lists of conversations, which the same threads make, always find one free, and who looks for a hundred things
delays others by one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from media.turns import Turns
from models import contacts, favorites, roster
from models import search as rows_of
from protocol import rows
from protocol.errors import TryAgain
from protocol.groups import ListMembers
from protocol.search import SearchMessages

if TYPE_CHECKING:
    from actions.services import Services

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: So many at once, fewer than there are threads for what reads much.
_AT_ONCE = 2
#: Seconds in which a turn is to come.
_PATIENCE_S = 5.0


class Searches:
    """Whose turn it is."""

    def __init__(self) -> None:
        self._turns = Turns(_AT_ONCE)
        self.turn = self._turns.turn

    def stats(self) -> dict[str, int]:
        """`search_waiting`: searches that wait for their turn; `search_running`: those that are made."""
        return {"search_waiting": self._turns.waiting, "search_running": self._turns.running}


async def search(
    app: "Services", user_id: int, command: SearchMessages
) -> tuple[list[rows.FoundMessage], bool]:
    """Messages. Raises as `models.search.search`, and `TryAgain` when its turn does not come."""
    return await _in_turn(app, user_id, rows_of.search, user_id, command, app.config.contacts.strangers)


async def known(app: "Services", user_id: int, query: str) -> list[rows.Known]:
    """The user's friends and groups that are called so."""
    return await _in_turn(app, user_id, contacts.known_as, user_id, query)


async def called(
    app: "Services", user_id: int, command: ListMembers, now: int
) -> tuple[list[rows.Membership], bool, int]:
    """Members of a group by what they are called, as `models.roster.listed`."""
    said = command.dstid, command.after, command.q, command.limit, now, bool(command.muted)
    return await _in_turn(app, user_id, roster.listed, user_id, *said)


async def kept(
    app: "Services", user_id: int, before: int | None, query: str, limit: int
) -> tuple[list[rows.Favorite], bool]:
    """The user's favorites that have this, as `models.favorites.favorites_of`."""
    return await _in_turn(app, user_id, favorites.favorites_of, user_id, before, query, limit)


async def _in_turn(app: "Services", user_id: int, look: Callable[[*Ts], T], *args: *Ts) -> T:
    try:
        async with app.searches.turn(user_id, _PATIENCE_S):
            return await app.db.read_much(look, *args)
    except TimeoutError:
        raise TryAgain() from None
