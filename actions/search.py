"""Search: messages by their words.

One may take seconds of its thread. So few are made at once, one of each user, and the users take turns: the
lists of conversations, which the same threads make, always find one free, and who looks for a hundred things
delays others by one.
"""

from typing import TYPE_CHECKING

from models import search as rows_of
from protocol import rows
from protocol.errors import TryAgain
from protocol.search import SearchMessages

if TYPE_CHECKING:
    from actions.services import Services

#: So many at once, fewer than there are threads for what reads much.
AT_ONCE = 2
#: Seconds in which a turn is to come.
_PATIENCE_S = 5.0


async def search(
    app: "Services", user_id: int, command: SearchMessages
) -> tuple[list[rows.FoundMessage], bool]:
    """Raises as `models.search.search`, and `TryAgain` when its turn does not come."""
    try:
        async with app.searches.turn(user_id, _PATIENCE_S):
            return await app.db.read_much(rows_of.search, user_id, command, app.config.contacts.strangers)
    except TimeoutError:
        raise TryAgain() from None
