"""Stickers of one's own."""

from typing import Annotated

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import ONCE, STRIP, Id
from protocol.limits import MAX_URL


@call("/sticker/add", access=Access.USER, limit="message", data=rows.Sticker)
class AddSticker(Command, frozen=True):
    """Keeps a picture as a sticker: an upload, or that of a sticker that was sent."""

    url: Annotated[str, Meta(min_length=1, max_length=MAX_URL), STRIP, ONCE]


@call("/sticker/list", access=Access.USER, row=rows.Sticker)
class ListStickers(Command, frozen=True):
    """The caller's own, the newest first."""


@call("/sticker/remove", access=Access.USER)
class RemoveSticker(Command, frozen=True):
    """Keeps it no more."""

    id: Id
