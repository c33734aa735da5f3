"""A message gets a preview of its link, or loses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.change import Change
from models import changes, previews
from models.changes import Changing
from models.previews import BARE, PREVIEW
from protocol import rows
from protocol.errors import Forbidden
from protocol.media import keys_in
from protocol.numbers import Cmd
from protocol.previews import address_in

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Preview(Change):
    """`userid`, the author, gets `preview` for a message, unless its link has become another one, it was
    recalled, or the author wants none. None takes it away, and none comes again while the link is the
    same."""

    __slots__ = ("preview", "shows")

    cmd = Cmd.PREVIEW
    speaks = False  # it says nothing that was not said

    def __init__(
        self,
        userid: int,
        kind: int,
        dstid: int,
        message_id: int,
        preview: rows.Preview | None,
        origin: object = None,
    ) -> None:
        super().__init__(userid, kind, dstid, message_id, {}, None, origin)
        self.preview = preview
        self.shows: Sequence[str] = keys_in(preview.get("pic", "")) if preview else ()

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        if message.userid != self.userid:
            raise Forbidden("只能移除自己消息的预览", "Only its author can remove a preview")
        if self.preview is None:
            changes.refuse_recalled(message)
            if BARE in message.extra:
                return False
            message.extra[BARE] = 1
            previews.remove(message)
            return True
        address = address_in(message.media, message.content, message.url)
        if message.recalled or BARE in message.extra or address != self.preview["url"]:
            return False
        if message.extra.get(PREVIEW) == self.preview:
            return False
        batch.shown.show(self.userid, self.shows)
        previews.show(message, self.preview)
        return True
