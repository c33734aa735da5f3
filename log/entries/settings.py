"""A user decides something about being seen, asked and found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.entry import Entry
from models import settings
from protocol import rows
from protocol.messages import SINGLE

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Decide(Entry):
    """Goes through the log because devices have to learn of it: where `read` is switched, `peer_read` is
    another one for `peers`. Settled, `changed` is what was otherwise before, and `stands` how all of it is
    now."""

    __slots__ = ("_installed", "_wanted", "changed", "peers", "stands")

    members_only = False
    writes_at_once = True

    def __init__(
        self,
        userid: int,
        wanted: rows.SomeSettings,
        peers: Sequence[int] = (),
        installed: str = "auto",
        origin: object = None,
    ) -> None:
        """`installed`: the approval of who has decided none."""
        super().__init__(userid, SINGLE, userid, origin)
        self._installed = installed
        self.peers = peers
        self._wanted = wanted
        self.begin()

    def key(self) -> str | None:
        return None

    def begin(self) -> None:
        self.refusal = None
        self.changed: set[str] = set()
        self.stands: rows.Settings | None = None

    def apply(self, batch: Batch, place: Place | None) -> None:
        self.changed, self.stands = settings.change(self.userid, self._wanted, self._installed)
        if not self.changed and batch.earlier:  # a try whose COMMIT may have happened has perhaps done it
            self.changed = set(self._wanted)
        if "online" in self.changed or "read" in self.changed:
            other_marks = "read" in self.changed or batch.switched.get(self.userid, False)
            batch.switched[self.userid] = other_marks
