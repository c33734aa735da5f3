"""What answers are made of, on one page: a JSON object each, with the wire's own names."""

from typing import NotRequired, TypedDict


class Profile(TypedDict):
    """A user, as stored. `mobile` is shown to the user alone."""

    id: int
    mobile: str
    avatar: str
    sex: str
    nickname: str
    memo: str
    createat: int


class User(Profile):
    """A user, as told. `token` is the session's, and empty but for who has just logged in."""

    online: int
    token: str


class Group(TypedDict):
    """A community of the wire."""

    id: int
    name: str
    ownerid: int
    icon: str
    cate: int
    memo: str
    createat: int


class Session(TypedDict):
    """A log-in of somebody; times in ms. `current`: it is the caller's own."""

    id: int
    ua: str
    ip: str
    created: int
    last_seen: int
    current: NotRequired[bool]


class Message(TypedDict):
    """A stored message; empty fields are left out."""

    id: int
    userid: int
    dstid: int
    cmd: int
    media: int
    seq: int
    ver: int
    createat: int
    content: NotRequired[str]
    pic: NotRequired[str]
    url: NotRequired[str]
    memo: NotRequired[str]
    amount: NotRequired[int]
    cid: NotRequired[str]
    ref: NotRequired[int]
    at: NotRequired[list[int]]


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


class Conversation(TypedDict):
    """One line of the list, as one member sees it. `last` is missing where its row is."""

    kind: int
    dstid: int
    seq: int
    ver: int
    read: int
    peer_read: int
    unread: int
    mentions: int
    last: NotRequired[Message]
    pinned: int
    muted: int
    updateat: int
    change: int


def message_row(
    message_id: int,
    userid: int,
    dstid: int,
    cmd: int,
    media: int,
    content: str,
    pic: str,
    url: str,
    memo: str,
    amount: int,
    cid: str | None,
    ref: int,
    at: list[int] | None,
    seq: int,
    ver: int,
    createat: int,
) -> Message:
    """A message and what the log gave it, as a JSON object in the order of the wire: empty fields are left
    out. A list has hundreds of them, so nothing is made on the way."""
    row: Message = {  # type: ignore[typeddict-item]  # its numbers come last
        "id": message_id,
        "userid": userid,
        "dstid": dstid,
        "cmd": cmd,
        "media": media,
    }
    if content:
        row["content"] = content
    if pic:
        row["pic"] = pic
    if url:
        row["url"] = url
    if memo:
        row["memo"] = memo
    if amount:
        row["amount"] = amount
    if cid:
        row["cid"] = cid
    if ref:
        row["ref"] = ref
    if at:
        row["at"] = at
    row["seq"], row["ver"], row["createat"] = seq, ver, createat
    return row
