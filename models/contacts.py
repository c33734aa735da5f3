"""Contacts: whom (cate 1) and which groups (cate 2) a user has in the list.

A friendship is two rows, one in each list. Whoever changes what is between two people holds the lock of both
(`blocks.lock`): what one of two who act at once has done the other one sees, in whatever processes they are.
"""

from collections import defaultdict
from collections.abc import Collection

from peewee import JOIN, SQL, ModelSelect

from database.prepared import Prepared
from models import blocks
from models.access import refusal
from models.accounts import PROFILE
from models.conversations import open_single
from models.pinyin import is_called, name_of, sort_key
from models.tables import (
    BLOCKED,
    COMMUNITY,
    NOT_FRIENDS,
    USER,
    Block,
    Community,
    Contact,
    Conversation,
    Member,
    Restraint,
    User,
    key_of,
)
from models.words import MAX_WORDS, words_in
from protocol import rows
from protocol.errors import Conflict
from protocol.messages import ROOM, SINGLE


def add_contact(owner_id: int, dst_id: int, cate: int, now: int) -> bool:
    """One row of a list; False when it is there already, which the unique index decides."""
    row = Contact.insert(ownerid=owner_id, dstobj=dst_id, cate=cate, createat=now)
    return bool(row.on_conflict_ignore().as_rowcount().execute())


def lock(user_id: int, dst_id: int) -> None:
    """As `blocks.lock`, for who would make friends."""
    blocks.lock(user_id, dst_id, ("不能添加自己为好友啊", "You can't add yourself as a friend"))


def friends_already() -> Conflict:
    return Conflict("该用户已经被添加过啦", "This user is your friend already")


def befriend(user_id: int, dst_id: int, now: int) -> int:
    """Each gets the other as a contact, and both their single chat; its conversation id. A side that an older
    system has kept alone is completed.

    Both rows are one transaction. Of two who add each other at once, one is told that it is done already.
    """
    lock(user_id, dst_id)
    both = sorted([(user_id, dst_id), (dst_id, user_id)])
    added = {pair: add_contact(*pair, USER, now) for pair in both}
    if not added[user_id, dst_id]:
        raise friends_already()
    conversation_id = open_single(user_id, dst_id, now)
    settle(user_id, dst_id)
    return conversation_id


def are_friends(user_id: int, other_id: int) -> bool:
    """Whether each is on the list of the other."""
    return bool(since(user_id, other_id) and since(other_id, user_id))


def part(user_id: int, other_id: int) -> bool:
    """Neither has the other any more; False when neither had. What was said stays."""
    mine = (Contact.ownerid == user_id) & (Contact.dstobj == other_id)
    theirs = (Contact.ownerid == other_id) & (Contact.dstobj == user_id)
    gone = Contact.delete().where((mine | theirs) & (Contact.cate == USER)).execute()
    settle(user_id, other_id)
    return bool(gone)


def conversation_of(user_id: int, other_id: int) -> int:
    """The id of their single chat, 0 when there is none."""
    key = key_of(user_id, SINGLE, other_id)
    return int(Conversation.select(Conversation.id).where(Conversation.key == key).scalar() or 0)


def settle(user_id: int, other_id: int) -> tuple[int, int]:
    """Writes into their single chat what keeps both from writing; its conversation id, 0 when there is none,
    and the bars."""
    bars = 0 if are_friends(user_id, other_id) else NOT_FRIENDS
    if blocks.between(user_id, other_id):
        bars |= BLOCKED
    conversation_id = conversation_of(user_id, other_id)
    if conversation_id:
        ids = (user_id, other_id)
        theirs = (Member.conversation_id == conversation_id, Member.user_id.in_(ids), Member.bars != bars)
        Member.update(bars=bars).where(*theirs).execute()
    return conversation_id, bars


def call(owner_id: int, dst_id: int, remark: str) -> None:
    """What somebody calls a friend for themselves, "" for the friend's own name. `Forbidden` when they are
    none."""
    mine = (Contact.ownerid == owner_id, Contact.dstobj == dst_id, Contact.cate == USER)
    if not since(owner_id, dst_id):
        raise refusal(SINGLE, dst_id)
    Contact.update(remark=remark).where(*mine).execute()


_since = Prepared(
    lambda: Contact.select(Contact.createat).where(
        Contact.ownerid == 0, Contact.dstobj == 0, Contact.cate == USER
    )
)


def since(owner_id: int, dst_id: int) -> int:
    """When (ms) `dst_id` was put on the list of friends; 0 when not."""
    return next((int(at) for (at,) in _since(owner_id, dst_id, USER)), 0)


