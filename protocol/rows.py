"""What answers are made of, on one page: a JSON object each, with the wire's own names.

A list has hundreds of messages and conversations. As structs they are made and written in half the time of
dicts; their fields stand in the order of the wire, and what is UNSET is left out.
"""

from typing import Literal, NotRequired, TypeAlias, TypedDict

import msgspec
from msgspec import UNSET, UnsetType


class Profile(TypedDict):
    """A user, as stored. `mobile` is shown to the user alone, and so is `op`: 1 for an operator."""

    id: int
    mobile: str
    avatar: str
    sex: str
    nickname: str
    memo: str
    createat: int
    op: NotRequired[int]


class User(Profile):
    """A user, as told. `token` is the session's, and empty but for who has just logged in. `deactivated`: 1
    for a friend who can't log in."""

    online: int
    token: str
    deactivated: NotRequired[int]


class Befriended(Profile):
    """A friend, as stored. `remark`: what the user calls them for themselves, "" for their own name;
    `pinyin`: by what they stand in a list, the syllables of the remark or name."""

    remark: str
    pinyin: str
    deactivated: NotRequired[int]


class Friend(Befriended, User):
    """A friend, as told."""


class Found(User):
    """Somebody, as told to who looks at them alone; of others also what the caller calls a friend, and
    whether the caller blocks them (1)."""

    remark: NotRequired[str]
    blocked: NotRequired[int]


RequestState: TypeAlias = Literal["pending", "accepted", "declined", "expired"]


class Request(TypedDict):
    """Somebody wants to be a friend of somebody: `userid` asked `dstid`; `memo`: with this greeting."""

    id: int
    userid: int
    dstid: int
    memo: str
    state: RequestState
    createat: int


class ToldRequest(Request):
    """As told to one of both. `user`: the other one."""

    user: User


class Membership(Profile):
    """A member of a group, as stored. `role`: 1, 2 of an admin, 3 of its owner; `alias`: what they are called
    there; `muted_until`: when (ms) they may write again, 0 for who may; `joinedat` in ms."""

    role: int
    alias: str
    muted_until: int
    joinedat: int


class Member(Membership, User):
    """A member of a group, as told."""


class SomeSettings(TypedDict, total=False):
    """Some of what a user has decided: 1 or 0 whether it is seen that they are online, and how far they have
    read; what becomes of who wants to be a friend; the ways in which strangers find them; what is shown of a
    message that is pushed (content, none), and the hours in which none is; whether the server opens the links
    that they send."""

    online: int
    read: int
    approval: str
    find: list[str]
    push: str
    quiet: str
    previews: int


class Settings(TypedDict):
    """All of them."""

    online: int
    read: int
    approval: str
    find: list[str]
    push: str
    quiet: str
    previews: int


class Known(TypedDict):
    """A friend (`kind` 10) or a group (11) of somebody. `remark`: what they call a friend for themselves."""

    kind: int
    dstid: int
    name: str
    remark: str
    avatar: str


class Group(TypedDict):
    """A community of the wire, as stored."""

    id: int
    name: str
    ownerid: int
    icon: str
    cate: int
    memo: str
    createat: int


class Session(TypedDict):
    """A log-in of somebody; times in ms. `fresh`: 1 when it began on a device that the account did not know,
    until they say that it was them. `current`: it is the caller's own."""

    id: int
    ua: str
    ip: str
    created: int
    last_seen: int
    fresh: int
    current: NotRequired[bool]


class Reactions(TypedDict):
    """Of one kind: how many, and the user ids of the first."""

    n: int
    who: list[int]


class Preview(TypedDict):
    """What the page behind a link says of itself. `url`: the link, as it stands in the message; `pic`: a copy
    of its picture, `w` × `h` pixels. What the page does not say is left out, but
    there is a title."""

    url: str
    title: str
    desc: NotRequired[str]
    site: NotRequired[str]
    pic: NotRequired[str]
    w: NotRequired[int]
    h: NotRequired[int]


class Message(msgspec.Struct, gc=False):
    """A stored message; empty fields are left out. `fwd`: the first author of what was forwarded; `edited`:
    when (ms) it got its text; `reactions`: by what people reacted with; `pinned`: by whom; `recalled`: 1, and
    `by` whom if not its author; `preview`: of the first link in it."""

    id: int
    userid: int
    dstid: int
    cmd: int
    media: int
    content: str | UnsetType
    pic: str | UnsetType
    url: str | UnsetType
    memo: str | UnsetType
    amount: int | UnsetType
    cid: str | UnsetType
    ref: int | UnsetType
    at: list[int] | UnsetType
    seq: int
    ver: int
    createat: int
    # What few messages have, by the names under which it is stored.
    fwd: int | UnsetType = UNSET
    edited: int | UnsetType = UNSET
    reactions: dict[str, Reactions] | UnsetType = UNSET
    pinned: int | UnsetType = UNSET
    recalled: int | UnsetType = UNSET
    by: int | UnsetType = UNSET
    preview: Preview | UnsetType = UNSET
    #: What the reader has reacted with; in answers to calls only.
    mine: list[str] | UnsetType = UNSET


class Recorded(msgspec.Struct):
    """A message in a chat record, as it was when that was made; `nickname`: its author's then."""

    userid: int
    nickname: str
    media: int
    content: str | UnsetType
    pic: str | UnsetType
    url: str | UnsetType
    memo: str | UnsetType
    amount: int | UnsetType
    createat: int


class FoundMessage(Message, gc=False):
    """A message that was looked for. `kind` and `dstid` are the conversation's, as the reader means it;
    `highlight`: where in `content` the words stand, in UTF-16 units."""

    kind: int = 0
    highlight: list[tuple[int, int]] = []


class Favorite(msgspec.Struct):
    """A message that somebody keeps, as it was then."""

    id: int
    message: Message
    createat: int


class Sticker(TypedDict):
    """A picture that somebody keeps to send again."""

    id: int
    url: str


class StoredUpload(TypedDict):
    """An upload that others can show: its address, its thumbnail's ("" when there is none; `url` itself for a
    picture that is small or moves), "image", "audio", "video" or "file", and the size of the original as it
    is stored. `frames`: of a picture, more than 1 when it moves; else 0."""

    url: str
    pic: str
    type: str
    bytes: int
    width: int
    height: int
    frames: int


class Ack(TypedDict):
    """What the log gave a message."""

    cid: str
    id: int
    seq: int
    ver: int
    createat: int
    kind: int
    dstid: int


class Conversation(msgspec.Struct, gc=False):
    """One line of the list, as one member sees it. `cleared`: up to here they see nothing any more; `hidden`
    moves when what they have hidden does. `left`: 1 when they are in the group no longer, or it is over.
    `last` is missing where they see none, or its row is."""

    kind: int
    dstid: int
    seq: int
    ver: int
    read: int
    peer_read: int
    unread: int
    mentions: int
    pinned: int
    muted: int
    archived: int
    marked: int
    cleared: int
    hidden: int
    left: int
    updateat: int
    change: int
    last: Message | UnsetType


class Range(TypedDict):
    """Messages from one seq to another, both among them."""

    low: int
    high: int
