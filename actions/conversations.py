"""The list of conversations; how far a user has read, and what else they do with one for themselves."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING

from actions import delivery
from actions.messages import count_stored
from hub.connection import Connection
from log.entries import Arrange, Clear, Hide, ReadMark
from models import conversations, hidden
from protocol import rows
from protocol.conversations import ListConversations, Standing
from protocol.errors import Forbidden

if TYPE_CHECKING:
    from actions.services import Services


def submit_read(
    app: "Services",
    user_id: int,
    kind: int,
    dstid: int,
    seq: int,
    connection: Connection,
    cid: object = None,
) -> Awaitable[None] | None:
    """A mark from a socket: `user_id` has read (kind, dstid) up to `seq`. None when the log has taken it,
    else what to wait for until it has."""
    return delivery.submit(app.log, ReadMark(user_id, kind, dstid, seq, connection, cid))


async def read(app: "Services", user_id: int, kind: int, dstid: int, seq: int) -> None:
    """A mark from a call. Returns once it is durable, or raises why not."""
    await delivery.commit(app.log, ReadMark(user_id, kind, dstid, seq))


async def listed(
    app: "Services", user_id: int, command: ListConversations
) -> tuple[list[rows.Conversation], Standing]:
    """A part of the user's list, and where the list stands."""
    if command.after is None:
        found = await app.db.read_much(conversations.list_newest, user_id, command.before, command.limit)
    else:
        found = await app.db.read_much(conversations.list_changed, user_id, command.after, command.limit)
    data: Standing = {"epoch": found.epoch, "change": found.change}
    if found.more:
        data["more"] = 1
    if found.next:
        data["next"] = found.next
    return found.rows, data


async def arrange(
    app: "Services", user_id: int, kind: int, dstid: int, wanted: Mapping[str, int]
) -> rows.Conversation:
    """The conversation as the list has it, with `wanted` (pinned, muted, archived, marked) in it."""
    await delivery.commit(app.log, Arrange(user_id, kind, dstid, wanted))
    row = await app.db.read(conversations.one, user_id, kind, dstid)
    if row is None:  # no member any more
        raise Forbidden()
    return row


async def hide(app: "Services", user_id: int, kind: int, dstid: int, ids: Sequence[int]) -> None:
    """Returns once it is durable, or raises why not. Many at once count as some messages, too: each is looked
    for in the log's thread, and kept."""
    count_stored(app, user_id, 0, len(ids))
    await delivery.commit(app.log, Hide(user_id, kind, dstid, ids))


async def hidden_in(
    app: "Services", user_id: int, kind: int, dstid: int, after: int
) -> tuple[list[rows.Range], bool]:
    """What the caller has hidden, from the range behind `after` on; and whether there is more."""
    strangers = app.config.contacts.strangers
    return await app.db.read(hidden.ranges, user_id, kind, dstid, after, strangers)


async def clear(app: "Services", user_id: int, kind: int, dstid: int, seq: int) -> None:
    """Returns once it is durable, or raises why not."""
    await delivery.commit(app.log, Clear(user_id, kind, dstid, seq))
