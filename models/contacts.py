"""Contacts: whom (cate 1) and which groups (cate 2) a user has in the list."""

from collections import defaultdict
from collections.abc import Collection

from peewee import SQL, ModelSelect

from database.prepared import Prepared
from models.accounts import PROFILE, find_user, login_of, unknown_user
from models.conversations import open_single
from models.pinyin import is_called, name_of
from models.settings import is_found, require_welcome
from models.tables import COMMUNITY, USER, Community, Contact, Conversation, Member, User
from models.words import MAX_WORDS, words_in
from protocol import rows
from protocol.errors import Conflict, Refused
from protocol.messages import ROOM, SINGLE


def add_contact(owner_id: int, dst_id: int, cate: int, now: int) -> bool:
    """One row of a list; False when it is there already, which the unique index decides."""
    row = Contact.insert(ownerid=owner_id, dstobj=dst_id, cate=cate, createat=now)
    return bool(row.on_conflict_ignore().as_rowcount().execute())


def befriend(user_id: int, dst_id: int, now: int) -> int:
    """Each gets the other as a contact, and both their single chat; its conversation id.

    Both rows are one transaction. Of two who add each other at once, one is told that it is done already.
    """
    if user_id == dst_id:
        raise Refused("不能添加自己为好友啊", "You can't add yourself as a friend")
    if not User.select(User.id).where(User.id == dst_id).exists():
        raise unknown_user()
    # One order for all, so that no two wait for each other.
    both = sorted([(user_id, dst_id), (dst_id, user_id)])
    added = {pair: add_contact(*pair, USER, now) for pair in both}
    if not added[user_id, dst_id]:
        raise Conflict("该用户已经被添加过啦", "This user is your friend already")
    require_welcome(dst_id)
    return open_single(user_id, dst_id, now)


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


def found_by_id(viewer_id: int, user_id: int) -> tuple[rows.Profile, bool]:
    """A user's row, and whether the viewer is acquainted with them; `NotFound`, also where strangers do not
    find them by their number."""
    row, known = find_user(user_id), acquainted(viewer_id, user_id)
    if not known and not is_found(user_id, "id"):
        raise unknown_user()
    return row, known


def found_by_mobile(viewer_id: int, mobile: str) -> tuple[rows.Profile, bool]:
    """The same by mobile. Of that its owner decides for all but friends: who shares a group with somebody is
    not to learn whose number they have."""
    account = login_of(mobile)
    if account is None:
        raise unknown_user()
    user_id = account["id"]
    if user_id != viewer_id and not since(viewer_id, user_id) and not is_found(user_id, "mobile"):
        raise unknown_user()
    return find_user(user_id), acquainted(viewer_id, user_id)


def friends_of(user_id: int) -> list[rows.Profile]:
    """The rows of a user's friends, in the order they were added."""
    return _friends.dicts(user_id, USER)


_friends = Prepared(
    lambda: (
        User.select(*PROFILE)
        .join(Contact, on=(Contact.dstobj == User.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)


def known_as(user_id: int, query: str) -> list[rows.Known]:
    """A user's friends, then their groups, in the order they came, whose name has each word of the query or
    sounds like it (`models.pinyin`)."""
    wanted = list(words_in(query))[:MAX_WORDS]
    if not wanted:
        return []
    return [
        {"kind": kind, "dstid": dstid, "name": name, "remark": "", "avatar": avatar}
        for kind, known in (
            (SINGLE, _friends_names(user_id, USER)),
            (ROOM, _group_names(user_id, COMMUNITY)),
        )
        for dstid, name, avatar in known
        if is_called(name_of(name), wanted)
    ]


_friends_names = Prepared(
    lambda: (
        User.select(User.id, User.nickname, User.avatar)
        .join(Contact, on=(Contact.dstobj == User.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)

_group_names = Prepared(
    lambda: (
        Community.select(Community.id, Community.name, Community.icon)
        .join(Contact, on=(Contact.dstobj == Community.id))
        .where(Contact.ownerid == 0, Contact.cate == 0)
        .order_by(Contact.id)
    )
)


def friend_ids(user_id: int) -> list[int]:
    """Whom a user has as friends."""
    mine = (Contact.ownerid == user_id) & (Contact.cate == USER)
    return [row[0] for row in Contact.select(Contact.dstobj).where(mine).tuples()]


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
