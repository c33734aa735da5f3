"""What the owner of an account is told on all their open pages, so that nobody else uses it unseen."""

from actions.services import Services
from protocol.frames import event
from protocol.numbers import Cmd


def tell_devices(app: Services, user_id: int, what: str, **fields: object) -> None:
    """Event 27 to all v2 connections of a user. `what`: login, with the new session's row; totp, with `on`;
    reset, that an operator has made a link for a new password."""
    app.hub.tell_users([user_id], event(Cmd.ACCOUNT_CHANGED, what=what, userid=user_id, **fields))
