"""Who belongs: a new group, one more member. Their rows are written with the notice that tells of them, in
one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.entries.entry import Entry
from log.entries.post import Post
from models import groups
from models.accounts import nickname_of
from protocol import rows
from protocol.errors import NotFound
from protocol.media import keys_in
from protocol.messages import ROOM, Media, Message

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class _Announced(Entry):
    """What leaves a notice in the group that it is about: `notice`, when there was anything to tell."""

    __slots__ = ("notice",)

    members_only = False
    writes_at_once = True
    notice: Post | None

    def begin(self) -> None:
        self.refusal = self.notice = None

    def _enter(self, batch: Batch, place: Place, deed: str) -> None:
        """The user is a member from here on; `deed` is told to all, after their name."""
        batch.members[self.userid, place.id] = place.seq
        batch.changed_for.add((self.userid, place.id))
        text = f"{nickname_of(self.userid)}{deed}"
        self.notice = Post(Message(self.userid, self.dstid, ROOM, Media.NOTICE, content=text))
        self.notice.apply(batch, place)


class CreateGroup(_Announced):
    """A new group with its owner as first member. Settled, `row` is the group's."""

    __slots__ = ("_max_owned", "_said", "row", "shows")

    def __init__(
        self, userid: int, name: str, icon: str, cate: int, memo: str, max_owned: int, origin: object = None
    ) -> None:
        super().__init__(userid, ROOM, 0, origin)
        self._said = (name, icon, cate, memo)
        self._max_owned = max_owned
        self.shows = keys_in(icon)
        self.row: rows.Group | None = None

    def key(self) -> str | None:
        return None

    def apply(self, batch: Batch, place: Place | None) -> None:
        # A try whose COMMIT may have happened has perhaps made it.
        made = groups.made_at(self.userid, [lost.now for lost in batch.earlier]) if batch.earlier else None
        self.row = made or groups.create_community(self.userid, *self._said, self._max_owned, batch.now)
        self.dstid = self.row["id"]
        if made is None:
            batch.shown.show(self.userid, self.shows)  # before the batch has anything that a refusal leaves
            self._enter(batch, batch.open(self), "创建了群")


class Join(_Announced):
    """`userid` comes into a group. Settled, `joined` says whether they were outside before."""

    __slots__ = ("joined",)

    def __init__(self, userid: int, community_id: int, origin: object = None) -> None:
        super().__init__(userid, ROOM, community_id, origin)
        self.joined = False

    def apply(self, batch: Batch, place: Place | None) -> None:
        self.joined = False
        if place is None:
            raise NotFound("该群不存在", "No such group")
        if groups.join_community(self.userid, self.dstid, place.seq, batch.now):
            self.joined = True
            self._enter(batch, place, "加入了群")
        elif (
            batch.earlier
        ):  # a try whose COMMIT may have happened has perhaps done it: telling twice does no harm
            self.joined = True
