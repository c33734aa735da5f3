"""What becomes of a settled entry: whoever made it is told how it ended, and everybody concerned what is
new."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from actions import friendships, membership, presence
from actions.committing import Waiter
from actions.committing import commit as commit
from actions.committing import submit as submit
from hub.audience import V2, Audience, Without
from hub.connection import Connection
from hub.hub import Hub
from hub.ports.bus import Publication
from hub.ports.control import Order
from log.entries import (
    AnswerRequest,
    Arrange,
    Barred,
    Befriend,
    Block,
    Change,
    Clear,
    CreateGroup,
    Decide,
    Edit,
    Entry,
    Forward,
    Hide,
    Hold,
    Pass,
    Pin,
    Post,
    Preview,
    React,
    ReadMark,
    Recall,
    Removal,
    Transfer,
    Unfriend,
)
from metrics.histogram import Measures, Tally
from models.members import MANY
from protocol import frames, reviews
from protocol.errors import Refusal
from protocol.messages import ROOM, Cmd, Media

logger = logging.getLogger("magpie.delivery")


#: What a settled entry has to say: frames to whom they concern, and orders that come before what follows.
News: TypeAlias = list[Publication | Order]


class Delivery:
    """`settled` is what the log calls with each batch, in commit order. An ack goes the way of its message,
    so that a connection sees the numbers of a conversation in their order.

    `told`: the log's own transaction has told other processes already (`actions.telling`)."""

    def __init__(self, hub: Hub, told: bool = False) -> None:
        self._hub, self._told = hub, told
        #: Who is told of each settled batch, too, once it is delivered.
        self.also: list[Callable[[Sequence[Entry]], None]] = []
        self._messages = self._repeated = 0
        self._acked: list[float] = []  # when the frames came whose acks are written at the end of the batch
        self._refused = Tally()
        self._news: dict[type[Entry], Callable[[Any], News]] = {
            **dict.fromkeys((Post, Barred, Transfer), self._post),
            Hold: self._hold,
            Pass: self._pass,
            Forward: lambda entry: [item for post in entry.posts for item in self._post(post)],
            ReadMark: self._read,
            Decide: presence.decided,
            Befriend: friendships.befriended,
            AnswerRequest: friendships.answered,
            Unfriend: friendships.parted,
            Block: friendships.blocked,
            CreateGroup: lambda entry: membership.created(entry, self._post),
            **dict.fromkeys(membership.ACTS, lambda entry: membership.acted(entry, self._post)),
            **dict.fromkeys((Recall, Removal, Edit, React, Pin, Preview), self._change),
            **dict.fromkeys((Arrange, Clear, Hide), self._own),
        }

    @property
    def kinds(self) -> set[type[Entry]]:
        """What can be delivered."""
        return set(self._news)

    def news(self, entry: Entry) -> News:
        """What others have to hear of an entry that is stored. Knows no connection but the one it came from,
        and may be asked in any thread."""
        return self._news[type(entry)](entry)

    def refuse(self, connection: Connection, refusal: Refusal, cid: object) -> None:
        """A frame of this connection is refused; a classic one is not told."""
        self._refused[str(refusal.code)] += 1
        if connection.v2:
            connection.tell(frames.error(refusal, cid, connection.lang))

    def stats(self) -> dict[str, int]:
        """Since the start, `delivery_messages`: new messages; `delivery_repeated`: those that were stored
        already."""
        return {"delivery_messages": self._messages, "delivery_repeated": self._repeated}

    def measures(self) -> Measures:
        """`delivery_refused`: frames that were refused, by code."""
        return {"delivery_refused": self._refused}

    def settled(self, batch: Sequence[Entry], changes: Sequence[range]) -> None:
        news: News = []
        for entry in batch:
            try:
                news += self._settle(entry)
            except Exception:  # a fault of ours: what is durable is told to all the others
                logger.exception("delivering a %s", type(entry).__name__)
        try:
            self._tell(news, changes)
            self._hub.flush()
            if self._acked:
                acked, self._acked = self._acked, []
                self._hub.acks.observe_since(self._hub.clock(), acked)
        except Exception:  # who missed it sees a gap, and asks
            logger.exception("publishing a batch")
        for note in self.also:
            try:
                note(batch)
            except Exception:  # it must not keep the others from it, nor the log from its next batch
                logger.exception("telling of a batch")

    def _settle(self, entry: Entry) -> News:
        """Its origin is told how it ended."""
        origin = entry.origin
        if isinstance(origin, Waiter):
            origin.tell(entry)
        if entry.refusal is None:
            if isinstance(entry, (Post, Forward)):
                for post in entry.posts if isinstance(entry, Forward) else (entry,):
                    self._count(post)
            elif isinstance(entry, Change) and entry.told is None and _awaits(origin):
                origin.tell(_change_ack(entry))
            return self.news(entry) if entry.news is None else entry.news
        if isinstance(origin, Connection):
            self.refuse(origin, entry.refusal, entry.client_cid)
        return []

    def _tell(self, news: News, changes: Sequence[range]) -> None:
        """Open connections obey an order first, so that they get what is told next: what was said before it
        is published before."""
        items: list[Publication] = []
        for one in news:
            if isinstance(one, Publication):
                items.append(one)
                continue
            if items:
                self._hub.publish(items, told=self._told)
                items = []
            self._hub.order((one,), told=self._told)
        if items or changes:
            self._hub.publish(items, changes, told=self._told)

    # --- the news of each kind ----------------------------------------------------------------------------

    def _count(self, entry: Post) -> None:
        """A message is counted; a resend gets its ack at once, the first one's comes with its message."""
        origin = entry.origin
        if isinstance(entry, Hold) and entry.review is not None:
            if isinstance(origin, Connection):
                self.refuse(origin, reviews.waits(entry.review.id), entry.client_cid)
            return
        if not entry.repeated:
            self._messages += 1
            if _awaits(origin) and entry.since and entry.kind != ROOM:
                self._acked.append(entry.since)
            return
        self._repeated += 1
        if _awaits(origin):
            assert entry.receipt is not None
            origin.tell(frames.ack(entry.message, entry.receipt))

    @staticmethod
    def _post(entry: Post) -> News:
        """A message: each other connection of all concerned gets it, and the one it came from its ack."""
        message, receipt, origin = entry.message, entry.receipt, entry.origin
        assert receipt is not None
        if entry.repeated:
            return []
        ack = frames.ack(message, receipt) if _awaits(origin) else b""
        # A classic client would not know how to draw a notice.
        audience = V2 if message.media == Media.NOTICE else None
        users, group = concerned(message.cmd, message.dstid, message.userid)
        item = Publication(entry.delivered.encode(receipt), users, group, _origin_id(entry), ack, audience)
        if group and ack:
            item.since = entry.since
        if entry.place is not None:
            item.change, item.after = entry.place.change, entry.place.before
        return [item]

    def _hold(self, entry: Hold) -> News:
        """A message that waits: its author's other connections show it, too."""
        if entry.review is None:
            return self._post(entry)
        if entry.repeated:
            return []
        event = reviews.told(entry.review.id, reviews.WAITING, entry.message, entry.review)
        return [Publication(event, (entry.userid,), origin=_origin_id(entry), audience=V2)]

    def _pass(self, entry: Pass) -> News:
        """One that an operator has let pass, and its author hears that."""
        event = reviews.told(entry.review_id, reviews.PASSED, entry.message)
        return [*self._post(entry), Publication(event, (entry.userid,), audience=V2)]

    @staticmethod
    def _change(entry: Change) -> News:
        """A change: all other v2 connections of the members hear what it made of the message."""
        if entry.told is None:
            return []
        receipt = entry.receipt
        assert receipt is not None
        event = frames.changed(entry.cmd, receipt, entry.kind, entry.dstid, entry.userid, entry.told)
        ack = _change_ack(entry) if _awaits(entry.origin) else b""
        users, group, audience = aware(entry.kind, entry.dstid, entry.userid, entry.unaware)
        item = Publication(event, users, group, _origin_id(entry), ack, audience)
        if entry.place is not None:
            item.change, item.after = entry.place.change, entry.place.before
        return [item]

    @staticmethod
    def _read(entry: ReadMark) -> News:
        """A mark that moved: the reader's other connections learn it, and in a single chat the peer, if both
        want that; who else reads a group is nobody's business there."""
        news: News = []
        if entry.stands:
            event = frames.event(
                Cmd.READ, userid=entry.userid, kind=entry.kind, dstid=entry.dstid, seq=entry.stands
            )
            readers = (entry.userid, entry.peer) if entry.peer else (entry.userid,)
            news.append(Publication(event, readers, origin=_origin_id(entry), audience=V2))
        if entry.unmarked:
            news.append(_conversation_changed(entry, {"marked": 0}))
        return news

    @staticmethod
    def _own(entry: Arrange | Clear | Hide) -> News:
        """What somebody does for themselves their own other connections learn."""
        return [_conversation_changed(entry, entry.told)] if entry.told else []


