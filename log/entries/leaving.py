"""Going out of a group: by oneself, by its heads, and when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.group import Act, names_of
from models import audit, finding, groups, joining, members, roster
from models.accounts import unknown_user
from models.groups import Group
from models.tables import ADMIN, DISSOLVED, LEFT, OWNER
from protocol.errors import Forbidden, Refusal, Refused

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Leave(Act):
    """`userid` is a member no longer."""

    __slots__ = ()

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        if self.role(batch, place) == OWNER:
            raise Refused("群主须先转让群", "The owner has to transfer the group first")
        self.take_out(batch, place, self.userid)
        self.what, self.who = "left", [self.userid]
        self.announce(batch, place, f"{names_of([self.userid])}退出了群", "left", [self.userid])


class Remove(Act):
    """Members of a lower role are so no longer; with `ban` they can't come back. Settled, `refusals` has why
    for each who stays as they were."""

    __slots__ = ("_ban", "_ids", "refusals")

    least = ADMIN

    def __init__(
        self, userid: int, community_id: int, ids: Sequence[int], ban: bool, origin: object = None
    ) -> None:
        super().__init__(userid, community_id, origin)
        self._ids, self._ban = ids, ban
        self.refusals: dict[int, Refusal] = {}

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        self.refusals = {}
        role, there = self.role(batch, place), members.standing(place.id, self._ids)
        barred = []
        unknown = [user_id for user_id in self._ids if not there[user_id].known]
        strangers = {user_id for user_id in unknown if self._ban and not self._may_know(user_id)}
        for user_id in self._ids:
            if there[user_id].role >= role or user_id == self.userid:
                self.refusals[user_id] = Forbidden(
                    "只能移出身份低于自己的成员", "Only members of a lower role than yours can be removed"
                )
            elif there[user_id].role == LEFT and not self._ban:
                self.refusals[user_id] = members.not_here()
            elif user_id in strangers:
                self.refusals[user_id] = unknown_user()
            else:
                if self._ban:
                    joining.ban(self.dstid, user_id, self.userid, batch.now)
                    barred.append(user_id)
                if there[user_id].role > LEFT:
                    self.take_out(batch, place, user_id)
        if self.went:
            self.what, self.who = "removed", [*self.went]
            text = f"{names_of([self.userid])}将{names_of(self.went)}移出了群"
            self.announce(batch, place, text, "removed", self.went)
        elif barred:  # who were outside already
            self.what, self.who, self.told = "updated", barred, members.heads(place.id)

    def _may_know(self, user_id: int) -> bool:
        """Whether a head may be shown who this is, as the list of who is banned does, though they have never
        been in: who has asked to come in is seen anyway."""
        return joining.has_asked(self.dstid, user_id) or finding.may_know(self.userid, user_id)


class Unban(Act):
    """Somebody may come in again."""

    __slots__ = ("_id",)

    least = ADMIN

    def __init__(self, userid: int, community_id: int, user_id: int, origin: object = None) -> None:
        super().__init__(userid, community_id, origin)
        self._id = user_id

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        if joining.unban(self.dstid, self._id):
            self.what, self.who, self.told = "updated", [self._id], members.heads(place.id)


class Dissolve(Act):
    """The group is over: it can be read, and nobody writes there any more. `op`: the operator who does it
    (0: the command line), in the place of the owner, `userid`; None when that does it."""

    __slots__ = ("_op",)

    least = OWNER

    def __init__(self, userid: int, community_id: int, origin: object = None, op: int | None = None) -> None:
        super().__init__(userid, community_id, origin)
        self._op = op

    def require(self, batch: Batch, place: Place) -> None:
        if self._op is None or place.bars & DISSOLVED:
            super().require(batch, place)

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        who = names_of([self.userid])
        if self._op is not None:
            audit.note(self._op, "dissolve", self.dstid, batch.now, group.name, "dissolved")
            who = "管理员"
        groups.dissolve(self.dstid, place.id, place.bars, batch.now)
        roster.off_all_lists(self.dstid, place.id)
        self.what, self.others_speak = "dissolved", True
        self.announce(batch, place, f"{who}解散了群", "dissolved")
        place.bars |= DISSOLVED
