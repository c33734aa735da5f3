"""Uploaded media: one row for each upload, with its thumbnail.

A key is the unguessable stem (`2026/11/<22 letters>`) that both files of an upload share: the
original is `<key>.<ext>`, its thumbnail `<key>_s.<thumb_ext>`. So whatever address of an upload
a message, an avatar or an icon holds, one look at the unique key finds the row.

The life of an upload: reserved, then attached or collected, and the owner's quota along the way.
"""

from typing import TypedDict

from models.tables import ATTACHED, COLLECTING, KEY_LENGTH, PREFIX, UNATTACHED, Attachment, User
from protocol.errors import TooLarge


def attach(*urls: str) -> None:
    """Mark the uploads that these addresses show as in use, with one UPDATE; those that are not ours are
    passed over.

    Runs in the transaction that stores the addresses, so that a row and its media are kept together. What
    the collector has claimed already stays claimed: its bytes may be gone.
    """
    keys = {url[len(PREFIX) : len(PREFIX) + KEY_LENGTH] for url in urls if url.startswith(PREFIX)}
    if keys:
        Attachment.update(state=ATTACHED).where(
            Attachment.key.in_(sorted(keys)), Attachment.state == UNATTACHED
        ).execute()


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
    if (
        owner
        and not User.update(media_bytes=User.media_bytes + size)
        .where(User.id == owner, User.media_bytes + size <= quota)
        .execute()
    ):
        raise TooLarge("您的存储空间已满", "Your storage quota is used up")
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
    decides against `attach`: each is one UPDATE on the same column of the same row, so one of them
    finds the row as the other left it, and does nothing.
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
    """Remove the row of a claimed upload whose bytes are deleted, and give its owner the quota back.

    Of two processes that collect the same row, the one whose DELETE finds it gives the quota back.
    """
    if Attachment.delete().where(Attachment.id == attachment.id, Attachment.state == COLLECTING).execute():
        _give_back(attachment.owner, attachment.bytes)


def _give_back(owner: int, size: int) -> None:
    if owner and size:
        User.update(media_bytes=User.media_bytes - size).where(User.id == owner).execute()
