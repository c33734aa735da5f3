"""Logging in on a screen by scanning its QR code where one is logged in."""

from typing import Annotated

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import ONCE, Flag
from protocol.limits import MAX_CODE, MAX_SECRET

QrCode = Annotated[str, Meta(min_length=1, max_length=MAX_CODE), ONCE]
#: What only the device that asked for the code knows, so that who photographs the code gets no session.
QrSecret = Annotated[str, Meta(min_length=16, max_length=MAX_SECRET), ONCE]


@call("/user/qr/new", access=Access.PUBLIC, limit="qr", data=rows.QrCode)
class NewQr(Command, frozen=True):
    """A code for a screen to show. With `secret`, a random text of its own, only who says the same gets the
    session; without it only who calls from the same address."""

    secret: QrSecret | None = None


@call("/user/qr/scan", access=Access.USER, limit="contact", data=rows.QrScanned)
class ScanQr(Command, frozen=True):
    """The caller has scanned it, and is shown whose screen it is before they approve."""

    code: QrCode


@call("/user/qr/approve", access=Access.USER, limit="contact")
class ApproveQr(Command, frozen=True):
    """The screen logs in as the caller, who has scanned its code; with `accept` 0 it does not."""

    code: QrCode
    accept: Flag = 1


@call("/user/qr/poll", access=Access.PUBLIC, data=rows.QrUser)
class PollQr(Command, frozen=True):
    """How far it has come; once it is approved the user's row with the token, once. Its limit is the code's,
    so the action looks at it."""

    code: QrCode
    secret: QrSecret | None = None
