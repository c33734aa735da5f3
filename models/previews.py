"""Previews of links: what of them is remembered, and how they stand in messages.

A page is looked at by one process, whoever sends its link next: the row of the link is claimed first. What
came of it holds for some time, and its picture is shown by the row as long as there is one, and by each
message that has got it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

from database.base import database
from database.dialect import of_database
from models import media
from models.tables import Preview as Stored
from protocol import rows
from protocol.media import keys_in

if TYPE_CHECKING:
    from models.changes import Changing

#: In `extra` of a message: its preview, and that its author wants none.
PREVIEW, BARE = "preview", "bare"
#: How long (ms) a process may look at a page until another one takes that over.
CLAIMED_MS = 60_000
#: How long (ms) holds what came of it: something, and nothing.
FOUND_MS, NOTHING_MS = 86_400_000, 3_600_000
#: Deleted in one transaction.
_ROUND = 200

_decode = msgspec.json.Decoder(rows.Preview).decode


def claim(address: str, now: int) -> rows.Preview | Literal["mine", "nothing", "busy"]:
    """What is known of the page at an address. "mine": nothing, and the caller is to look; "busy": another
    one does."""
    digest = _digest(address)
    Stored.insert(digest=digest, told=None, until=0).on_conflict_ignore().execute()
    row = of_database(database.obj).locked(Stored.select().where(Stored.digest == digest)).get()
    if row.until > now:
        if row.told is None:
            return "busy"
        return {**_decode(row.told), "url": address} if row.told else "nothing"
    _release(row.told)
    Stored.update(told=None, until=now + CLAIMED_MS).where(Stored.id == row.id).execute()
    return "mine"


def learn(address: str, found: rows.Preview | None, now: int) -> None:
    """What the caller has found. Its picture, which nothing shows yet, is kept."""
    told = "" if found is None else msgspec.json.encode({**found, "url": ""}).decode()
    until = now + (NOTHING_MS if found is None else FOUND_MS)
    here = (Stored.digest == _digest(address), Stored.told.is_null())
    if Stored.update(told=told, until=until).where(*here).execute() and found is not None:
        media.keep(keys_in(found.get("pic", "")))


def forget(now: int) -> int:
    """Deletes some of what does not hold any more; how many."""
    old = Stored.select().where(Stored.until < now).order_by(Stored.until).limit(_ROUND)
    count = 0
    for row in list(old):
        # Somebody may be looking again in this moment: the DELETE itself decides.
        if Stored.delete().where(Stored.id == row.id, Stored.until == row.until).execute():
            _release(row.told)
            count += 1
    return count


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def _release(told: str | None) -> None:
    if told:
        media.drop(keys_in(_decode(told).get("pic", "")))


# --- in a message -------------------------------------------------------------------------------------------


def show(message: Changing, preview: rows.Preview) -> None:
    """The message has this preview from now on; whose picture is shown once more is the batch's affair."""
    remove(message)
    message.extra[PREVIEW] = preview


def remove(message: Changing) -> None:
    """It has none any more, and its picture is released."""
    if preview := message.extra.pop(PREVIEW, None):
        media.drop(keys_in(preview.get("pic", "")))
