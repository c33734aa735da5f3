"""Favorites: keeping messages."""

from actions.services import Services
from models import favorites
from protocol import rows
from protocol.clock import now_ms
from protocol.favorites import AddFavorite


async def add(app: Services, user_id: int, command: AddFavorite) -> rows.Favorite:
    """Keeps a message. Raises as `models.favorites.add`."""
    strangers, quota = app.config.contacts.strangers, app.config.uploads.quota_bytes
    kind, dstid, message_id = command.kind, command.dstid, command.id
    return await app.db.write(favorites.add, user_id, kind, dstid, message_id, strangers, quota, now_ms())
