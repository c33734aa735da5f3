"""Push: what a browser is told while no page of ours is open in it."""

import unicodedata
from typing import Annotated, TypedDict

import msgspec
from msgspec import Meta

from protocol import names, rows
from protocol.declare import Access, Command, call
from protocol.fields import ONCE
from protocol.forwards import WORDS
from protocol.limits import MAX_ENDPOINT, MAX_PUSH_BODY
from protocol.messages import Media

#: What stands for a message whose text nobody else is to read, and the name of the page.
HINT = ("你有新消息", "You have a new message")
NAME = ("鹊桥", "Magpie")
_OTHER = ("[消息]", "[Message]", "")
_RED_PACKET = ("[红包]", "[Red packet]", "memo")

_Endpoint = Annotated[str, Meta(min_length=1, max_length=MAX_ENDPOINT), ONCE]
_Key = Annotated[str, Meta(min_length=1, max_length=200), ONCE]


class Key(TypedDict):
    """The public key with which browsers subscribe, base64url."""

    key: str


@call("/push/key", access=Access.USER, data=Key)
class ReadPushKey(Command, frozen=True):
    """The same as long as the installation lives."""


@call("/push/subscribe", access=Access.USER, limit="message")
class Subscribe(Command, frozen=True):
    """The caller's session is pushed to at this address of a browser's maker, as `PushSubscription` tells
    it: `p256dh` and `auth` are base64url. The same `endpoint` again replaces what was said before."""

    endpoint: _Endpoint
    p256dh: _Key
    auth: _Key


@call("/push/unsubscribe", access=Access.USER)
class Unsubscribe(Command, frozen=True):
    """Nothing is pushed to this `endpoint` of the caller's any more; without one, to none of this
    session."""

    endpoint: _Endpoint | None = None


class Pushed(msgspec.Struct, frozen=True):
    """What a browser is told of a message, in the conversation as its reader sees it."""

    title: str
    body: str
    kind: int
    dstid: int
    id: int
    seq: int
    badge: int


class Read(msgspec.Struct, frozen=True):
    """How far the reader has got elsewhere."""

    kind: int
    dstid: int
    seq: int


class ReadElsewhere(msgspec.Struct, frozen=True):
    """That what was shown of a conversation is to be closed."""

    read: Read


def preview(message: rows.Message, lang: str) -> str:
    """A message in one line."""
    en = lang == "en"
    media = message.media
    content = message.content or ""
    if media in (Media.TEXT, Media.NOTICE):
        return one_line(content)
    zh_word, en_word, field = _RED_PACKET if media == Media.RED_PACKET else WORDS.get(media, _OTHER)
    more = getattr(message, field) if field else ""
    return one_line(f"{en_word if en else zh_word} {names.shown(more or '')}")


def one_line(text: str) -> str:
    """Without what takes more than a line, and only as much as is looked at."""
    return " ".join(text[: 8 * MAX_PUSH_BODY].split())


_JOINER = "\u200d"


def cut(text: str, most: int) -> str:
    """At most so many UTF-16 units of a text, in whole characters as a reader tells them; "…" at the end of
    one that goes on."""
    if _units(text) <= most:
        return text
    kept, left = 0, most - 1
    for at, letter in enumerate(text):
        left -= _units(letter)
        if left < 0:
            break
        if at + 1 < len(text) and not _goes_on(text, at + 1):
            kept = at + 1
    return text[:kept] + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _goes_on(text: str, at: int) -> bool:
    """Whether what stands here belongs to the character before it."""
    letter, before = text[at], text[at - 1]
    if letter == _JOINER or before == _JOINER or unicodedata.category(letter).startswith("M"):
        return True
    if "\U0001f3fb" <= letter <= "\U0001f3ff" or "\U000e0020" <= letter <= "\U000e007f":
        return True  # a colour of skin, and what a flag of a region is spelt with
    if not _is_regional(letter) or not _is_regional(before):
        return False
    first = at
    while first and _is_regional(text[first - 1]):
        first -= 1
    return (at - first) % 2 == 1  # flags are two letters each


def _is_regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"
