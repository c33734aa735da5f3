"""Favorites: messages that one keeps."""

from typing import Annotated

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import STRIP, Held, Id, Limit
from protocol.limits import MAX_FAVORITE_ROWS
from protocol.messages import Kind, More


@call("/favorite/add", access=Access.USER, limit="message", data=rows.Favorite)
class AddFavorite(Command, frozen=True):
    """Keeps a copy of a message, which stays when the original is recalled."""

    kind: Kind
    dstid: Id
    id: Id


@call("/favorite/list", access=Access.USER, row=rows.Favorite, data=More)
class ListFavorites(Command, frozen=True):
    """What the caller keeps, the newest first; `before`: below this one; `q`: those whose text has it."""

    before: Id | None = None
    q: Annotated[str, Meta(max_length=100), STRIP] = ""
    limit: Annotated[Limit, Held(MAX_FAVORITE_ROWS)] = MAX_FAVORITE_ROWS


@call("/favorite/remove", access=Access.USER)
class RemoveFavorite(Command, frozen=True):
    """Keeps it no more."""

    favorite: Id
