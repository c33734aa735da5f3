"""Coming into a group: by oneself, by a link, asked by a member, let in by its heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.group import Act, names_of
from models import accounts, contacts, joining, members
from models.groups import Group
from models.tables import ADMIN, LEFT
from protocol.errors import Forbidden, Refusal
from protocol.limits import MAX_JOIN_MEMO

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class _Coming(Act):
    """`most`: members that a group may have."""

    __slots__ = ("most",)

    def __init__(self, userid: int, community_id: int, most: int, origin: object = None) -> None:
        super().__init__(userid, community_id, origin)
        self.most = most

    def ask_heads(self, place: Place, user_id: int, proposer: int, memo: str, now: int) -> int:
        """The heads are asked to let somebody in; the request."""
        request, new = joining.ask(self.dstid, user_id, proposer, memo[:MAX_JOIN_MEMO], now)
        if new:
            self.what = "requested"
            self.who = [*self.who, user_id]
            self.told = [*dict.fromkeys([*members.heads(place.id), self.userid])]
        return request

    def came_in(self, batch: Batch, place: Place, text: str) -> None:
        """Those who did are told of."""
        for user_id in self.came:
            joining.settle(self.dstid, user_id)
        self.what, self.who, self.told = "joined", [*self.came], None
        self.announce(batch, place, text, "joined", self.came)


class Join(_Coming):
    """`userid` comes in, as the group's `joining` says, or by a link with this `code`. Settled, `joined` says
    whether they were outside before, and `request` is what waits for the heads, 0 for nothing."""

    __slots__ = ("_code", "_memo", "request")

    least = LEFT

    def __init__(
        self,
        userid: int,
        community_id: int,
        most: int = 2000,
        memo: str = "",
        code: str | None = None,
        origin: object = None,
    ) -> None:
        super().__init__(userid, community_id, most, origin)
        self._memo, self._code = memo, code
        self.request = 0

    @property
    def joined(self) -> bool:
        return bool(self.came)

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        self.request = 0
        if self.role(batch, place) > LEFT:
            return
        if joining.is_banned(self.dstid, self.userid):
            raise banned()
        maker = 0
        if self._code is not None:
            link = joining.living_link(self._code, batch.now)
            if link.community_id != self.dstid:
                raise joining.no_link()
            maker = link.maker
            role = members.standing(place.id, [maker])[maker].role
            if role == LEFT:  # an invitation by somebody who is not there
                raise joining.no_link()
            if group.joining == "approve" and role < ADMIN:
                self.request = self.ask_heads(place, self.userid, maker, self._memo, batch.now)
                return
            joining.take_link(link)
        elif group.joining == "approve":
            self.request = self.ask_heads(place, self.userid, 0, self._memo, batch.now)
            return
        elif group.joining == "invite":
            raise Forbidden("该群只能由成员邀请加入", "Only its members invite people into this group")
        self.take_in(batch, place, group, self.userid, self.most)
        text = f"{names_of([self.userid])}加入了群"
        self.came_in(batch, place, text if not maker else f"{names_of([self.userid])}通过邀请链接加入了群")


class Invite(_Coming):
    """Friends of `userid` come in, or are proposed to the heads. Settled, `refusals` has why for each who did
    not, and `proposed` who waits for the heads."""

    __slots__ = ("_ids", "proposed", "refusals")

    def __init__(
        self, userid: int, community_id: int, ids: Sequence[int], most: int, origin: object = None
    ) -> None:
        super().__init__(userid, community_id, most, origin)
        self._ids = ids
        self.refusals: dict[int, Refusal] = {}
        self.proposed: list[int] = []

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        self.refusals, self.proposed = {}, []
        proposes = group.joining == "approve" and self.role(batch, place) < ADMIN
        there = members.standing(place.id, self._ids)
        for user_id in self._ids:
            if there[user_id].role > LEFT:
                continue
            try:
                self._require(user_id)
                if proposes:
                    self.ask_heads(place, user_id, self.userid, "", batch.now)
                    self.proposed.append(user_id)
                else:
                    self.take_in(batch, place, group, user_id, self.most)
            except Refusal as refused:
                self.refusals[user_id] = refused
        if self.came:
            text = f"{names_of([self.userid])}邀请{names_of(self.came)}加入了群"
            self.came_in(batch, place, text)

    def _require(self, user_id: int) -> None:
        if not contacts.since(self.userid, user_id) or joining.is_blocked(user_id, self.userid):
            raise Forbidden("只能邀请自己的好友", "You can invite your friends only")
        if joining.is_banned(self.dstid, user_id):
            raise banned()


class AnswerJoin(_Coming):
    """A head lets somebody in, or not."""

    __slots__ = ("_accept", "_request")

    least = ADMIN

    def __init__(
        self, userid: int, community_id: int, request: int, accept: bool, most: int, origin: object = None
    ) -> None:
        super().__init__(userid, community_id, most, origin)
        self._request, self._accept = request, accept

    def act(self, batch: Batch, place: Place, group: Group) -> None:
        user_id, proposer = joining.answer(self._request, self._accept, batch.now)
        there = members.standing(place.id, [user_id])[user_id].role > LEFT
        if not self._accept or there:
            self.what, self.who = "requested", [user_id]  # the heads' lists are others now
            self.told = members.heads(place.id)
            return
        accounts.require_here(user_id)
        if joining.is_banned(self.dstid, user_id):
            raise banned()
        if proposer and joining.is_blocked(user_id, proposer):  # since they were proposed
            raise Forbidden("对方不接受邀请", "They don't want to be invited")
        self.take_in(batch, place, group, user_id, self.most)
        by = proposer or self.userid
        text = f"{names_of([user_id])}加入了群"
        self.came_in(batch, place, f"{names_of([by])}邀请{text}" if proposer else text)


def banned() -> Forbidden:
    return Forbidden("已被该群封禁，不能加入", "Banned from this group")
