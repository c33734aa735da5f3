"""What travels between processes, as bytes: batches of items, numbered by who sends them.

msgspec checks what comes in; another version of this form has another first byte, and is not read.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec
import msgspec.structs

from hub.audience import V2, Audience, Looking, Without
from hub.ports.bus import Publication
from hub.ports.control import (
    ContactChanged,
    GroupChanged,
    LooksAsked,
    LooksTold,
    MembershipChanged,
    Order,
    SessionRevoked,
    SettingsChanged,
    Shown,
    UserMuted,
)

#: The version of this form.
VERSION = b"\x01"
#: Bytes of one letter: what a slow line takes between two signs of life, many times over.
LETTER_BYTES = 64 << 10

#: How an audience travels: everybody, v2, or what a `Looking` is made of.
_EVERYBODY, _V2 = 0, 1


class _Item(msgspec.Struct, array_like=True, gc=False):
    pass


class Said(_Item, tag=1):
    """A publication."""

    frame: bytes
    users: tuple[int, ...]
    group: int
    audience: int | tuple[int, int, int, bool]
    change: int
    after: int
    without: tuple[int, ...] = ()


class Revoked(_Item, tag=2):
    """A session has ended."""

    session_id: int


class Moved(_Item, tag=3):
    """Somebody came into a group, or is out of it."""

    user_id: int
    group_id: int
    joined: bool
    change: int = 0


class Took(_Item, tag=4):
    """Change numbers, from the first to the last, that are committed; all that belongs to them has been
    said."""

    first: int
    last: int


class Came(_Item, tag=5):
    """These users have a connection at the sender's now."""

    user_ids: tuple[int, ...]


class Went(_Item, tag=6):
    """These have none there any more."""

    user_ids: tuple[int, ...]


class Here(_Item, tag=7):
    """One part of all who have a connection at the sender's; the last one completes it."""

    user_ids: tuple[int, ...]
    begins: bool
    ends: bool


class Hello(_Item, tag=8):
    """The sender wants to know who is `at` this process, 0 for every one."""

    at: int


class Bye(_Item, tag=9):
    """The sender takes part no more."""


class Decided(_Item, tag=10):
    """Somebody is seen online and with read marks from now on, or not."""

    user_id: int
    online: int
    read: int


class Muted(_Item, tag=15):
    """Somebody may say nothing until a time, or again."""

    user_id: int
    until: int
    number: int


class Between(_Item, tag=11):
    """Two users are friends or not, and the first blocks the second or not."""

    user_id: int
    other_id: int
    friends: bool
    blocks: bool


class Regarded(_Item, tag=12):
    """Whether the members of a group may write is another thing now."""

    group_id: int


class Wonders(_Item, tag=16):
    """The sender asks which of these are looked at."""

    number: int
    looks: tuple[tuple[int, int, int], ...]


class Sees(_Item, tag=17):
    """The answer to that."""

    number: int
    places: tuple[int, ...]


class Rang(_Item, tag=18):
    """A message was pushed to somebody."""

    user_id: int
    conversation_id: int


#: An order on its way.
Ordered: TypeAlias = Revoked | Moved | Decided | Between | Muted | Regarded | Wonders | Sees | Rang
Item: TypeAlias = Said | Took | Came | Went | Here | Hello | Bye | Ordered


class Batch(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """`number` is one above that of the batch before, of this `process` and `voice`; one without items
    repeats the last, as a sign of life. A process has a voice for each way by which its batches go out."""

    process: int
    voice: int
    number: int
    items: tuple[Item, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Batch)


def pack(batch: Batch) -> bytes:
    return VERSION + _encoder.encode(batch)


def unpack(letter: bytes) -> Batch | None:
    """None for what another version has written, or nobody of ours."""
    if letter[:1] != VERSION:
        return None
    try:
        return _decoder.decode(memoryview(letter)[1:])
    except msgspec.MsgspecError:
        return None


def opening_of(process: int) -> bytes:
    """How each letter of this process begins: as that of all without items does, but for its last three
    bytes."""
    return pack(Batch(process, 0, 0, ()))[:-3]


def size_of(item: Item) -> int:
    """About how many bytes it takes."""
    if isinstance(item, Said):
        return 40 + len(item.frame) + 9 * (len(item.users) + len(item.without))
    if isinstance(item, Wonders):
        return 20 + 28 * len(item.looks)
    return 20 + 9 * len(getattr(item, "user_ids", ()) or getattr(item, "places", ()))


def _said(publication: Publication) -> Said:
    """A publication on its way out; its origin and ack stay."""
    audience: int | tuple[int, int, int, bool] = _EVERYBODY
    told = publication.audience
    if isinstance(told, Looking):
        audience = (told.kind, told.dstid, told.actor, told.friends)
    elif told is not None:
        audience = _V2
    without = tuple(told.user_ids) if isinstance(told, Without) else ()
    return Said(
        publication.frame(),
        tuple(publication.users),
        publication.group,
        audience,
        publication.change,
        publication.after,
        without,
    )


def publication_of(item: Said) -> Publication:
    """And on its way in."""
    audience: Audience | None = None
    if item.without:
        audience = Without(item.without)
    elif item.audience:
        audience = Looking(*item.audience) if isinstance(item.audience, tuple) else V2
    return Publication("", item.users, item.group, 0, b"", audience, item.frame, item.change, item.after)


#: How an order travels, of which each field is one of the item's.
_KINDS: tuple[tuple[type[Order], type[Ordered]], ...] = (
    (SessionRevoked, Revoked),
    (MembershipChanged, Moved),
    (SettingsChanged, Decided),
    (ContactChanged, Between),
    (UserMuted, Muted),
    (GroupChanged, Regarded),
    (LooksAsked, Wonders),
    (LooksTold, Sees),
    (Shown, Rang),
)
_ITEMS: dict[type, Any] = dict(_KINDS)
_ORDERS: dict[type, Any] = {item: order for order, item in _KINDS}


def items_of(told: Iterable[Publication | Order], changes: Iterable[range] = ()) -> list[Item]:
    """What is published or ordered, on its way out, and the change numbers of which this is all."""
    items: list[Item] = [
        _said(one) if isinstance(one, Publication) else _ITEMS[type(one)](*one) for one in told
    ]
    return items + [Took(numbers.start, numbers.stop - 1) for numbers in changes]


def order_of(item: Ordered) -> Order:
    """And on its way in."""
    order: Order = _ORDERS[type(item)](*msgspec.structs.astuple(item))
    return order
