"""A message is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.change import Change, is_over
from models import access, changes, members
from models.changes import Changing
from models.tables import ADMIN, DISSOLVED
from protocol.errors import Forbidden, Refused
from protocol.numbers import ROOM, Cmd, Media
from protocol.packets import address

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Recall(Change):
    """By its author while `window_s` has not passed (-1: for ever), in a group by its owner,
    and of ordinary members by its admins, at any time. Who may not write may still take back what they wrote,
    but where nobody may."""

    __slots__ = ("window_s",)

    cmd = Cmd.RECALL
    speaks = False  # it says nothing: what one has said may be taken back, whoever blocks whom

    def __init__(
        self,
        userid: int,
        kind: int,
        dstid: int,
        message_id: int,
        window_s: int,
        cid: str | None = None,
        origin: object = None,
    ) -> None:
        super().__init__(userid, kind, dstid, message_id, {}, cid, origin)
        self.window_s = window_s

    def refuse_packet(self, message: Changing) -> None:
        """There are points in it."""
        if message.media == Media.RED_PACKET and message.url == address(self.message_id):
            raise Refused("红包不能撤回", "Red packets can't be recalled")

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        if place.bars & DISSOLVED:
            raise access.dissolved()
        if message.recalled:
            return False
        self.refuse_packet(message)
        own = message.userid == self.userid
        if not own or is_over(self.window_s, message, batch.now):
            if not self._heads(batch, place, message.userid):
                if not own:
                    raise Forbidden("只能撤回自己的消息", "Only its author can recall a message")
                raise Refused("已超过可撤回的时间", "It is too late to recall this message")
        changes.recall(message, self.userid)
        return True

    def _heads(self, batch: Batch, place: Place, author: int) -> bool:
        """Whether this user is set above the author."""
        role = batch.roles[self.userid, place.id] if self.kind == ROOM else 0
        if role != ADMIN:
            return role > ADMIN
        return members.standing(place.id, [author])[author].role < ADMIN
