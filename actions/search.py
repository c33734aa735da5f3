"""Search: messages by their words.

One may take seconds of its thread. So few are made at once, one of each user, and the users take turns: the
lists of conversations, which the same threads make, always find one free, and who looks for a hundred things
delays others by one.
"""

from typing import TYPE_CHECKING

from media.turns import Turns
from models import search as rows_of
from protocol import rows
from protocol.errors import TryAgain
from protocol.search import SearchMessages

if TYPE_CHECKING:
    from actions.services import Services

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
    """Raises as `models.search.search`, and `TryAgain` when its turn does not come."""
    try:
        async with app.searches.turn(user_id, _PATIENCE_S):
            return await app.db.read_much(rows_of.search, user_id, command, app.config.contacts.strangers)
    except TimeoutError:
        raise TryAgain() from None
