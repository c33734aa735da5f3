"""Uploaded files."""

from peewee import BigAutoField, BigIntegerField, CharField, IntegerField, SmallIntegerField

from database.base import Base
from protocol.media import KEY_LENGTH, file_name, thumb_name

UNATTACHED = 0  #: uploaded, and nothing shows it yet
ATTACHED = 1  #: a message, an avatar or an icon holds its address; kept
COLLECTING = 2  #: being deleted; can't be attached any more
GONE = 3  #: deleted; the row tells who still shows it, and goes later


class Attachment(Base):
    id = BigAutoField()
    key = CharField(KEY_LENGTH, unique=True)
    owner = BigIntegerField(default=0, index=True)  #: user id, 0: uploaded before login
    ext = CharField(5)
    thumb_ext = CharField(5, default="")  #: "" when there is no thumbnail of its own
    mime = CharField(100)
    bytes = BigIntegerField()  #: of both files, as counted against the owner's quota
    width = IntegerField(default=0)
    height = IntegerField(default=0)
    state = SmallIntegerField(default=UNATTACHED)
    createat = BigIntegerField()
    uses = BigIntegerField(
        null=True, default=0
    )  #: what shows it; None: not known, from before it was counted

    class Meta:
        indexes = ((("state", "createat"), False),)

    @property
    def names(self) -> list[str]:
        """The storage keys of the files: the original's, then the thumbnail's if there is one."""
        thumb = [thumb_name(self.key, self.thumb_ext)] if self.thumb_ext else []
        return [file_name(self.key, self.ext), *thumb]
