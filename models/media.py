"""Uploaded media: one row for each upload, with its thumbnail.

A key is the unguessable stem (`2026/11/<22 letters>`) that both files of an upload share: the
original is `<key>.<ext>`, its thumbnail `<key>_s.<thumb_ext>`. So whatever address of an upload
a message, an avatar or an icon holds, one look at the unique key finds the row.

The life of an upload: reserved, then attached or collected, and the owner's quota along the way.
"""

from collections.abc import Collection, Iterator
from typing import TypedDict

from database.base import database
from database.dialect import of_database
from models.tables import (
    ATTACHED,
    COLLECTING,
    GONE,
    UNATTACHED,
    Attachment,
    User,
)
from protocol.errors import TooLarge
from protocol.limits import MAX_INT
from protocol.media import Gone, keys_in

#: Keys in one statement: SQLite takes 32766 parameters.
_KEYS_AT_ONCE = 500
#: How long (ms) it is known of a file that it was here: a message may wait so long in a browser that is
#: closed.
REMEMBERED_MS = 90 * 86_400_000
#: For those who have none.
NO_QUOTA = MAX_INT


class Shown:
    """The uploads that one transaction comes to show; made in it, before anything is decided by it.

    The rows of `keys` are locked, in key order, so that the collector, which claims an upload by changing the
    same row, comes before all of this or after all of it: what is shown is kept, and what was claimed is
    refused.
    """

    def __init__(self, keys: Collection[str], quota: int) -> None:
        """`quota`: bytes that one user may have."""
        self._quota = quota
        self._rows: dict[str, Attachment] = {}
        self._used: dict[str, int] = {}  # how often each is shown once more
        row = Attachment
        for some in _parts(keys):
            query = row.select(row.id, row.key, row.owner, row.bytes, row.state).where(row.key.in_(some))
            query = of_database(database.obj).locked(query.order_by(row.key))
            self._rows |= {found.key: found for found in query}

    def show(self, user_id: int, keys: Collection[str]) -> None:
        """`user_id` shows these from now on. Keys that name no upload of ours are passed over. Who is first
        to show what nobody owns, an upload from before log-in, owns and pays for it.

        Raises `Gone` when one is not kept any more, and `TooLarge` over the quota; then nothing has changed.
        """
        rows = [self._rows[key] for key in keys if key in self._rows]
        if gone := [row.key for row in rows if row.state in (COLLECTING, GONE)]:
            raise Gone(gone)
        fresh = [row for row in rows if row.state == UNATTACHED]
        if unowned := [row for row in fresh if not row.owner]:
            _pay(user_id, sum(row.bytes for row in unowned), self._quota)
            Attachment.update(owner=user_id).where(Attachment.id.in_([row.id for row in unowned])).execute()
        for row in fresh:
            row.owner, row.state = row.owner or user_id, ATTACHED
        for row in rows:
            self._used[row.key] = self._used.get(row.key, 0) + 1

    def write(self) -> None:
        """Marks what is shown as in use; comes last."""
        for times in sorted(set(self._used.values())):
            for some in _parts([key for key, used in self._used.items() if used == times]):
                Attachment.update(state=ATTACHED, uses=Attachment.uses + times).where(
                    Attachment.key.in_(some)
                ).execute()
        self._used.clear()


def attach(user_id: int, quota: int, *texts: str) -> None:
    """`user_id` shows the uploads that these addresses name; raises as `Shown.show` does.

    Runs in the transaction that stores the addresses, so that a row and its media are kept together.
    """
    if keys := keys_in(*texts):
        shown = Shown(keys, quota)
        shown.show(user_id, keys)
        shown.write()


def keep(keys: Collection[str]) -> None:
    """Something of the server's own shows these, which nothing has shown before."""
    for some in _parts(keys):
        fresh = (Attachment.key.in_(some), Attachment.state == UNATTACHED)
        Attachment.update(state=ATTACHED, uses=Attachment.uses + 1).where(*fresh).execute()


