"""What calls of somebody who is not logged in yet have in common: where they come from, and being let in."""

import secrets
from functools import cached_property

from actions.sessions import Client
from handlers.http import security
from handlers.http.gate import ApiHandler, C
from protocol import rows


class ArrivingHandler(ApiHandler[C]):
    """Once somebody is let in, the answer is the user's own row, and the browser gets the session."""

    @property
    def client(self) -> Client:
        """Where the call comes from."""
        ua = "".join(filter(str.isprintable, self.request.headers.get("User-Agent", "")))
        return Client(self.address, self.network, ua, self.device, self.disconnected)

    @cached_property
    def device(self) -> str:
        """What the browser is known by: what it got at an earlier log-in, or something new."""
        return security.device_token(self.request, self.secure) or secrets.token_urlsafe(32)

    def let_in(self, user: rows.User) -> None:
        self.caller_id = user["id"]
        self.set_session_cookie(user["id"], user["token"])
        self.set_cookie(
            security.device_cookie(self.secure),
            self.device,
            httponly=True,
            samesite="Lax",
            secure=self.secure,
            max_age=security.DEVICE_SECONDS,
        )
        self.reply(user)
