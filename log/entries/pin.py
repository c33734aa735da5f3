"""A message is pinned for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.change import Change
from models import changes
from models.changes import Changing
from models.tables import ADMIN
from protocol.errors import Forbidden, Refused
from protocol.limits import MAX_PINS
from protocol.numbers import ROOM, Cmd

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Pin(Change):
    """Or not any more, where `said["amount"]` is -1. By both in a single chat, in a group by owner and
    admins."""

    __slots__ = ()

    cmd = Cmd.PIN

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        if self.kind == ROOM and batch.roles[self.userid, place.id] < ADMIN:
            raise Forbidden(
                "只有群主和管理员可以置顶消息", "Only owner and admins of a group can pin messages"
            )
        pinned = "pinned" in message.extra
        if self.said["amount"] < 0:
            if not pinned:
                return False
            changes.unpin(message)
            return True
        changes.refuse_recalled(message)
        if pinned:
            return False
        if changes.pins_in(message.conversation_id) >= MAX_PINS:
            raise Refused(f"最多置顶 {MAX_PINS} 条消息", f"{MAX_PINS} messages can be pinned at most")
        changes.pin(message, self.userid, place.ver + 1)
        return True
