"""Contacts: making friends, and the list of them."""

from actions import delivery
from actions.accounts import public_row
from actions.services import Services
from log.entries import Befriend
from models import contacts
from protocol import rows


async def add_friend(app: Services, user_id: int, dst_id: int) -> None:
    """Both become friends at once and may write to each other; all pages of both hear of it."""
    await delivery.commit(app.log, Befriend(user_id, dst_id))


async def friends(app: Services, user_id: int) -> list[rows.User]:
    """The rows of the user's friends, each with who is online."""
    found = await app.db.read(contacts.friends_of, user_id)
    return [public_row(app, user_id, row, acquainted=True) for row in found]
