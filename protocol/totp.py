"""One-time codes at a log-in: turning them on and off."""

from typing import Annotated, TypedDict

from msgspec import Meta

from protocol.declare import Access, Command, call
from protocol.fields import ONCE, STRIP
from protocol.limits import MAX_CODE

#: Six digits of an authenticator, or a recovery code; spaces and hyphens in it do not count.
Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE), STRIP, ONCE]


class TotpStanding(TypedDict):
    """Whether one-time codes are asked for at a log-in, since when (ms), and how many recovery codes are
    left."""

    on: int
    since: int
    recovery: int


class TotpSecret(TypedDict):
    """What an authenticator makes codes from, as text and as a link that it reads from a QR code."""

    secret: str
    url: str


class RecoveryCodes(TypedDict):
    """Each lets somebody in once who has lost their authenticator. They are told once."""

    recovery: list[str]


@call("/user/totp", access=Access.USER, data=TotpStanding)
class TotpState(Command, frozen=True):
    """Whether the caller is asked for codes."""


@call("/user/totp/start", access=Access.USER, limit="contact", data=TotpSecret)
class StartTotp(Command, frozen=True):
    """A new secret for the caller's authenticator. Nothing is asked for before it is confirmed."""


@call("/user/totp/confirm", access=Access.USER, data=RecoveryCodes)
class ConfirmTotp(Command, frozen=True):
    """With a code made from the secret: from now on a log-in needs one. The recovery codes are told once."""

    code: Code


@call("/user/totp/off", access=Access.USER)
class StopTotp(Command, frozen=True):
    """With a code, or a recovery code: no code is asked for any more."""

    code: Code
