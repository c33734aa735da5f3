"""Stickers of somebody's own: pictures that they keep to send again."""

import re

from models import media
from models.accounts import lock
from models.tables import Attachment, Sticker
from protocol import rows
from protocol.errors import BadArgument, NotFound, Refused
from protocol.limits import MAX_STICKERS
from protocol.media import PREFIX, keys_in

#: One of those that come with the server.
_OURS = re.compile(r"/asset/stickers/[a-z0-9_-]{1,40}/[A-Za-z0-9_.-]{1,80}\Z")


def add(user_id: int, url: str, quota: int, now: int) -> rows.Sticker:
    """Keeps the picture at `url`, an upload or a sticker of the server's; one that is kept already is the
    same. Raises `BadArgument` for any other address, `NotFound` for an upload that is none or no picture, and
    `Refused` when they keep too many."""
    keys = keys_in(url)
    if not _OURS.match(url):
        if not url.startswith(PREFIX) or len(keys) != 1:
            raise BadArgument.of("url")
        kind = Attachment.select(Attachment.mime).where(Attachment.key == keys[0]).scalar()
        if not kind or not kind.startswith("image/"):
            raise NotFound("图片不存在", "No such picture")
    lock(user_id)  # so that of many at once none is too many
    mine = Sticker.user_id == user_id
    kept = Sticker.get_or_none(mine, Sticker.url == url)
    if kept is None:
        if Sticker.select().where(mine).count() >= MAX_STICKERS:
            raise Refused(f"最多保存 {MAX_STICKERS} 个表情", f"{MAX_STICKERS} stickers at most")
        media.attach(user_id, quota, url)
        kept = Sticker.create(user_id=user_id, url=url, createat=now)
    return {"id": kept.id, "url": kept.url}


def stickers_of(user_id: int) -> list[rows.Sticker]:
    """The newest first."""
    query = Sticker.select(Sticker.id, Sticker.url).where(Sticker.user_id == user_id)
    return list(query.order_by(Sticker.id.desc()).dicts())


def remove(user_id: int, sticker_id: int) -> None:
    """Raises `NotFound` when it is not one of theirs."""
    kept = Sticker.get_or_none(Sticker.id == sticker_id, Sticker.user_id == user_id)
    if kept is None or not kept.delete_instance():
        raise NotFound("该表情不存在", "No such sticker")
    media.drop(keys_in(kept.url))
