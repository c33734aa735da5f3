"""What was done to messages: recalled, edited, reacted to, pinned.

The log does it in its transaction, with the conversation locked, and `models.done` remembers it.
"""

import json
from collections.abc import Sequence, Set
from typing import Any

from models import media, messages, previews, records
from models.access import locate, no_message
from models.accounts import PROFILE
from models.done import Said
from models.ids import place_of
from models.tables import Edit, Mention, Pin, Reaction, StoredMessage, User, Withdrawn
from protocol import rows
from protocol.changes import Edited
from protocol.errors import Refused
from protocol.media import keys_in
from protocol.numbers import Cmd
from protocol.previews import address_in

#: Of those who reacted alike so many are told with the message.
SHOWN_PEOPLE = 20


class Changing:
    """A stored message while it is changed, by the names of its columns, `extra` unfolded. `save` writes
    it."""

    __slots__ = (
        "at", "content", "conversation_id", "createat", "extra", "media", "memo", "pic", "seq", "url",
        "userid", "ver",
    )  # fmt: skip

    def __init__(
        self, conversation_id: int, seq: int, ver: int, userid: int, media: int, content: str, pic: str,
        url: str, memo: str, at: str, createat: int, extra: str | None,
    ) -> None:  # fmt: skip
        self.conversation_id, self.seq, self.ver, self.userid, self.media = (
            conversation_id,
            seq,
            ver,
            userid,
            media,
        )
        self.content, self.pic, self.url, self.memo, self.at = content, pic, url, memo, at
        self.createat = createat
        self.extra: dict[str, Any] = json.loads(extra) if extra else {}

    @property
    def recalled(self) -> bool:
        return "recalled" in self.extra

    @property
    def named(self) -> set[int]:
        """Who is addressed, and counts it."""
        return {int(user_id) for user_id in self.at.split(",") if user_id} - {self.userid}

    def save(self, ver: int) -> None:
        """As it is now, under the version that the change took."""
        self.ver = ver
        extra = json.dumps(self.extra, ensure_ascii=False, separators=(",", ":")) if self.extra else None
        values = {"ver": ver, "content": self.content, "at": self.at, "extra": extra}
        if self.recalled:
            values |= {"pic": "", "url": "", "memo": "", "amount": 0, "ref": 0}
        StoredMessage.update(values).where(*_here(StoredMessage, self)).execute()


_COLUMNS = tuple(
    getattr(StoredMessage, name)
    for name in (
        "conversation_id", "seq", "ver", "userid", "media", "content", "pic", "url", "memo", "at", "createat",
        "extra",
    )
)  # fmt: skip


def find(conversation_id: int, seq: int) -> Changing | None:
    m = StoredMessage
    row = m.select(*_COLUMNS).where(m.conversation_id == conversation_id, m.seq == seq).tuples().first()
    return None if row is None else Changing(*row)


def was_edited(extra: str | None) -> bool:
    """Whether a message with this `extra` had another text before."""
    return bool(extra) and "edited" in json.loads(extra or "")


def _here(model: Any, message: Changing) -> tuple[Any, Any]:
    """The rows of a table that are about this message."""
    return model.conversation_id == message.conversation_id, model.seq == message.seq


# --- each kind ----------------------------------------------------------------------------------------------


def recall(message: Changing, by: int) -> None:
    """Nothing is left but that it was there. Its uploads are released."""
    for table in (Reaction, Edit, Pin):
        table.delete().where(*_here(table, message)).execute()
    _unname(message, message.named)
    Withdrawn.insert(
        conversation_id=message.conversation_id, seq=message.seq, author=message.userid
    ).execute()
    media.drop(keys_in(message.content, message.pic, message.url, message.memo))
    previews.remove(message)
    if record := message.extra.get(messages.RECORD):
        records.release(record)
    message.content = message.pic = message.url = message.memo = message.at = ""
    message.extra = {"recalled": 1}
    if by != message.userid:
        message.extra["by"] = by


def edit(message: Changing, content: str, at: Sequence[int], ver: int, now: int) -> None:
    """Another text, which names `at`."""
    Edit.insert(
        conversation_id=message.conversation_id,
        seq=message.seq,
        ver=ver,
        content=message.content,
        createat=message.extra.get("edited", message.createat),
    ).execute()
    before = message.named
    link = address_in(message.media, message.content, message.url)
    message.content, message.at = content, ",".join(map(str, at))
    if link != address_in(message.media, content, message.url):
        previews.remove(message)
        message.extra.pop(previews.BARE, None)
    message.extra["edited"] = now
    _unname(message, before - message.named)
    for user_id in sorted(message.named - before):
        Mention.insert(
            user_id=user_id, conversation_id=message.conversation_id, seq=message.seq, author=message.userid
        ).execute()


def _unname(message: Changing, users: Set[int]) -> None:
    """Mentions are found by who is named: that is how their key begins."""
    if users:
        Mention.delete().where(Mention.user_id.in_(sorted(users)), *_here(Mention, message)).execute()


def reacts(message: Changing, user_id: int) -> list[str]:
    """What this person has reacted with, in order."""
    query = Reaction.select(Reaction.content).where(*_here(Reaction, message), Reaction.user_id == user_id)
    return [content for (content,) in query.order_by(Reaction.ver).tuples()]


