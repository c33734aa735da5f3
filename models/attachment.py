"""Uploaded media: one row for each upload, with its thumbnail.

A key is the unguessable stem (`2026/11/<22 letters>`) that both files of an upload share: the
original is `<key>.<ext>`, its thumbnail `<key>_s.<thumb_ext>`. So whatever address of an upload
a message, an avatar or an icon holds, one look at the unique key finds the row.
"""

from peewee import BigAutoField, BigIntegerField, CharField, IntegerField, SmallIntegerField

from models.base import Base

#: Where media is served. Messages hold `/mnt/…` addresses only: signed ones would die in history.
PREFIX = "/mnt/"
KEY_LENGTH = len("2026/11/") + 22
THUMB_MARK = "_s"

UNATTACHED = 0  #: uploaded, and nothing shows it yet
ATTACHED = 1  #: a message, an avatar or an icon holds its address; kept
COLLECTING = 2  #: being deleted; can't be attached any more


class Attachment(Base):
    id = BigAutoField()
    key = CharField(KEY_LENGTH, unique=True)
    owner = BigIntegerField(default=0)  #: user id, 0: uploaded before login
    ext = CharField(5)
    thumb_ext = CharField(5, default="")  #: "" when there is no thumbnail of its own
    mime = CharField(100)
    bytes = BigIntegerField()  #: of both files, as counted against the owner's quota
    width = IntegerField(default=0)
    height = IntegerField(default=0)
    state = SmallIntegerField(default=UNATTACHED)
    createat = BigIntegerField()

    class Meta:
        indexes = ((("state", "createat"), False),)

    @property
    def names(self) -> list[str]:
        """The storage keys of the files: the original's, then the thumbnail's if there is one."""
        thumb = [thumb_name(self.key, self.thumb_ext)] if self.thumb_ext else []
        return [file_name(self.key, self.ext), *thumb]


def file_name(key: str, ext: str) -> str:
    return f"{key}.{ext}"


def thumb_name(key: str, ext: str) -> str:
    return f"{key}{THUMB_MARK}.{ext}"


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
