"""Push: which browsers are to be told of a message, and what."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Expression, Field, ModelSelect

from database.prepared import Prepared, PreparedFor
from models.accounts import lock
from models.badges import badge
from models.tables import (
    USER,
    Community,
    Contact,
    Conversation,
    Member,
    PushSubscription,
    Session,
    Setting,
    User,
    Withdrawn,
    key_of,
)
from protocol.errors import NotLoggedIn
from protocol.limits import MAX_SUBSCRIPTIONS
from protocol.messages import ROOM, Media

#: With so many subscribers in all, those of a group are found by asking which of them are in it; with more,
#: by looking which of its members are subscribers.
_FEW = 2000


class Browser(NamedTuple):
    """Where a push goes, and what only this browser can read it by; `lang`: what is said there."""

    id: int
    endpoint: str
    p256dh: str
    auth: str
    lang: str


class Said(NamedTuple):
    """A new message: `author` wrote it to (`kind`, `dstid`). `at`: whom it names, 0 for everybody."""

    conversation_id: int
    seq: int
    author: int
    kind: int
    dstid: int
    media: int
    at: Sequence[int]


class Aim(NamedTuple):
    """A reader who may be pushed to. `plain`: without the content; `quiet`: the hours in which not."""

    user_id: int
    plain: bool
    quiet: str
    browsers: list[Browser]


class Words(NamedTuple):
    """What a reader calls the conversation and, in a group, the author; and how much is unread to them."""

    title: str
    author: str
    badge: int


# --- subscriptions ------------------------------------------------------------------------------------------


def subscribe(
    user_id: int, session_id: int, endpoint: str, p256dh: str, auth: str, lang: str, now: int
) -> None:
    """This browser is pushed to as long as the session lives; what its address was before it is no more."""
    lock(user_id)
    if not Session.select(Session.id).where(Session.id == session_id, Session.user_id == user_id).exists():
        raise NotLoggedIn()
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    row = {
        "user_id": user_id, "session_id": session_id, "endpoint": endpoint,
        "p256dh": p256dh, "auth": auth, "lang": lang, "createat": now,
    }  # fmt: skip
    this = PushSubscription.digest == digest
    # A new id, so that what was found out of the old one is not held against it.
    PushSubscription.delete().where(this).execute()
    PushSubscription.insert(row, digest=digest).on_conflict_ignore().execute()
    PushSubscription.update(row).where(this).execute()  # where another one was faster: the last one holds
    mine = PushSubscription.user_id == user_id
    latest = PushSubscription.select(PushSubscription.id).where(mine).order_by(PushSubscription.id.desc())
    _delete(PushSubscription.id, [row[0] for row in latest.tuples()][MAX_SUBSCRIPTIONS:])


def unsubscribe(user_id: int, session_id: int, endpoint: str | None) -> None:
    """One of the user's, or all of the session's."""
    mine = PushSubscription.user_id == user_id
    if endpoint is None:
        which = PushSubscription.session_id == session_id
    else:
        which = PushSubscription.digest == hashlib.sha256(endpoint.encode()).hexdigest()
    PushSubscription.delete().where(mine, which).execute()


def drop(subscription_id: int) -> None:
    """There is no such browser any more."""
    _delete(PushSubscription.id, [subscription_id])


def _delete(column: Field, values: Sequence[int]) -> None:
    if values:
        PushSubscription.delete().where(column.in_(values)).execute()


# --- who is pushed to ---------------------------------------------------------------------------------------


def aims(said: Sequence[Said], now: int, idle: int) -> list[list[Aim]]:
    """For each message who is to be pushed to, as far as rows tell: readers with a living session that asked
    for it, who have not read or cleared it, and have not muted the conversation or are named."""
    peers = {one.dstid for one in said if one.kind != ROOM and one.dstid != one.author}
    subscribed = {user_id for part in _parts(list(peers)) for (user_id,) in _subscribed(part)}
    everybody: list[int] | None = None
    if any(one.kind == ROOM for one in said):
        everybody = [user_id for (user_id,) in _subscribers(_FEW + 1)]
    found: list[list[Aim]] = []
    for one in said:
        rows: list[tuple[Any, ...]] = []
        if one.kind != ROOM:
            rows = _rows([one.dstid], one, now, idle) if one.dstid in subscribed else []
        elif everybody is not None and len(everybody) > _FEW:
            rows = [*_of_group(one.conversation_id, now, now - idle)]
        elif everybody:
            rows = _rows(everybody, one, now, idle)
        found.append(_aims(one, rows))
    return found


def _rows(user_ids: Sequence[int], one: Said, now: int, idle: int) -> list[tuple[Any, ...]]:
    return [
        row
        for part in _parts(user_ids)
        for row in _of_some(part, before=(one.conversation_id, now, now - idle))
    ]


def _aims(one: Said, rows: Iterable[tuple[Any, ...]]) -> list[Aim]:
    by_reader: dict[int, Aim] = {}
    for user_id, muted, read, cleared, joined, push, quiet, *browser in rows:
        named = user_id in one.at or 0 in one.at
        # A notice counts as a message for those whom it names.
        silent = (muted or one.media == Media.NOTICE) and not named
        behind = max(read, cleared, joined) < one.seq
        if user_id == one.author or silent or not behind:
            continue
        aim = by_reader.setdefault(user_id, Aim(user_id, push == "none", quiet or "", []))
        aim.browsers.append(Browser(*browser))
    return list(by_reader.values())


def _parts(values: Sequence[int]) -> list[Sequence[int]]:
    most = PreparedFor.MOST
    return [values[at : at + most] for at in range(0, len(values), most)]


def _asked(*which: Expression) -> ModelSelect:
    m, p, s = Member, PushSubscription, Session
    return (
        m.select(
            m.user_id, m.muted, m.read, m.cleared, m.joined_seq, Setting.push, Setting.quiet,
            p.id, p.endpoint, p.p256dh, p.auth, p.lang,
        )
        .join(p, on=(p.user_id == m.user_id))
        .join(s, on=(s.id == p.session_id))
        .join(Setting, JOIN.LEFT_OUTER, on=(Setting.user_id == m.user_id))
        .where(m.conversation_id == 0, s.expires > 0, s.last_seen > 0, m.role > SQL("0"), *which)
    )  # fmt: skip


_of_some = PreparedFor(lambda listed: _asked(Member.user_id.in_(listed)))
_of_group = Prepared(lambda: _asked())
_subscribed = PreparedFor(
    lambda listed: (
        PushSubscription.select(PushSubscription.user_id)
        .where(PushSubscription.user_id.in_(listed))
        .distinct()
    )
)
_subscribers = Prepared(lambda: PushSubscription.select(PushSubscription.user_id).distinct().limit(1))


def stands(user_id: int, subscription_id: int, conversation_id: int, seq: int, now: int, idle: int) -> bool:
    """Whether there is still reason to push a message to a browser."""
    p, s, m = PushSubscription, Session, Member
    if recalled([(conversation_id, seq)]):
        return False
    row = (
        p.select(m.read, m.cleared)
        .join(s, on=(s.id == p.session_id))
        .switch(p)
        .join(m, on=((m.user_id == p.user_id) & (m.conversation_id == conversation_id)))
        .where(p.id == subscription_id, p.user_id == user_id, m.role > 0)
        .where(s.expires > now, s.last_seen > now - idle)
    )
    return any(max(marks) < seq for marks in row.tuples())


def shown(user_id: int, kind: int, dstid: int, now: int, idle: int) -> tuple[int, list[Browser]] | None:
    """The id of a conversation as a user means it, and their browsers; None where there is none of either."""
    key = key_of(user_id, kind, dstid)
    conversation_id = Conversation.select(Conversation.id).where(Conversation.key == key).scalar()
    p, s = PushSubscription, Session
    of_user = (
        p.select(p.id, p.endpoint, p.p256dh, p.auth, p.lang)
        .join(s, on=(s.id == p.session_id))
        .where(p.user_id == user_id, s.expires > now, s.last_seen > now - idle)
    )
    browsers = [Browser(*row) for row in of_user.tuples()]
    return (conversation_id, browsers) if conversation_id and browsers else None


# --- what they are told -------------------------------------------------------------------------------------


def recalled(places: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (conversation, seq) that were taken back."""
    w = Withdrawn
    by_conversation: dict[int, list[int]] = {}
    for conversation_id, seq in places:
        by_conversation.setdefault(conversation_id, []).append(seq)
    return {
        row
        for conversation_id, seqs in by_conversation.items()
        for row in w.select(w.conversation_id, w.seq)
        .where(w.conversation_id == conversation_id, w.seq.in_(seqs))
        .tuples()
    }


def words(one: Said, readers: Sequence[int]) -> Mapping[int, Words] | None:
    """By reader; None for a message that was taken back meanwhile."""
    if recalled([(one.conversation_id, one.seq)]):
        return None
    author = str(User.select(User.nickname).where(User.id == one.author).scalar() or "")
    ours = (Contact.ownerid.in_(readers), Contact.dstobj == one.author, Contact.cate == USER)
    remarks = dict(
        Contact.select(Contact.ownerid, Contact.remark).where(*ours, Contact.remark != "").tuples()
    )
    badges = {user_id: badge(user_id) for user_id in readers}
    if one.kind != ROOM:
        return {user: Words(remarks.get(user, author), "", badges[user]) for user in readers}
    here = (Member.user_id == one.author, Member.conversation_id == one.conversation_id)
    called = Member.select(Member.called).where(*here).scalar() or author
    name = str(Community.select(Community.name).where(Community.id == one.dstid).scalar() or "")
    return {user: Words(name, remarks.get(user, called), badges[user]) for user in readers}
