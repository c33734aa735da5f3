"""What is done to a group. Each kind says who may, what it writes, and what the group is told; all of that is
one transaction, with the group's conversation locked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from log.entries.entry import Entry
from log.entries.post import Post
from models import access, done, groups, joining, members
from models.accounts import find_user, is_gone, nicknames_of
from models.done import Done
from models.groups import Group
from models.members import Standing
from models.tables import LEFT, MEMBER, MUTED
from protocol.errors import Forbidden, Refused
from protocol.messages import ROOM, Media, Message
from protocol.numbers import Cmd

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place

#: People whom a notice names; of more it says how many.
_NAMED = 5


class Act(Entry):
    """Settled without a refusal, `what` is the event (21) that tells of it, "" when nothing has changed, and
    `who` whom it is about. `came`, `returned` (who was in before, and is among `came`) and `went`: whose
    connections listen from now on, or no longer. `others_speak`: it is to be looked at again who may write.
    `told`: who hears of it, None for all the group. `notice`: what the group can read of it.

    `cid` is the log's own: under it stands the notice, or that it
    was done; so a second try finds what a first one did, and tells of that.
    """

    __slots__ = ("came", "cid", "notice", "others_speak", "returned", "told", "went", "what", "who")

    members_only = False
    writes_at_once = True
    #: What somebody has to be at least.
    least: ClassVar[int] = MEMBER

    def __init__(self, userid: int, community_id: int, origin: object = None) -> None:
        super().__init__(userid, ROOM, community_id, origin)
        self.cid: str | None = None
        self.forget()

    def begin(self) -> None:
        self.refusal = None  # what an earlier try has found may have been stored

    def forget(self) -> None:
        """Nothing is done yet."""
        self.what, self.others_speak = "", False
        self.who: Sequence[int] = ()
        self.came: list[int] = []
        self.returned: list[int] = []
        self.went: list[int] = []
        self.told: Sequence[int] | None = None
        self.notice: Post | None = None

    def apply(self, batch: Batch, place: Place | None) -> None:
        if place is None:
            raise access.no_group()
        if batch.look_back and self.cid is not None and (self.userid, self.cid) in batch.stored:
            if self.notice is not None:
                self.notice.repeat(batch, place, self.notice.message.digest())
            return
        if full := place.full():  # no notice could be left
            raise full
        self.forget()
        group = groups.group(self.dstid)
        self.require(batch, place)
        self.act(batch, place, group)
        if self.what and self.notice is None and self.cid is not None:
            deed = Done(self.userid, Cmd.COMMUNITY_CHANGED, 0, place.ver, batch.now, {}, False)
            done.remember(place.id, deed, self.cid, None)

    @property
    def is_said(self) -> bool:
        """The group reads words of the user's by it, so that who is muted there may not."""
        return False

    def require(self, batch: Batch, place: Place) -> None:
        """Raises why this user may not do it at all."""
        role = self.role(batch, place)
        access.require_role(role, self.least, place.bars, self.dstid)
        until = members.standing(place.id, [self.userid])[self.userid].muted_until if self.is_said else 0
        if until > batch.now:
            raise access.muted(until)

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        """Writes it, and sets what is to be told. Raises what speaks against it, before the batch has
        anything that would stay."""
        raise NotImplementedError

    # --- for all kinds ------------------------------------------------------------------------------------

    def role(self, batch: Batch, place: Place) -> int:
        """The user's, as of now."""
        return batch.roles.get((self.userid, place.id), LEFT)

    def require_below(self, batch: Batch, place: Place, user_id: int) -> Standing:
        """What another member is, if that is below what this user is. Raises `NotFound` for who is none,
        `Forbidden` for others."""
        found = members.standing(place.id, [user_id])[user_id]
        if found.role == LEFT:
            raise members.not_here()
        if found.role >= self.role(batch, place):
            raise Forbidden("只能对身份低于自己的成员这样做", "Only to members of a lower role than yours")
        return found

    def take_in(self, batch: Batch, place: Place, group: Group, user_id: int, most: int) -> None:
        """A member from here on. Raises `Refused` for who has deleted their account since they asked."""
        if is_gone(find_user(user_id)["mobile"]):
            raise Refused("该账号已注销", "This account is deleted")
        before = members.standing(place.id, [user_id])[user_id]
        bars = before.bars & MUTED if before.muted_until > batch.now else 0  # which survives leaving
        reached = place.seq, place.updateat
        sees = bool(group.history) or (not batch.speaks_in(place) and members.is_silent(place.id, place.seq))
        members.come(user_id, self.dstid, place.id, reached, bars, sees=sees, most=most, now=batch.now)
        batch.come(user_id, place, bars)
        if before.known:
            self.returned.append(user_id)
            if sees:  # what they have hidden stays so
                batch.views[user_id, place.id] = place
        self.came.append(user_id)

    def take_out(self, batch: Batch, place: Place, user_id: int) -> None:
        """A member no longer, from here on."""
        members.go(user_id, self.dstid, place.id, place.seq, place.ver, batch.now)
        joining.revoke_links_of(user_id, self.dstid)
        batch.go(user_id, place)
        self.went.append(user_id)

    def announce(
        self,
        batch: Batch,
        place: Place,
        text: str,
        what: str,
        who: Sequence[int] = (),
        at: list[int] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Leaves a notice in the group; comes last, for nothing may be refused behind it."""
        memo = json.dumps(
            {"what": what, "by": self.userid, "who": [*who], **(more or {})}, ensure_ascii=False
        )
        message = Message(self.userid, self.dstid, ROOM, Media.NOTICE, content=text, memo=memo, at=at)
        self.notice = Post(message)
        self.notice.cid = self.cid
        self.notice.apply(batch, place)
        if self.notice.refusal is not None:
            raise self.notice.refusal


def names_of(user_ids: Sequence[int]) -> str:
    """What a notice calls them."""
    called = nicknames_of(user_ids[:_NAMED])
    text = "、".join(called.get(user_id, "") for user_id in user_ids[:_NAMED])
    return text if len(user_ids) <= _NAMED else f"{text}等{len(user_ids)}人"
