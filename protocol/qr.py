"""Logging in on a screen by scanning its QR code where one is logged in."""

from typing import Annotated, TypedDict

from msgspec import Meta

from protocol import rows
from protocol.declare import Access, Command, call
from protocol.fields import ONCE, Flag
from protocol.limits import MAX_CODE, MAX_SECRET

Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE), ONCE]
#: What only the device that asked for the code knows, so that who photographs the code gets no session.
QrSecret = Annotated[str, Meta(min_length=16, max_length=MAX_SECRET), ONCE]


class QrCode(TypedDict):
    """The code of a log-in from another device, until when (ms) it stands, and the server's time (ms), for
    screens whose clock is off."""

    code: str
    expires: int
    now: int


class QrScanned(TypedDict):
    """Who would be logged in: what that device says it is, its address, and until when (ms) the code
    stands."""

    ua: str
    ip: str
    expires: int


class QrState(TypedDict):
    """waiting, scanned or declined; approved, with the user's row beside it, once."""

    state: str


class QrUser(rows.User):
    """Who has logged in by a QR code; `state` is approved."""

    state: str


@call("/user/qr/new", access=Access.PUBLIC, limit="qr", data=QrCode)
class NewQr(Command, frozen=True):
    """A code for a screen to show. With `secret`, a random text of its own, only who says the same gets the
    session; without it only who calls from the same address."""

    secret: QrSecret | None = None


@call("/user/qr/scan", access=Access.USER, limit="contact", data=QrScanned)
class ScanQr(Command, frozen=True):
    """The caller has scanned it, and is shown whose screen it is before they approve."""

    code: Code


@call("/user/qr/approve", access=Access.USER, limit="contact")
class ApproveQr(Command, frozen=True):
    """The screen logs in as the caller, who has scanned its code; with `accept` 0 it does not."""

    code: Code
    accept: Flag = 1


@call("/user/qr/poll", access=Access.PUBLIC, data=QrUser)
class PollQr(Command, frozen=True):
    """How far it has come; once it is approved the user's row with the token, once. Its limit is the code's,
    so the action looks at it."""

    code: Code
    secret: QrSecret | None = None
