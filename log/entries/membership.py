"""Who belongs: a new friend, and the first of a new group. Who comes into one later is in `joining`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from log.entries.entry import Entry
from log.entries.post import Post
from models import contacts, groups
from models.accounts import nickname_of
from models.tables import OWNER
from protocol import rows
from protocol.errors import Conflict
from protocol.media import keys_in
from protocol.messages import ROOM, SINGLE, Media, Message

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Befriend(Entry):
    """Each gets the other as a friend, and both their single chat."""

    __slots__ = ()

    members_only = False
    writes_at_once = True

    def __init__(self, userid: int, dstid: int, origin: object = None) -> None:
        super().__init__(userid, SINGLE, dstid, origin)

    def apply(self, batch: Batch, place: Place | None) -> None:
        try:
            conversation_id = contacts.befriend(self.userid, self.dstid, batch.now)
        except Conflict:
            # A try whose COMMIT may have happened has perhaps done it.
            if not batch.tried_at(contacts.since(self.userid, self.dstid)):
                raise
            return
        for user_id in (self.userid, self.dstid):
            batch.changed_for.add((user_id, conversation_id))
            batch.members.setdefault((user_id, conversation_id), 0 if place is None else place.seq)


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
        self.row: rows.Group | None = None

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
