"""Who may have a connection: places for all, shares of one address and one user, and who makes room.

A connection belongs to its address until a session is shown on it, and then to its user. Whoever has shown
none is a guest. All guests together leave a quarter of the places free, and when a guest's place is wanted
the one goes whose request is awaited for longest: an address that opens connections and says nothing, or
never comes to an end, keeps nobody out, not even others behind the same address. A connection from one of
`server.proxies` belongs to the address it speaks for, as long as a request lasts.
"""

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Protocol

from actions.budget import Budget, Holding
from protocol.errors import SlowDown

if TYPE_CHECKING:
    from handlers.http.newcomers import Newcomer
    from handlers.http.streams import PacedStream


class Sockets(Protocol):
    """The hub, as far as anybody here has to know it."""

    @property
    def connections(self) -> int: ...


class Place:
    """One HTTP connection. `address`: where it comes from, None for a proxy's. `full`: it
    is one too many, and only there to be told so. `asked`: a request has come on it."""

    __slots__ = ("stream", "address", "proxy", "full", "asked", "user_id", "_places", "_held", "_unread")

    def __init__(
        self, places: "Places", stream: "PacedStream | Newcomer", address: Hashable, proxy: bool
    ) -> None:
        self.stream, self.address, self.proxy = stream, address, proxy
        self.full = self.asked = False
        self.user_id: int | None = None  #: whose session has been shown
        self._places = places
        self._held: Holding | None = None
        self._unread: Holding | None = None  # of the answer, until the client has taken it

    def speak_for(self, address: Hashable) -> None:
        """The request that a proxy has brought is from this address. Raises `SlowDown` when that has too many
        already."""
        if self.proxy and not self.full:
            self.hold(address)

    def show(self, user_id: int) -> None:
        """A session was shown: the connection is its user's, as long as they have not too many."""
        if self.user_id == user_id or self.full:
            return
        try:
            self.hold(user_id, "user_connections")
        except SlowDown:
            return
        self._places.known(self)
        self.user_id = user_id

    def answer(self, key: Hashable, size: int) -> None:
        """An answer of `size` bytes is about to be written for a caller. Raises `SlowDown` when they have
        left too much unread."""
        self._unread = self._places.budget.hold("unread_bytes", key, size)

    def begin(self) -> None:
        """A request has come, whole."""
        self._places.wake(self)

    def done(self) -> None:
        """It is answered, and the kernel has taken the answer."""
        self.forget_answer()
        if self.proxy and not self.full:
            self.release()
            self.user_id = None
        self._places.rest(self)

    def forget_answer(self) -> None:
        if self._unread is not None:
            self._unread.release()
            self._unread = None

    @property
    def guest(self) -> bool:
        return not self.proxy and self.user_id is None

    def hold(self, key: Hashable, thing: str = "guest_connections") -> None:
        held = self._places.budget.hold(thing, key)
        self.release()
        self._held = held

    def release(self) -> None:
        """It counts for nobody."""
        if self._held is not None:
            self._held.release()
            self._held = None


class Places:
    """The places for connections of one process, `most` of them; sockets have theirs in the `hub`."""

    def __init__(self, most: int, budget: Budget, hub: Sockets) -> None:
        self.most, self.budget, self._hub = most, budget, hub
        self._guests_most = max(1, most * 3 // 4)
        self._taken: set[Place] = set()
        self._guests = 0
        # Guests whose request is awaited, the one that has been for longest first; for each address too.
        self._awaited: dict[Place, None] = {}
        self._awaited_of: dict[Hashable, dict[Place, None]] = {}

    def __len__(self) -> int:
        return len(self._taken)

    def __iter__(self) -> Iterator[Place]:
        return iter(tuple(self._taken))

    def take(self, stream: "PacedStream | Newcomer", address: Hashable, proxy: bool) -> Place | None:
        """A place for a new connection; None when there is none and nobody can make room."""
        place = Place(self, stream, None if proxy else address, proxy)
        if not proxy and not self._share(place):
            return None
        if not self._room(proxy):
            place.release()
            return None
        self._taken.add(place)
        self._guests += place.guest
        self.rest(place)
        return place

    def give(self, place: Place) -> None:
        """The connection has ended. A second time does nothing."""
        if place in self._taken:
            self._taken.discard(place)
            self._guests -= place.guest
            self.wake(place)
            place.release()
            place.forget_answer()

    def known(self, place: Place) -> None:
        """The connection is a guest's no more."""
        if place in self._taken:
            self._guests -= place.guest
            self.wake(place)

    def rest(self, place: Place) -> None:
        """A request is awaited."""
        if place in self._taken and place.guest:
            self._awaited[place] = None
            self._awaited_of.setdefault(place.address, {})[place] = None

    def wake(self, place: Place) -> None:
        """None is, or the connection is no guest's any more."""
        if place in self._awaited:
            del self._awaited[place]
            of_address = self._awaited_of[place.address]
            del of_address[place]
            if not of_address:
                del self._awaited_of[place.address]

    def make_room(self) -> bool:
        """Ends the guest's connection whose request has been awaited for longest."""
        return self._end_first(self._awaited)

    def _share(self, place: Place) -> bool:
        """Whether the address may have one more, if need be in the place of another."""
        for _ in range(2):
            try:
                place.hold(place.address)
                return True
            except SlowDown:
                if not self._end_first(self._awaited_of.get(place.address, {})):
                    break
        return False

    def _room(self, proxy: bool) -> bool:
        """Whether there is a place, if need be that of another."""
        if len(self._taken) + self._hub.connections >= self.most:
            return self.make_room()
        return self._guests < self._guests_most or proxy or self.make_room()

    def _end_first(self, places: dict[Place, None]) -> bool:
        place = next(iter(places), None)
        if place is None:
            return False
        self.give(place)
        place.stream.close()
        return True
