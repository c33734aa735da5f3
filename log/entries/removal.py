"""An operator takes a message away that was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.recall import Recall
from models import changes, reports
from models.changes import Changing
from protocol.reports import REMOVED

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Removal(Recall):
    """Operator `op`, who need not be a member, recalls a message of `author` in the author's (kind, dstid),
    and all open reports about it are answered with it. `answered`: (report, reporter) of each. A message that
    was recalled before stays as it is."""

    __slots__ = ("_note", "_report_id", "answered", "op")

    members_only = False
    speaks = False

    def __init__(
        self, op: int, report_id: int, note: str, author: int, kind: int, dstid: int, message_id: int
    ) -> None:
        self.op, self._report_id, self._note = op, report_id, note
        self.answered: list[tuple[int, int]] = []
        super().__init__(author, kind, dstid, message_id, -1)

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        self.refuse_packet(message)
        self.answered = reports.answer(self.op, self._report_id, REMOVED, True, self._note, batch.now)
        if message.recalled:
            return False
        changes.recall(message, self.op)
        return True
