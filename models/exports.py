"""What is stored of one user, in pieces that one answer can hold: for whoever takes their data along."""

from typing import NamedTuple

from models.fitting import MAX_ANSWER_BYTES
from models.messages import COLUMNS, size_of, wire_row
from models.tables import (
    COLLECTING,
    COMMUNITY,
    GONE,
    USER,
    Attachment,
    Community,
    Contact,
    Conversation,
    Member,
    StoredMessage,
    User,
)
from protocol import rows
from protocol.media import file_name
from protocol.messages import ROOM, SINGLE

#: Messages that one look goes over, whosever they are.
WINDOW = 1000
#: Uploads of one look.
UPLOADS = 500


class Talk(NamedTuple):
    """A conversation of somebody's, as they mean it, with what they call it; it has come to `seq`."""

    id: int
    kind: int
    dstid: int
    name: str
    seq: int


class Own(NamedTuple):
    """An upload of somebody's; `name`: the storage's key of the file."""

    id: int
    name: str
    mime: str
    bytes: int
    createat: int


def talks_of(user_id: int) -> list[Talk]:
    """The user's conversations, those that they have left among them."""
    query = (
        Conversation.select(
            Conversation.id, Conversation.kind, Conversation.a, Conversation.b, Conversation.seq
        )
        .join(Member, on=(Member.conversation_id == Conversation.id))
        .where(Member.user_id == user_id)
        .order_by(Conversation.id)
    )
    found = [
        (talk_id, kind, a if kind == ROOM or b == user_id else b, seq)
        for talk_id, kind, a, b, seq in query.tuples()
    ]
    people = [dstid for _, kind, dstid, _ in found if kind != ROOM]
    groups = [dstid for _, kind, dstid, _ in found if kind == ROOM]
    names = {(kind, dstid): name for kind, dstid, name in _named(people, groups)}
    return [
        Talk(talk_id, kind, dstid, names.get((kind, dstid), ""), seq) for talk_id, kind, dstid, seq in found
    ]


def own_messages(user_id: int, talk: Talk, after: int) -> tuple[list[rows.Message], int]:
    """The user's among the messages after seq `after`, `WINDOW` of them at most, in their order; and up to
    which seq that was."""
    here = (StoredMessage.conversation_id == talk.id) & (StoredMessage.userid == user_id)
    window = StoredMessage.seq.between(after + 1, after + WINDOW)
    query = StoredMessage.select(*COLUMNS).where(here, window).order_by(StoredMessage.seq)
    found: list[rows.Message] = []
    size = 0
    for stored in query.tuples():
        message = wire_row(stored, user_id, talk.kind, talk.dstid)
        size += size_of(message)
        found.append(message)
        if size > MAX_ANSWER_BYTES:
            return found, message.seq
    return found, after + WINDOW


def contacts_of(user_id: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Friends and groups on the user's lists: `{id, name, since}`."""
    listed = Contact.select(Contact.dstobj, Contact.cate, Contact.createat).where(Contact.ownerid == user_id)
    found = list(listed.order_by(Contact.id).tuples())
    people = [dstid for dstid, cate, _ in found if cate == USER]
    groups = [dstid for dstid, cate, _ in found if cate == COMMUNITY]
    names = {(kind, dstid): name for kind, dstid, name in _named(people, groups)}

    def listed_as(cate: int, kind: int) -> list[dict[str, object]]:
        return [
            {"id": dstid, "name": names.get((kind, dstid), ""), "since": since}
            for dstid, its, since in found
            if its == cate
        ]

    return listed_as(USER, SINGLE), listed_as(COMMUNITY, ROOM)


def uploads_of(user_id: int, after: int) -> list[Own]:
    """The user's uploads that are kept, `UPLOADS` at most, above id `after`."""
    kept = Attachment.state.not_in([COLLECTING, GONE])
    query = Attachment.select().where(Attachment.owner == user_id, Attachment.id > after, kept)
    return [
        Own(row.id, file_name(row.key, row.ext), row.mime, row.bytes, row.createat)
        for row in query.order_by(Attachment.id).limit(UPLOADS)
    ]


#: Ids of one statement.
_AT_ONCE = 500


def _named(people: list[int], groups: list[int]) -> list[tuple[int, int, str]]:
    """(kind, id, name) of each that is there."""
    found: list[tuple[int, int, str]] = []
    for model, name, ids, kind in (
        (User, User.nickname, people, SINGLE),
        (Community, Community.name, groups, ROOM),
    ):
        for start in range(0, len(ids), _AT_ONCE):  # databases bound the number of parameters
            some = model.select(model.id, name).where(model.id.in_(ids[start : start + _AT_ONCE]))
            found += [(kind, one_id, text) for one_id, text in some.tuples()]
    return found
