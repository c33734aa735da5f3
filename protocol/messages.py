"""One chat message on the wire: what a client may send, and how the server writes it.

A message is ``{id, userid, dstid, cmd, media, content, pic, url, memo, amount, cid, ref, at}``; the server
adds ``seq``, ``ver`` and ``createat`` and leaves out what is empty.
"""

from enum import IntEnum
from hashlib import blake2b

import msgspec
import ujson

from protocol import rows, values
from protocol.errors import BadArgument, Forbidden


class Cmd(IntEnum):
    HEARTBEAT = 0
    ACK = 1
    ERROR = 2
    WELCOME = 3
    SINGLE = 10
    ROOM = 11
    TYPING = 12
    READ = 13
    PRESENCE = 17
    LOOK = 18
    CONTACT_CHANGED = 20
    COMMUNITY_CHANGED = 21


#: The two kinds of conversation are named by the cmd of their messages.
SINGLE, ROOM = int(Cmd.SINGLE), int(Cmd.ROOM)


class Media(IntEnum):
    TEXT = 1
    NEWS = 2
    VOICE = 3
    IMAGE = 4
    RED_PACKET = 5
    EMOJI = 6
    LINK = 7
    VIDEO = 8
    CARD = 9
    FILE = 10
    PLACE = 11
    NOTICE = 90
    CUSTOM = 100


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

#: `media` is stored in a 4-byte column.
_MAX_MEDIA = 2**31 - 1
_MAX_CID = 64
#: More people than this are addressed by 0, which means all.
_MAX_AT = 500
#: Bytes of a text field: it fits MariaDB's TEXT. With the frame's own limit (64 KiB) a client meets that
#: first.
_MAX_TEXT = 65535

_TEXTS = ("content", "pic", "url", "memo")


class Receipt(msgspec.Struct, frozen=True):
    """What the log gave a message: its public id, its number in the conversation, the conversation's version
    at which it came to be as it is, and the time (ms)."""

    id: int
    seq: int
    ver: int
    createat: int


class Message(msgspec.Struct, frozen=True):
    """A message as its author sent it; nothing changes it afterwards. `cid` is None when the client gave
    none; empty texts are ""."""

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

    @classmethod
    def parse(cls, fields: dict, userid: int) -> "Message":
        """Checks what a client sent. `userid` is the session's; the one in `fields` is only required to be
        an integer. Raises `BadArgument`, or `Forbidden` for a notice, which only the server writes."""
        get = fields.get
        for name in ("id", "userid"):
            if get(name) is not None:
                values.integer(get(name), name)
        cmd = get("cmd")
        if type(cmd) is not int or (cmd != SINGLE and cmd != ROOM):
            raise BadArgument("参数 cmd 不正确", "Bad value of cmd")
        media = values.integer(get("media"), "media", 0, _MAX_MEDIA)
        if media == Media.NOTICE:
            raise Forbidden("通知只能由服务器发出", "Only the server writes notices")
        said: dict[str, object] = {}
        dstid = values.integer(get("dstid"), "dstid", 1)
        for name in _TEXTS:
            value = get(name)
            if value is not None and value != "":
                said[name] = values.text(value, name, _MAX_TEXT, _MAX_TEXT)
        for name in ("amount", "ref"):
            if get(name) is not None:
                said[name] = values.integer(get(name), name)
        if get("at") is not None:
            said["at"] = _parse_at(get("at"))
        cid = get("cid")
        if cid is not None and cid != "":
            said["cid"] = values.text(cid, "cid", _MAX_CID)
            if cid[-1] == " ":  # MySQL compares keys padded with spaces
                raise BadArgument("参数 cid 不正确", "Bad value of cid")
        message = cls(userid, dstid, cmd, media, **said)
        message._require_fields_of_media()
        return message

    def _require_fields_of_media(self) -> None:
        for name in _REQUIRED.get(self.media, ()):
            if not getattr(self, name):
                raise BadArgument(f"缺少参数 {name}", f"Missing {name}")
        if self.media == Media.EMOJI and not (self.content or self.url):
            raise BadArgument("缺少参数 content", "Missing content")

    def digest(self) -> int:
        """64 bits (signed, as databases count) of what the client said, to tell a resend from another message
        under the same cid. They are stored, so they depend on nothing but the text: NUL, which no text has,
        stands between the fields."""
        numbers = (self.cmd, self.dstid, self.media, self.amount, self.ref, *(self.at or ()))
        said = (" ".join(map(str, numbers)), self.content, self.pic, self.url, self.memo)
        return int.from_bytes(blake2b("\0".join(said).encode(), digest_size=8).digest(), "big", signed=True)

    def row(self, receipt: Receipt) -> rows.Message:
        """The stored message as a JSON object: empty fields are left out."""
        row: rows.Message = {
            "id": receipt.id,
            "userid": self.userid,
            "dstid": self.dstid,
            "cmd": self.cmd,
            "media": self.media,
        }
        if self.content:
            row["content"] = self.content
        if self.pic:
            row["pic"] = self.pic
        if self.url:
            row["url"] = self.url
        if self.memo:
            row["memo"] = self.memo
        if self.amount:
            row["amount"] = self.amount
        if self.cid:
            row["cid"] = self.cid
        if self.ref:
            row["ref"] = self.ref
        if self.at:
            row["at"] = self.at
        row["seq"], row["ver"], row["createat"] = receipt.seq, receipt.ver, receipt.createat
        return row

    def encode(self, receipt: Receipt) -> str:
        """The frame that every receiver gets."""
        return ujson.dumps(self.row(receipt), ensure_ascii=False, escape_forward_slashes=False)


def _parse_at(value: object) -> list[int] | None:
    if type(value) is not list or len(value) > _MAX_AT:
        raise BadArgument("参数 at 不正确", "Bad value of at")
    return list(dict.fromkeys(values.integer(user_id, "at") for user_id in value)) or None