def react(message: Changing, user_id: int, content: str, ver: int) -> None:
    Reaction.insert(
        conversation_id=message.conversation_id, seq=message.seq, user_id=user_id, content=content, ver=ver
    ).execute()
    kind = message.extra.setdefault("reactions", {}).setdefault(content, {"n": 0, "who": []})
    kind["n"] += 1
    if len(kind["who"]) < SHOWN_PEOPLE:
        kind["who"].append(user_id)


def take_back(message: Changing, user_id: int, content: str) -> None:
    """The reaction goes; one that all have taken back loses its place."""
    alike = (*_here(Reaction, message), Reaction.content == content)
    Reaction.delete().where(*alike, Reaction.user_id == user_id).execute()
    kinds: dict[str, rows.Reactions] = message.extra["reactions"]
    kind = kinds[content]
    kind["n"] -= 1
    if user_id in kind["who"]:
        first = Reaction.select(Reaction.user_id).where(*alike).order_by(Reaction.ver).limit(SHOWN_PEOPLE)
        kind["who"] = [who for (who,) in first.tuples()]
    if not kind["n"]:
        del kinds[content]
    if not kinds:
        del message.extra["reactions"]


def pins_in(conversation_id: int) -> int:
    """How many messages are pinned."""
    return int(Pin.select().where(Pin.conversation_id == conversation_id).count())


def pin(message: Changing, user_id: int, ver: int) -> None:
    Pin.insert(conversation_id=message.conversation_id, seq=message.seq, user_id=user_id, ver=ver).execute()
    message.extra["pinned"] = user_id


def unpin(message: Changing) -> None:
    Pin.delete().where(*_here(Pin, message)).execute()
    del message.extra["pinned"]


def refuse_recalled(message: Changing) -> None:
    """Nothing is done to what is not there any more."""
    if message.recalled:
        raise Refused("该消息已撤回", "This message was recalled")


# --- what is told of them -----------------------------------------------------------------------------------


def edits(user_id: int, kind: int, dstid: int, message_id: int, strangers: bool) -> list[Edited]:
    """The texts of a message, from the first to the present one. Raises `NotFound` where it is not of this
    conversation, `Refused` when it was recalled."""
    message = _located(user_id, kind, dstid, message_id, strangers)
    refuse_recalled(message)
    earlier = Edit.select(Edit.content, Edit.createat).where(*_here(Edit, message)).order_by(Edit.ver)
    texts: list[Edited] = [
        {"content": content, "createat": createat} for content, createat in earlier.tuples()
    ]
    present = message.extra.get("edited", message.createat)
    return [*texts, {"content": message.content, "createat": present}]


def reactions(
    user_id: int,
    kind: int,
    dstid: int,
    message_id: int,
    content: str,
    after: int | None,
    limit: int,
    strangers: bool,
) -> tuple[list[rows.Profile], bool]:
    """Who has reacted to a message with `content`, in the order of time, from the one behind `after` on; and
    whether there are more."""
    message = _located(user_id, kind, dstid, message_id, strangers)
    alike = (*_here(Reaction, message), Reaction.content == content)
    known = 0
    if after is not None:
        known = Reaction.select(Reaction.ver).where(*alike, Reaction.user_id == after).scalar() or 0
    people = User.select(*PROFILE).join(Reaction, on=(Reaction.user_id == User.id))
    found = list(people.where(*alike, Reaction.ver > known).order_by(Reaction.ver).limit(limit + 1).dicts())
    return found[:limit], len(found) > limit


def pins(user_id: int, kind: int, dstid: int, strangers: bool) -> list[rows.Message]:
    """The pinned messages, the one pinned last first."""
    view = locate(user_id, kind, dstid, strangers)
    if view is None:
        return []
    seqs = Pin.select(Pin.seq).where(Pin.conversation_id == view.id).order_by(Pin.ver.desc())
    listed = [seq for (seq,) in seqs.tuples()]
    found = {row.seq: row for row in messages.these(view, listed, kind, dstid)}
    return [found[seq] for seq in listed if seq in found]


def _located(user_id: int, kind: int, dstid: int, message_id: int, strangers: bool) -> Changing:
    """A message that the caller can see."""
    conversation_id, seq = place_of(message_id)
    view = locate(user_id, kind, dstid, strangers)
    if view is not None and view.id == conversation_id and view.shows(seq):
        message = find(conversation_id, seq)
        if message is not None:
            return message
    raise no_message()


def told(cmd: int, said: Said, message: Changing) -> dict[str, object]:
    """What the event of a change tells beside who did it where."""
    fields: dict[str, object] = dict(said)
    if cmd == Cmd.EDIT:
        fields["content"] = message.content
        if message.at:
            fields["at"] = [int(user_id) for user_id in message.at.split(",")]
        fields["edited"] = message.extra.get("edited", 0)
    elif cmd == Cmd.REACTION and "reactions" in message.extra:
        fields["reactions"] = message.extra["reactions"]
    elif cmd == Cmd.RECALL and "by" in message.extra:
        fields["by"] = message.extra["by"]
    if cmd in (Cmd.EDIT, Cmd.PREVIEW) and previews.PREVIEW in message.extra:
        fields["preview"] = message.extra[previews.PREVIEW]
    return fields