def _sharing() -> ModelSelect:
    theirs = Member.alias()
    return (
        Member.select(Member.conversation_id)
        .join(Conversation, on=(Conversation.id == Member.conversation_id))
        .join(theirs, on=(theirs.conversation_id == Member.conversation_id))
        .where(
            Member.user_id == 0,
            theirs.user_id == 0,
            Conversation.kind == ROOM,
            Member.role > SQL("0"),
            theirs.role > SQL("0"),
        )
        .limit(1)
    )


_shared = Prepared(_sharing)


def acquainted(user_id: int, other_id: int) -> bool:
    """Whether two people are friends or in a group together: what strangers may not know they may."""
    return bool(since(user_id, other_id) or _shared(user_id, other_id, ROOM, 1))


def friends_of(user_id: int) -> list[rows.Befriended]:
    """The rows of a user's friends, in the order they were added."""
    found: list[rows.Befriended] = _friends.dicts(user_id, USER)
    for row in found:
        if not row["deactivated"]:
            del row["deactivated"]
        row["pinyin"] = sort_key(row["remark"] or row["nickname"])
    return found


_friends = Prepared(
    lambda: (
        User.select(*PROFILE, Contact.remark, Restraint.deactivated)
        .join(Contact, on=(Contact.dstobj == User.id))
        .join(Restraint, JOIN.LEFT_OUTER, on=(Restraint.user_id == User.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)


def blocked_by(user_id: int) -> list[rows.Befriended]:
    """The rows of those whom somebody blocks, the latest first; friends as they are called."""
    found: list[rows.Befriended] = _blocked.dicts(user_id, USER, user_id)
    for row in found:
        row["remark"] = row["remark"] or ""
        row["pinyin"] = sort_key(row["remark"] or row["nickname"])
    return found


_blocked = Prepared(
    lambda: (
        User.select(*PROFILE, Contact.remark)
        .join(Block, on=(Block.blocked_id == User.id))
        .join(
            Contact,
            JOIN.LEFT_OUTER,
            on=((Contact.ownerid == 0) & (Contact.dstobj == User.id) & (Contact.cate == 0)),
        )
        .where(Block.user_id == 0)
        .order_by(Block.createat.desc(), Block.blocked_id.desc())
    )
)


def known_as(user_id: int, query: str) -> list[rows.Known]:
    """A user's friends, then their groups, in the order they came, whose name, or what the user calls them,
    has each word of the query or sounds like it (`models.pinyin`)."""
    wanted = list(words_in(query))[:MAX_WORDS]
    if not wanted:
        return []
    return [
        {"kind": kind, "dstid": dstid, "name": name, "remark": remark, "avatar": avatar}
        for kind, known in (
            (SINGLE, _friends_names(user_id, USER)),
            (ROOM, _group_names(user_id, COMMUNITY)),
        )
        for dstid, name, avatar, remark in known
        if is_called(name_of(name), wanted) or (remark and is_called(name_of(remark), wanted))
    ]


_friends_names = Prepared(
    lambda: (
        User.select(User.id, User.nickname, User.avatar, Contact.remark)
        .join(Contact, on=(Contact.dstobj == User.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)

_group_names = Prepared(
    lambda: (
        Community.select(Community.id, Community.name, Community.icon, Contact.remark)
        .join(Contact, on=(Contact.dstobj == Community.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)


def friend_ids(user_id: int) -> list[int]:
    """Whom a user has as friends, and does not block: who learns of what is new about the user."""
    mine = (Contact.ownerid == user_id) & (Contact.cate == USER)
    unwanted = Block.select(Block.blocked_id).where(Block.user_id == user_id)
    return [
        row[0] for row in Contact.select(Contact.dstobj).where(mine, Contact.dstobj.not_in(unwanted)).tuples()
    ]


def peers_of(user_id: int) -> list[int]:
    """With whom somebody has a single chat, friends or not any more: who sees how far they have read."""
    c = Conversation
    chats = c.select(c.a, c.b).join(Member, on=(Member.conversation_id == c.id))
    mine = (Member.user_id == user_id, c.kind == SINGLE, c.a != c.b)
    return [b if a == user_id else a for a, b in chats.where(*mine).tuples()]


def friends_among(viewers: Collection[int], user_ids: Collection[int]) -> dict[int, list[int]]:
    """For each of `viewers` who of `user_ids` are their friends; who has none of them as a friend is left
    out.

    One query over the lists of the fewer of them: friendship is mutual."""
    fewer, others = sorted((viewers, user_ids), key=len)
    mine = Contact.ownerid.in_(list(fewer)) & (Contact.cate == USER)
    found = defaultdict(list)
    for owner_id, friend_id in Contact.select(Contact.ownerid, Contact.dstobj).where(mine).tuples():
        if friend_id in others:
            viewer, user_id = (owner_id, friend_id) if fewer is viewers else (friend_id, owner_id)
            found[viewer].append(user_id)
    return found
