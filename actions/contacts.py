"""Contacts: making friends, and the list of them."""

from actions.accounts import public_row
from actions.services import Services
from models import contacts
from protocol import rows
from protocol.clock import now_ms
from protocol.frames import event
from protocol.messages import SINGLE, Cmd


async def add_friend(app: Services, user_id: int, dst_id: int) -> None:
    """Both become friends at once and may write to each other; all pages of both hear of it."""
    await app.db.write(contacts.befriend, user_id, dst_id, now_ms())
    added = event(Cmd.CONTACT_CHANGED, what="added", userid=user_id, dstid=dst_id, kind=SINGLE)
    app.hub.tell([user_id, dst_id], added)


async def friends(app: Services, user_id: int) -> list[rows.User]:
    """The rows of the user's friends, each with who is online."""
    return [public_row(app, row) for row in await app.db.read(contacts.friends_of, user_id)]
