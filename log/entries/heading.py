"""What the heads of a group decide, and what a member is called there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from log.entries.group import Act, names_of
from models import accounts, groups, media, members
from models.groups import Group
from models.tables import ADMIN, LEFT, MEMBER, MUTED, OWNER
from protocol.errors import Refused
from protocol.groups import SEEN_BY_ALL
from protocol.limits import MAX_ADMINS
from protocol.media import keys_in

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place

#: The columns of what is said by another name.
_COLUMNS = {"join": "joining"}


class Update(Act):
    """Some of name, icon, memo, notice, join and history are others from now on."""

    __slots__ = ("_wanted", "shows")

    least = ADMIN

    def __init__(
        self, userid: int, community_id: int, wanted: Mapping[str, str | int], origin: object = None
    ) -> None:
        super().__init__(userid, community_id, origin)
        self._wanted = wanted
        self.shows = keys_in(str(wanted.get("icon", "")))

    @property
    def is_said(self) -> bool:
        return any(self._wanted.get(name) for name in SEEN_BY_ALL)

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        wanted = {_COLUMNS.get(name, name): value for name, value in self._wanted.items()}
        changes: dict[str, object] = {
            name: value for name, value in wanted.items() if getattr(group, name) != value
        }
        if not changes:
            return
        if "icon" in changes:
            batch.shown.show(self.userid, self.shows)
            media.drop(keys_in(group.icon))
        told: dict[str, object] = {}
        if "notice" in changes:
            changes |= {"notice_by": self.userid, "notice_at": batch.now}
            if not changes["notice"]:
                changes |= {"notice_by": 0, "notice_at": 0}
        groups.update(self.dstid, changes)
        self.what = "updated"
        me = names_of([self.userid])
        texts = []
        if "name" in changes:
            told["name"] = changes["name"]
            texts.append(f"{me}将群名修改为“{changes['name']}”")
        if notice := changes.get("notice"):
            texts.append(f"{me}发布了群公告：\n{notice}")
        if texts:
            what = "notice" if notice else "renamed"
            self.announce(batch, place, "\n".join(texts), what, at=[0] if notice else None, more=told)


class SetRole(Act):
    """The owner makes a member an admin, or an ordinary one."""

    __slots__ = ("_id", "_role")

    least = OWNER

    def __init__(
        self, userid: int, community_id: int, user_id: int, role: int, origin: object = None
    ) -> None:
        super().__init__(userid, community_id, origin)
        self._id, self._role = user_id, role

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        if self.require_below(batch, place, self._id).role == self._role:
            return
        if self._role == ADMIN and members.admins(place.id) >= MAX_ADMINS:
            raise Refused(f"最多设置 {MAX_ADMINS} 名管理员", f"A group has {MAX_ADMINS} admins at most")
        members.set_role(self._id, place.id, self._role)
        batch.roles[self._id, place.id] = self._role
        self.what, self.who, self.others_speak = "role", [self._id], True


class HandOver(Act):
    """The owner gives the group to another member, who has fewer than `max_owned`."""

    __slots__ = ("_id", "_max_owned")

    least = OWNER

    def __init__(
        self, userid: int, community_id: int, user_id: int, max_owned: int, origin: object = None
    ) -> None:
        super().__init__(userid, community_id, origin)
        self._id, self._max_owned = user_id, max_owned

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        if self._id == self.userid:
            return
        there = members.standing(place.id, [self._id])[self._id]
        accounts.lock(self._id)  # who deletes their account meanwhile is refused, or found to be gone
        if there.role == LEFT or accounts.is_gone(accounts.find_user(self._id)["mobile"]):
            raise members.not_here()
        groups.transfer(self.dstid, self._id, self._max_owned)
        for user_id, role in ((self.userid, MEMBER), (self._id, OWNER)):
            members.set_role(user_id, place.id, role)
        # Nobody mutes an owner.
        members.mute(self._id, place.id, there.bars, 0)
        batch.bars.pop((self._id, place.id), None)
        self.what, self.who, self.others_speak = "role", [self._id, self.userid], True
        text = f"{names_of([self.userid])}将群主转让给了{names_of([self._id])}"
        self.announce(batch, place, text, "transferred", [self._id])
        batch.roles[self.userid, place.id], batch.roles[self._id, place.id] = MEMBER, OWNER


class Mute(Act):
    """A member of a lower role can't write until then (ms), a past time ends it; without one all ordinary
    members."""

    __slots__ = ("_id", "_until")

    least = ADMIN

    def __init__(
        self, userid: int, community_id: int, until: int, user_id: int | None, origin: object = None
    ) -> None:
        super().__init__(userid, community_id, origin)
        self._until, self._id = until, user_id

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        until = self._until if self._until > batch.now else 0
        if self._id is None:
            self._mute_all(batch, place, group, until)
            return
        there = self.require_below(batch, place, self._id)
        if until == there.muted_until:
            return
        members.mute(self._id, place.id, there.bars, until)
        pair = self._id, place.id
        batch.bars[pair] = there.bars | MUTED if until else there.bars & ~MUTED
        self.what, self.who, self.others_speak = "muted", [self._id], True

    def _mute_all(self, batch: Batch, place: Place, group: Group, until: int) -> None:
        if until == group.muted_until:
            return
        groups.mute_all(self.dstid, place.id, place.bars, until)
        self.what, self.others_speak = "muted", True
        me = names_of([self.userid])
        if bool(until) != (group.muted_until > batch.now):
            text = f"{me}开启了全员禁言" if until else f"{me}关闭了全员禁言"
            self.announce(batch, place, text, "muted", more={"until": until})
        place.bars = place.bars | MUTED if until else place.bars & ~MUTED


class SetAlias(Act):
    """What `userid` is called in the group."""

    __slots__ = ("_alias",)

    def __init__(self, userid: int, community_id: int, alias: str, origin: object = None) -> None:
        super().__init__(userid, community_id, origin)
        self._alias = alias

    @property
    def is_said(self) -> bool:
        return bool(self._alias)

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        if members.set_alias(self.userid, place.id, self._alias):
            self.what, self.who = "updated", [self.userid]
