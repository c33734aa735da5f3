"""Changes of messages: from a checked command to the log."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from actions import delivery
from actions.accounts import public_row
from actions.messages import count_stored
from hub.connection import Connection
from log.entries import Change, Edit, Pin, React, Recall
from models import changes
from protocol import frames, rows
from protocol.changes import ChangeAck, ChangeMessage, Edited, Reactions
from protocol.numbers import ROOM, Cmd

if TYPE_CHECKING:
    from actions.services import Services


def submit(app: "Services", command: ChangeMessage, connection: Connection) -> Awaitable[None] | None:
    """A change from a socket; its ack or error reaches the connection later. None when the log has taken it,
    else what to wait for until it has."""
    return delivery.submit(app.log, _entry(app, command, connection.user_id, connection))


async def change(app: "Services", command: ChangeMessage, user_id: int) -> ChangeAck:
    """A change from a call. Returns its ack once it is durable, or raises why not."""
    entry = _entry(app, command, user_id)
    await delivery.commit(app.log, entry)
    assert entry.receipt is not None
    return frames.change_ack(command.cid, command.id, entry.receipt, command.kind, command.dstid)


async def edits(app: "Services", user_id: int, kind: int, dstid: int, message_id: int) -> list[Edited]:
    """The texts of a message, from the first to the present one. Raises `NotFound` where it is none that the
    caller can read, `Refused` when it was recalled."""
    strangers = app.config.contacts.strangers
    return await app.db.read(changes.edits, user_id, kind, dstid, message_id, strangers)


async def reactions(app: "Services", user_id: int, command: Reactions) -> tuple[list[rows.User], bool]:
    """Who has reacted so, and whether there are more."""
    strangers = app.config.contacts.strangers
    found, more = await app.db.read(
        changes.reactions,
        user_id,
        command.kind,
        command.dstid,
        command.id,
        command.content,
        command.after,
        command.limit,
        strangers,
    )
    # Members of a group are acquainted; two in a single chat need not be, where strangers may write.
    acquainted = command.kind == ROOM or not strangers
    return [public_row(app, user_id, row, acquainted) for row in found], more


async def pins(app: "Services", user_id: int, kind: int, dstid: int) -> list[rows.Message]:
    """The pinned messages, the one pinned last first."""
    return await app.db.read(changes.pins, user_id, kind, dstid, app.config.contacts.strangers)


def _entry(app: "Services", command: ChangeMessage, user_id: int, origin: Connection | None = None) -> Change:
    settings = app.config.messages
    which = (user_id, command.kind, command.dstid, command.id)
    content, cid = command.content or "", command.cid or None
    count_stored(app, user_id, len(content.encode()), len(command.at or ()))  # each is remembered
    cmd = Cmd(command.cmd)
    if cmd is Cmd.RECALL:
        return Recall(*which, settings.recall_window, cid, origin)
    if cmd is Cmd.EDIT:
        at = None if command.at is None else list(dict.fromkeys(command.at))
        shown, why = app.words.masked(content)
        return Edit(*which, shown, at, settings.edit_window, cid, origin, content, why)
    amount = command.amount or 1
    if cmd is Cmd.REACTION:
        if amount == 1 and app.words.finds(content):  # others read it, and a part of it says nothing
            raise app.words.refusal()
        return React(*which, {"content": content, "amount": amount}, cid, origin)
    return Pin(*which, {"amount": amount}, cid, origin)