def drop(keys: Collection[str]) -> None:
    """What showed these shows them no more: those that nothing else shows are left to the collector. Of what
    was shown before uses were counted nobody knows, and it stays."""
    row = Attachment
    for some in _parts(keys):
        here = row.key.in_(some)
        row.update(uses=row.uses - 1).where(here, row.uses > 0).execute()
        row.update(state=UNATTACHED).where(here, row.uses == 0, row.state == ATTACHED).execute()


class NewRow(TypedDict):
    """An upload that is about to be stored; columns of `Attachment`."""

    key: str
    owner: int
    ext: str
    thumb_ext: str
    mime: str
    bytes: int
    width: int
    height: int
    createat: int


def reserve(attachment: NewRow, quota: int) -> None:
    """Add the row (columns of Attachment) and count its bytes against the owner's `quota`, or `TooLarge`.

    Comes before the bytes are stored: a crash in between leaves a row without bytes, which the collector
    clears away, and never bytes without a row, which nobody would find. The quota is checked by the UPDATE
    itself, so of many uploads at once just as many pass as fit.
    """
    owner, size = attachment["owner"], attachment["bytes"]
    if owner:
        _pay(owner, size, quota)
    Attachment.insert(attachment).execute()


def release(key: str) -> None:
    """Undo `reserve` after the bytes could not be stored: the quota at once, the row by the collector.

    The row stays for a while because a write that timed out may still come to its end in the storage.
    """
    row = Attachment.get_or_none(Attachment.key == key, Attachment.state == UNATTACHED)
    if (
        row
        and Attachment.update(state=COLLECTING, bytes=0)
        .where(Attachment.id == row.id, Attachment.state == UNATTACHED)
        .execute()
    ):
        _give_back(row.owner, row.bytes)


def claim_unattached(before: int, limit: int) -> list[Attachment]:
    """Up to `limit` uploads from before `before` (ms) that nothing shows, now claimed for deletion.

    With them come those that an earlier round claimed and did not finish. The change of state is what
    decides against `Shown`, which locks the row: one of them finds the row as the other left it.
    """
    old = Attachment.createat < before
    unattached = Attachment.select(Attachment.id).where(Attachment.state == UNATTACHED, old).limit(limit)
    ids = [row.id for row in unattached.order_by(Attachment.createat)]
    if ids:
        Attachment.update(state=COLLECTING).where(
            Attachment.id.in_(ids), Attachment.state == UNATTACHED
        ).execute()
    claimed = Attachment.select().where(Attachment.state == COLLECTING, old)
    return list(claimed.order_by(Attachment.createat).limit(limit))


def forget(attachment: Attachment) -> None:
    """The bytes of a claimed upload are deleted: give its owner the quota back. The row stays for
    `REMEMBERED_MS`, so that who shows the file late is told.

    Of two processes that collect the same row, the one whose UPDATE finds it gives the quota back.
    """
    if (
        Attachment.update(state=GONE, bytes=0)
        .where(Attachment.id == attachment.id, Attachment.state == COLLECTING)
        .execute()
    ):
        _give_back(attachment.owner, attachment.bytes)


def purge(now: int) -> None:
    """Drop the rows of what has been gone for long."""
    Attachment.delete().where(Attachment.state == GONE, Attachment.createat < now - REMEMBERED_MS).execute()


def _pay(owner: int, size: int, quota: int) -> None:
    """Count `size` bytes against the quota, or `TooLarge`; the UPDATE itself decides between many at once."""
    paid = User.update(media_bytes=User.media_bytes + size).where(
        User.id == owner, User.media_bytes + size <= quota
    )
    if not paid.execute():
        raise TooLarge("您的存储空间已满", "Your storage quota is used up")


def _give_back(owner: int, size: int) -> None:
    if owner and size:
        User.update(media_bytes=User.media_bytes - size).where(User.id == owner).execute()


def _parts(keys: Collection[str]) -> Iterator[list[str]]:
    """The keys in order, not too many at once."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _KEYS_AT_ONCE):
        yield ordered[start : start + _KEYS_AT_ONCE]