def concerned(kind: int, dstid: int, userid: int) -> tuple[tuple[int, ...], int]:
    """(users, group) to whom it is published what `userid` says or does in the conversation that they mean by
    (kind, dstid)."""
    return ((), dstid) if kind == ROOM else ((dstid, userid), 0)


def aware(
    kind: int, dstid: int, userid: int, unaware: Sequence[int]
) -> tuple[tuple[int, ...], int, Audience]:
    """(users, group, audience) to whom it is published what `userid` did to a message that `unaware` don't
    see. Where these are very many, to `userid` alone: the others see by the next version that they missed
    one, and ask."""
    if len(unaware) >= MANY:
        return (userid,), 0, V2
    users, group = concerned(kind, dstid, userid)
    return users, group, Without(unaware) if unaware else V2


def _awaits(origin: object) -> TypeGuard[Connection]:
    """Whether it is a connection that gets acks."""
    return isinstance(origin, Connection) and origin.v2


def _change_ack(entry: Change) -> bytes:
    assert entry.receipt is not None
    ack = frames.change_ack(entry.client_cid, entry.message_id, entry.receipt, entry.kind, entry.dstid)
    return frames.event(Cmd.ACK, **ack)


def _conversation_changed(entry: Entry, what: Mapping[str, object]) -> Publication:
    event = frames.event(
        Cmd.CONVERSATION_CHANGED, userid=entry.userid, kind=entry.kind, dstid=entry.dstid, **what
    )
    return Publication(event, (entry.userid,), origin=_origin_id(entry), audience=V2)


def _origin_id(entry: Entry) -> int:
    """The connection that has caused it and does not get it; 0 for none."""
    return entry.origin.id if isinstance(entry.origin, Connection) else 0
