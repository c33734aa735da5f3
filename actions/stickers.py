"""Stickers: keeping pictures."""

from actions.services import Services
from models import stickers
from protocol import rows
from protocol.clock import now_ms


async def add(app: Services, user_id: int, url: str) -> rows.Sticker:
    """Keeps a picture. Raises as `models.stickers.add`."""
    return await app.db.write(stickers.add, user_id, url, app.config.uploads.quota_bytes, now_ms())


async def remove(app: Services, user_id: int, sticker_id: int) -> None:
    """Raises as `models.stickers.remove`."""
    await app.db.write(stickers.remove, user_id, sticker_id)
