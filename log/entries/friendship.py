"""What becomes of two people: friends, asked or not any more, and blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from log.entries.entry import Entry
from models import blocks, contacts, finding, requests
from models.accounts import unknown_user
from protocol.errors import Conflict
from protocol.messages import SINGLE

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Between(NamedTuple):
    """What is between the one who acts and the other one, once it is done: friends or not, and whether each
    blocks the other."""

    friends: bool
    blocks: bool
    blocked: bool


class Friendship(Entry):
    """`userid` does something about `dstid`. Settled, `between` is what is so now, None when nothing has
    changed: then nobody hears of it."""

    __slots__ = ("between",)

    members_only = False
    writes_at_once = True

    def __init__(self, userid: int, dstid: int, origin: object = None) -> None:
        super().__init__(userid, SINGLE, dstid, origin)
        self.begin()

    def begin(self) -> None:
        self.refusal = None
        self.between: Between | None = None

    def look(self) -> Between:
        """While the lock of both is held."""
        blockers = blocks.between(self.userid, self.dstid)
        friends = contacts.are_friends(self.userid, self.dstid)
        return Between(friends, self.userid in blockers, self.dstid in blockers)

    def moves(self, batch: Batch, place: Place | None, *user_ids: int) -> None:
        """Something is different: who may write in their chat, if there is one, for the entries after this
        one, too; and the lists of these users."""
        self.between = self.look()
        conversation_id, bars = contacts.settle(self.userid, self.dstid)
        if not conversation_id:
            return
        for user_id in (self.userid, self.dstid):
            pair = user_id, conversation_id
            batch.members.setdefault(pair, 0 if place is None else place.seq)
            batch.bars[pair] = bars
        batch.changed_for.update((user_id, conversation_id) for user_id in user_ids)


class Befriend(Friendship):
    """`userid` wants `dstid` as a friend, with `memo` as a greeting; `approval`: for who has decided none.
    Settled, they are friends where `between` says so, and else a `request` waits; `heard`: the other one is
    to be told of it. `granted`: a request of either of them has made them friends."""

    __slots__ = ("_approval", "_memo", "granted", "heard", "request")

    def __init__(
        self, userid: int, dstid: int, memo: str = "", approval: str = "auto", origin: object = None
    ) -> None:
        self._memo, self._approval = memo, approval
        super().__init__(userid, dstid, origin)

    def begin(self) -> None:
        super().begin()
        self.request, self.heard, self.granted = 0, False, False

    def apply(self, batch: Batch, place: Place | None) -> None:
        try:
            asked = requests.ask(self.userid, self.dstid, self._memo, self._approval, batch.now)
        except Conflict:
            # A try whose COMMIT may have happened has perhaps done it.
            if not batch.tried_at(contacts.since(self.userid, self.dstid)):
                raise
            self.granted = requests.granted_at(self.userid, self.dstid, batch.tried_at)
            self.between = self.look()
            return
        self.request = asked.request
        if asked.conversation_id:
            self.granted = bool(asked.request)
            self.moves(batch, place, self.userid, self.dstid)
        elif asked.since == batch.now or batch.tried_at(asked.since):
            self.between, self.heard = self.look(), asked.heard


class AnswerRequest(Friendship):
    """`userid` says yes or no to the `request` of `dstid`."""

    __slots__ = ("accept", "request")

    def __init__(self, userid: int, dstid: int, request: int, accept: bool, origin: object = None) -> None:
        super().__init__(userid, dstid, origin)
        self.request, self.accept = request, accept

    def apply(self, batch: Batch, place: Place | None) -> None:
        since = requests.answer(self.userid, self.dstid, self.request, self.accept, batch.now)
        if since == batch.now and self.accept:
            self.moves(batch, place, self.userid, self.dstid)
        elif since == batch.now or batch.tried_at(since):
            self.between = self.look()


class Unfriend(Friendship):
    """Neither has the other as a friend any more. What was said stays readable."""

    __slots__ = ()

    def apply(self, batch: Batch, place: Place | None) -> None:
        blocks.lock(self.userid, self.dstid)
        if contacts.part(self.userid, self.dstid):
            self.moves(batch, place, self.userid, self.dstid)
        elif (
            batch.earlier
        ):  # a try whose COMMIT may have happened has perhaps done it: telling twice is no harm
            self.between = self.look()


class Block(Friendship):
    """`userid` wants nothing of `dstid` from now on, or does again where `on` is false. Their lists of
    friends stay, and the other one's list of chats tells nothing of it. `NotFound` for whom they may not
    know: the list of those whom somebody blocks says who they are."""

    __slots__ = ("on",)

    def __init__(self, userid: int, dstid: int, on: bool, origin: object = None) -> None:
        super().__init__(userid, dstid, origin)
        self.on = on

    def apply(self, batch: Batch, place: Place | None) -> None:
        blocks.lock(self.userid, self.dstid, ("不能拉黑自己", "You can't block yourself"))
        if self.on:
            if self.userid not in blocks.between(self.userid, self.dstid) and not finding.may_know(
                self.userid, self.dstid
            ):
                raise unknown_user()
            changed = blocks.put(self.userid, self.dstid, batch.now)
            requests.silence(self.userid, self.dstid, batch.now)
        else:
            changed = blocks.take_back(self.userid, self.dstid)
        if changed:
            self.moves(batch, place, self.userid)
        elif batch.earlier:
            self.between = self.look()
