"""Search: messages by their words."""

from typing import TYPE_CHECKING

from models import search as rows_of
from protocol import rows
from protocol.search import SearchMessages

if TYPE_CHECKING:
    from actions.services import Services


async def search(
    app: "Services", user_id: int, command: SearchMessages
) -> tuple[list[rows.FoundMessage], bool]:
    """Raises as `models.search.search`."""
    return await app.db.read_much(rows_of.search, user_id, command, app.config.contacts.strangers)
