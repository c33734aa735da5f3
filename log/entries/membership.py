"""The first who belongs: a new group. Who comes into one later is in `joining`, friends in `friendship`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from log.entries.entry import Entry
from log.entries.post import Post
from models import groups
from models.accounts import nickname_of
from models.tables import OWNER
from protocol.joining import JoinedGroup
from protocol.media import keys_in
from protocol.messages import ROOM, Media, Message

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class CreateGroup(Entry):
    """A new group with its owner as first member. Settled, `row` is the group's, and `notice` what stands in
    it. `history`: 1 when newcomers see what was before."""

    __slots__ = ("_history", "_max_owned", "_said", "notice", "row", "shows")

    members_only = False
    writes_at_once = True

    def __init__(
        self,
        userid: int,
        name: str,
        icon: str,
        cate: int,
        memo: str,
        max_owned: int,
        history: int = 1,
        origin: object = None,
    ) -> None:
        super().__init__(userid, ROOM, 0, origin)
        self._said = (name, icon, cate, memo)
        self._max_owned, self._history = max_owned, history
        self.shows = keys_in(icon)
        self.notice: Post | None = None
        self.row: JoinedGroup | None = None

    def begin(self) -> None:
        self.refusal = self.notice = None

    def key(self) -> str | None:
        return None

    def apply(self, batch: Batch, place: Place | None) -> None:
        # A try whose COMMIT may have happened has perhaps made it.
        made = groups.made_at(self.userid, [lost.now for lost in batch.earlier]) if batch.earlier else None
        self.row = made or groups.create_community(
            self.userid, *self._said, self._max_owned, batch.now, self._history
        )
        self.dstid = self.row["id"]
        if made is None:
            batch.shown.show(self.userid, self.shows)  # before the batch has anything that a refusal leaves
            place = batch.open(self)
            batch.come(self.userid, place, 0)
            batch.roles[self.userid, place.id] = OWNER
            memo = json.dumps({"what": "created", "by": self.userid, "who": [self.userid]})
            text = f"{nickname_of(self.userid)}创建了群"
            self.notice = Post(Message(self.userid, self.dstid, ROOM, Media.NOTICE, content=text, memo=memo))
            self.notice.apply(batch, place)
