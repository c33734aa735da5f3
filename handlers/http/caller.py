"""Who makes a request, and whose rates and places it counts against."""

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError

from actions.budget import address_key
from actions.services import Services
from handlers.http import proxies, security

if TYPE_CHECKING:
    from handlers.http.places import Place

#: Seconds for which a request waits for its turn at most.
PACE_S = 5.0
#: What one costs more that looks through names or texts in Python: tens of milliseconds in which the loop has
#: to share the core.
SEARCH_COSTS = 9.0


T = TypeVar("T")


class kept(Generic[T]):  # noqa: N801 - used and named as the one of functools
    """As `functools.cached_property`, without its lock, which costs more than most of what is kept here:
    a request is the loop's alone."""

    def __init__(self, found: Callable[[Any], T]) -> None:
        self._found = found
        self.__doc__ = found.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, one: None, owner: type) -> "kept[T]": ...
    @overload
    def __get__(self, one: object, owner: type) -> T: ...
    def __get__(self, one: object | None, owner: type) -> "kept[T] | T":
        if one is None:
            return self
        value = one.__dict__[self._name] = self._found(one)
        return value


class Caller:
    """One request's. Every handler is one, and so is a handshake that needs no handler."""

    #: What a request takes of its caller's rate; a call is 1. A chat with its pictures is hundreds of files.
    cost: float = 0.2

    request: HTTPServerRequest
    caller_id: int | None = None  #: who calls, for the logs, once the gate has let them in
    code: int | None = None  #: the envelope's code, for the access log
    payer: "int | str | None" = None  #: whose rate it counts against, once it is counted

    @property
    def settings(self) -> dict[str, Any]:
        """The site's."""
        raise NotImplementedError

    @property
    def app(self) -> Services:
        services: Services = self.settings["services"]
        return services

    @kept
    def address(self) -> str:
        """The caller's IP address, seen through our own proxies."""
        return proxies.client_address(self.request, self.settings["proxies"])

    @kept
    def network(self) -> str:
        """What counts as one place of strangers: the address, or the network it is one of."""
        return address_key(self.address)

    @kept
    def secure(self) -> bool:
        """True when the browser speaks TLS."""
        return proxies.scheme(self.request, self.settings["proxies"]) == "https"

    @kept
    def own_host(self) -> str:
        """The host[:port] that the browser asked for, "" when it is not a host."""
        return proxies.host(self.request, self.settings["proxies"])

    @property
    def lang(self) -> str:
        """ "zh" or "en"."""
        return security.language(self.request)

    @kept
    def request_id(self) -> str:
        """Names this request in the log and in the answer to a crash. It is no secret."""
        return f"{random.getrandbits(48):012x}"

    @property
    def place(self) -> "Place | None":
        """The connection's, while there is one."""
        place: Place | None = getattr(getattr(self.request.connection, "stream", None), "place", None)
        return place

    # --- what a request costs -----------------------------------------------------------------------------

    async def pace(self) -> None:
        """Waits while the address has more requests than can be answered beside those of others."""
        if wait := self.app.budget.charge("pace", self.network):
            await asyncio.sleep(min(wait, PACE_S))

    def count(self) -> None:
        """Every request passes here before anything is done about it: it counts against its address, until a
        session is shown."""
        place, caller = self.place, self.network
        if place is not None and place.full:
            raise HTTPError(503)
        self.app.budget.take("request", caller, cost=self.cost)
        self.payer = caller
        if place is not None:
            place.speak_for(caller)

    def cost_more(self, requests: float) -> None:
        """This one costs so many requests more than others; what comes next waits for it."""
        self.app.budget.charge("request", self.payer, requests)

    def show_session(self, user_id: int) -> None:
        """The request, and its connection, are a user's: their session was shown."""
        if self.payer is not None and self.payer != user_id:
            self.app.budget.move("request", self.payer, user_id, self.cost)
            self.payer = user_id
        if self.place is not None:
            self.place.show(user_id)
