"""Favorites: keeping messages, and the list of them."""

from actions import search
from actions.services import Services
from models import favorites
from protocol import rows
from protocol.clock import now_ms
from protocol.favorites import AddFavorite, ListFavorites


async def add(app: Services, user_id: int, command: AddFavorite) -> rows.Favorite:
    """Keeps a message. Raises as `models.favorites.add`."""
    strangers, quota = app.config.contacts.strangers, app.config.uploads.quota_bytes
    kind, dstid, message_id = command.kind, command.dstid, command.id
    return await app.db.write(favorites.add, user_id, kind, dstid, message_id, strangers, quota, now_ms())


async def listed(app: Services, user_id: int, command: ListFavorites) -> tuple[list[rows.Favorite], bool]:
    """The newest first, and whether there are more. Who looks for a text waits for their turn."""
    before, q, limit = command.before, command.q, command.limit
    if q:
        return await search.kept(app, user_id, before, q, limit)
    return await app.db.read_much(favorites.favorites_of, user_id, before, q, limit)


async def remove(app: Services, user_id: int, favorite_id: int) -> None:
    """Raises as `models.favorites.remove`."""
    await app.db.write(favorites.remove, user_id, favorite_id)
