"""One chat message on the wire: what a client may send, and how the server writes it.

A message is ``{id, userid, dstid, cmd, media, content, pic, url, memo, amount, cid, ref, at}``; the server
adds ``seq``, ``ver`` and ``createat`` and leaves out what is empty.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Meta

from protocol import names, rows
from protocol.declare import Access, Command, call, frame
from protocol.errors import BadArgument, Forbidden
from protocol.fields import IN_FRAMES, ONCE, Bytes, Held, Id, Limit, Missing, Number, Position, Rule
from protocol.limits import (
    DEFAULT_CHANGES,
    DEFAULT_HISTORY,
    MAX_AT,
    MAX_CHANGES,
    MAX_CID,
    MAX_GET,
    MAX_HISTORY,
    MAX_MEDIA,
    MAX_READER_ROWS,
    MAX_TEXT_BYTES,
)
from protocol.numbers import PACKETS
from protocol.numbers import ROOM as ROOM
from protocol.numbers import SINGLE as SINGLE
from protocol.numbers import Cmd as Cmd
from protocol.numbers import Media as Media

#: The fields a media kind cannot do without. Kinds that are not here are relayed as they are.
_REQUIRED: dict[int, tuple[str, ...]] = {
    Media.TEXT: ("content",),
    Media.NEWS: ("content",),
    Media.VOICE: ("url",),
    Media.IMAGE: ("url",),
    Media.RED_PACKET: ("url", "amount"),
    Media.LINK: ("url",),
    Media.VIDEO: ("url",),
    Media.CARD: ("content",),
    Media.FILE: ("url", "content"),
    Media.PLACE: ("content", "memo"),
}

#: The field of a media kind that is a name, and holds what can be seen of it; a message's text stays as it
#: was sent.
_NAMES: dict[int, str] = {Media.CARD: "memo", Media.FILE: "content"}

#: As plain numbers: each message is compared with them.
_NOTICE, _EMOJI, _RECORD = int(Media.NOTICE), int(Media.EMOJI), int(Media.RECORD)
_RED_PACKET = int(Media.RED_PACKET)


def _refuse_servers_own(media: int, name: str) -> None:
    if media in (_NOTICE, _RECORD):
        raise Forbidden("通知和聊天记录只能由服务器发出", "Only the server writes notices and records")


def _refuse_padding(cid: str, name: str) -> None:
    if cid.endswith(" "):  # MySQL compares keys padded with spaces
        raise BadArgument.of(name)


#: The two kinds of conversation.
Kind = Annotated[int, Meta(ge=SINGLE, le=ROOM, description="10 single chat, 11 group"), ONCE]

Text = Annotated[str, Meta(max_length=MAX_TEXT_BYTES), Bytes(MAX_TEXT_BYTES)]
Cid = Annotated[str, Meta(max_length=MAX_CID), ONCE, Rule(_refuse_padding)]
At = Annotated[list[Number], Meta(max_length=MAX_AT)]


_encode = msgspec.json.Encoder().encode


def digest_of(said: Iterable[str]) -> int:
    """64 bits (signed, as databases count) of texts without NUL, which stands between them."""
    return int.from_bytes(blake2b("\0".join(said).encode(), digest_size=8).digest(), "big", signed=True)


class Receipt(msgspec.Struct, frozen=True):
    """What the log gave a message: its public id, its number in the conversation, the conversation's version
    at which it came to be as it is, and the time (ms)."""

    id: int
    seq: int
    ver: int
    createat: int


class More(TypedDict):
    """Whether the list goes on."""

    more: NotRequired[int]


class Message(msgspec.Struct, frozen=True):
    """A message as its author sent it; nothing changes it afterwards. `cid`: None when the client gave none;
    empty texts are "". `fwd`: whose it was first; `said`: the digest of it before words were masked."""

    userid: int
    dstid: int
    cmd: int
    media: int
    content: str = ""
    pic: str = ""
    url: str = ""
    memo: str = ""
    amount: int = 0
    cid: str | None = None
    ref: int = 0
    at: list[int] | None = None
    fwd: int = 0
    said: int | None = None

    @property
    def text_bytes(self) -> int:
        """About how many bytes its texts have."""
        content = self.content
        size = len(content) if content.isascii() else 3 * len(content)
        for text in filter(None, (self.pic, self.url, self.memo)):
            size += len(text) if text.isascii() else 3 * len(text)
        return size

    def digest(self) -> int:
        """Of what the client said, to tell a resend from another message under the same cid. It is stored, so
        it depends on nothing but the text."""
        if self.said is not None:
            return self.said
        numbers = (self.cmd, self.dstid, self.media, self.amount, self.ref, *(self.at or ()))
        said = (" ".join(map(str, numbers)), self.content, self.pic, self.url, self.memo)
        return digest_of(said)

    def row(self, receipt: Receipt) -> rows.Message:
        """The stored message."""
        return rows.Message(
            receipt.id, self.userid, self.dstid, self.cmd, self.media,
            self.content or UNSET, self.pic or UNSET, self.url or UNSET, self.memo or UNSET,
            self.amount or UNSET, self.cid or UNSET, self.ref or UNSET, self.at or UNSET,
            receipt.seq, receipt.ver, receipt.createat, self.fwd or UNSET,
        )  # fmt: skip

    def encode(self, receipt: Receipt) -> bytes:
        """The frame that every receiver gets."""
        return _encode(self.row(receipt))


@call("/message/send", access=Access.USER, limit="message", data=rows.Ack)
@frame(Cmd.SINGLE, Cmd.ROOM, limit="message")
class SendMessage(Command, frozen=True, kw_only=True):
    """A message as a client says it; `Message` is what becomes of it. What is null is left out. Whoever
    `userid` names, the session's user is the author, and `id` is the log's to give: both are here so that a
    message which was received can be sent on."""

    id: Annotated[Number, IN_FRAMES] | None = None
    userid: Annotated[Number, IN_FRAMES] | None = None
    cmd: Annotated[Literal[10, 11], Missing(BadArgument.of)]
    media: Annotated[int, Meta(ge=0, le=MAX_MEDIA), Missing(BadArgument.of), Rule(_refuse_servers_own)]
    dstid: Annotated[Id, Missing(BadArgument.of)]
    content: Text | None = None
    pic: Text | None = None
    url: Text | None = None
    memo: Text | None = None
    amount: Number | None = None
    ref: Number | None = None
    at: At | None = None
    cid: Cid | None = None

    def check(self) -> None:
        name_field = _NAMES.get(self.media)
        for name in _REQUIRED.get(self.media, ()):
            value = getattr(self, name)
            if not value or (name == name_field and not names.shown(value)):
                raise BadArgument.missing(name)
        if self.media == _EMOJI and not (self.content or self.url):
            raise BadArgument.missing("content")
        if self.media == _RED_PACKET and (self.url or "").strip().lower().startswith(PACKETS):
            raise Forbidden("红包只能由服务器发出", "Red packets of ours are sent by /redpacket/send")

    is_speech = True

    def by(self, userid: int) -> Message:
        """The message of this author."""
        content, memo = self.content or "", self.memo or ""
        if self.media in _NAMES:
            if _NAMES[self.media] == "memo":
                memo = names.shown(memo).strip()
            else:
                content = names.shown(content).strip()
        return Message(
            userid,
            self.dstid,
            self.cmd,
            self.media,
            content,
            self.pic or "",
            self.url or "",
            memo,
            self.amount or 0,
            self.cid or None,
            self.ref or 0,
            list(dict.fromkeys(self.at)) if self.at else None,
        )


@call("/message/history", access=Access.USER, row=rows.Message, data=More)
class History(Command, frozen=True):
    """Messages in ascending seq: the nearest below `before`, the first above `after`, or the newest. Both
    bounds are not among them."""

    kind: Kind
    dstid: Id
    before: Id | None = None
    after: Position | None = None
    limit: Annotated[Limit, Held(MAX_HISTORY)] = DEFAULT_HISTORY

    def check(self) -> None:
        if self.before is not None and self.after is not None:
            raise BadArgument("before 与 after 只能有一个", "Give before or after, not both")


@call("/message/changes", access=Access.USER, row=rows.Message, data=More)
class Changes(Command, frozen=True):
    """Messages that changed after `ver`, ascending by ver."""

    kind: Kind
    dstid: Id
    ver: Position
    limit: Annotated[Limit, Held(MAX_CHANGES)] = DEFAULT_CHANGES


@call("/message/get", access=Access.USER, row=rows.Message)
class GetMessages(Command, frozen=True):
    """Messages by their ids, ascending in seq, for quotes and jumps; those that are not of this conversation
    are absent."""

    kind: Kind
    dstid: Id
    ids: Annotated[list[Number], Meta(max_length=MAX_GET)]


class Sides(TypedDict):
    """Whether there are more messages before and after these."""

    before: int
    after: int


@call("/message/around", access=Access.USER, row=rows.Message, data=Sides)
class Around(Command, frozen=True):
    """Messages on both sides of `seq`, with its own, ascending."""

    kind: Kind
    dstid: Id
    seq: Position
    limit: Annotated[Limit, Held(MAX_HISTORY)] = DEFAULT_HISTORY


class Readers(TypedDict):
    """How many members have read a message, of how many who could; its author is in neither."""

    read: int
    total: int
    more: NotRequired[int]


@call("/message/readers", access=Access.USER, row=rows.User, data=Readers)
class ListReaders(Command, frozen=True):
    """Who has read a message of the caller's in a group, in the order in which their marks moved last;
    `after`: the last of them that is known."""

    kind: Literal[11]
    dstid: Id
    seq: Id
    after: Id | None = None
    limit: Annotated[Limit, Held(MAX_READER_ROWS)] = MAX_READER_ROWS


@call("/message/mentions", access=Access.USER, row=rows.Message)
class Mentions(Command, frozen=True):
    """The first messages after the caller's read mark that name the caller, ascending."""

    kind: Kind
    dstid: Id
