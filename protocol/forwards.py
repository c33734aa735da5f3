"""Forwarding: messages go on to other conversations, one by one or as one record."""

from collections.abc import Sequence
from typing import Annotated, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from protocol import names, rows
from protocol.declare import Access, Command, call
from protocol.errors import BadArgument
from protocol.fields import Flag, Id, Number, Position
from protocol.limits import MAX_FORWARD, MAX_FORWARD_TO, MAX_RECORD_DEPTH
from protocol.messages import Cid, Kind, Media, More

#: Lines of a record's preview, and characters of each behind the name.
_LINES, _LONGEST = 4, 60
#: What stands in a preview for a message that is no text, in Chinese and in English; and the field that says
#: more.
WORDS: dict[int, tuple[str, str, str]] = {
    Media.NEWS: ("[图文]", "[News]", "content"),
    Media.VOICE: ("[语音]", "[Voice]", ""),
    Media.IMAGE: ("[图片]", "[Picture]", ""),
    Media.EMOJI: ("[表情]", "[Sticker]", ""),
    Media.LINK: ("[链接]", "[Link]", "content"),
    Media.VIDEO: ("[视频]", "[Video]", ""),
    Media.CARD: ("[名片]", "[Contact]", "memo"),
    Media.FILE: ("[文件]", "[File]", "content"),
    Media.PLACE: ("[位置]", "[Place]", "content"),
    Media.RECORD: ("[聊天记录]", "[Chat history]", "content"),
}
_OTHER = ("[消息]", "[Message]", "")


class Target(msgspec.Struct, frozen=True):
    """A conversation, as the caller means it."""

    kind: Kind
    dstid: Id


class Forwarded(TypedDict):
    """A message that was sent, as in an ack; or why a conversation got none, with `code` and `msg`."""

    kind: int
    dstid: int
    cid: NotRequired[str]
    id: NotRequired[int]
    seq: NotRequired[int]
    ver: NotRequired[int]
    createat: NotRequired[int]
    code: NotRequired[int]
    msg: NotRequired[str]


@call("/message/forward", access=Access.USER, limit="message", row=Forwarded)
class Forward(Command, frozen=True, kw_only=True):
    """Copies messages of a conversation, in the order of their seq, to others. `merge` 1: as one chat record
    each. Those that the caller can't read, recalled ones, notices and red packets are left out. The same call
    under the same `cid` sends nothing twice. With `favorite` it is what the caller keeps that goes on."""

    kind: Kind | None = None
    dstid: Id | None = None
    ids: Annotated[list[Number], Meta(min_length=1, max_length=MAX_FORWARD)] | None = None
    favorite: Id | None = None
    to: Annotated[list[Target], Meta(min_length=1, max_length=MAX_FORWARD_TO)]
    merge: Flag = 0
    cid: Cid | None = None

    def check(self) -> None:
        _one_source(self.favorite, kind=self.kind, dstid=self.dstid, ids=self.ids)
        if self.favorite and self.merge:
            raise BadArgument.of("merge")

    is_speech = True


@call("/message/record", access=Access.USER, row=rows.Recorded, data=More)
class Record(Command, frozen=True):
    """The messages in a chat record, as they were when it was made. `within`: in the record that stands at
    this place of it, and so on; `after`: how many rows are known already; `favorite`: in one that the caller
    keeps."""

    kind: Kind | None = None
    dstid: Id | None = None
    id: Id | None = None
    favorite: Id | None = None
    within: Annotated[list[Number], Meta(max_length=MAX_RECORD_DEPTH)] | None = None
    after: Position = 0

    def check(self) -> None:
        _one_source(self.favorite, kind=self.kind, dstid=self.dstid, id=self.id)


def _one_source(favorite: int | None, **place: object) -> None:
    """Either a favorite is named, or all that leads to messages of a conversation."""
    for name, value in place.items():
        if favorite is None and value is None:
            raise BadArgument.missing(name)
        if favorite is not None and value is not None:
            raise BadArgument.of(name)


def title(people: Sequence[str], lang: str) -> str:
    """Of a record of a single chat between these, or of a group's, for none."""
    if lang == "en":
        return f"Chat history of {' and '.join(people)}" if people else "Group chat history"
    return f"{'和'.join(people)}的聊天记录" if people else "群聊的聊天记录"


def preview(recorded: Sequence[rows.Recorded], lang: str) -> str:
    """The first lines of a record."""
    return "\n".join(f"{row.nickname}: {_line(row, lang == 'en')}" for row in recorded[:_LINES])


def _line(row: rows.Recorded, english: bool) -> str:
    if row.media == Media.TEXT:
        return _short(row.content or "")
    zh, en, field = WORDS.get(row.media, _OTHER)
    return _short(f"{en if english else zh} {names.shown(getattr(row, field) or '') if field else ''}")


def _short(text: str) -> str:
    """One line of it."""
    line = " ".join(text[: 4 * _LONGEST].split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
