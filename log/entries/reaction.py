"""Somebody reacts to a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.change import Change
from models import changes
from models.changes import Changing
from protocol.errors import Refused
from protocol.limits import MAX_REACTIONS, MAX_REACTIONS_OF_ONE
from protocol.numbers import Cmd

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class React(Change):
    """With `said["content"]`, or takes that back where `said["amount"]` is -1."""

    __slots__ = ()

    cmd = Cmd.REACTION

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        changes.refuse_recalled(message)
        content = self.said["content"]
        own = changes.reacts(message, self.userid)
        if (content in own) is (self.said["amount"] > 0):
            return False
        if self.said["amount"] < 0:
            changes.take_back(message, self.userid, content)
            return True
        kinds = message.extra.get("reactions", {})
        if len(own) >= MAX_REACTIONS_OF_ONE or (content not in kinds and len(kinds) >= MAX_REACTIONS):
            raise Refused("该消息的表情回应已达上限", "This message has all the reactions it can have")
        changes.react(message, self.userid, content, place.ver + 1)
        return True
