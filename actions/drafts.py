"""Drafts: what somebody writes on one device stands on all of them."""

from actions.services import Services
from models import drafts
from protocol.clock import now_ms
from protocol.drafts import Draft, SetDraft
from protocol.frames import event
from protocol.numbers import Cmd


async def put(app: Services, user_id: int, command: SetDraft) -> Draft:
    """The draft as it stands now; all v2 connections of the user are told what has changed. Raises as
    `models.drafts.put`."""
    strangers = app.config.contacts.strangers
    row, changed = await app.db.write(drafts.put, user_id, command, strangers, now_ms())
    if changed:
        app.hub.tell_users([user_id], event(Cmd.DRAFT, **row))
    return row


async def all_of(app: Services, user_id: int) -> list[Draft]:
    """What somebody has begun to write, which is bounded."""
    found: list[Draft] = []
    after: int | None = None
    while True:
        some, data = await app.db.read_much(drafts.drafts_of, user_id, after)
        found += [row for row in some if "content" in row or "ref" in row]
        if not data["more"]:
            return found
        after = data["rev"]
