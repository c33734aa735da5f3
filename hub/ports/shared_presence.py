"""Who is where, among several processes: each tells all who is there; whoever comes, or has lost something,
asks for all of them."""

from collections.abc import Callable, Iterable

from hub.ports.packing import Came, Hello, Here, Item, Went
from hub.ports.peers import Peers

#: Users that are named in one item.
_USERS = 4000


class SharedPresence:
    """A `hub.ports.presence.Presence`."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._changed: Callable[[int, bool], None] = lambda user_id, here: None
        self._people: dict[int, tuple[int, ...]] = {}  # by user id, the processes
        self._alone: dict[int, tuple[int]] = {}  # one tuple for nearly everybody
        self._told: dict[int, set[int]] = {}  # by process, who is there as far as it has told
        self._telling: dict[int, set[int]] = {}  # a list that has not come to its end
        self._here: dict[int, None] = {}
        self._quiet = self._closed = False

    def listen(self, changed: Callable[[int, bool], None]) -> None:
        self._changed = changed

    def come(self, user_id: int) -> None:
        if user_id not in self._here:
            self._here[user_id] = None
            self._peers.say((Came((user_id,)),))
            self._add(user_id, self._peers.process)

    def go(self, user_id: int) -> None:
        if user_id in self._here:
            del self._here[user_id]
            self._peers.say((Went((user_id,)),))
            self._remove(user_id, self._peers.process)

    def online(self, user_ids: Iterable[int]) -> set[int]:
        return {user_id for user_id in user_ids if user_id in self._people}

    async def close(self) -> None:
        self._closed = True
        await self._peers.close()

    def stats(self) -> dict[str, int]:
        return {"here": len(self._here), "online": len(self._people), "processes": self._peers.processes()}

    # --- between processes --------------------------------------------------------------------------------

    def ask(self, process: int) -> None:
        """Who is there? 0 asks all."""
        self._peers.say((Hello(process),))

    def show(self) -> None:
        """All who are here, in parts."""
        users = list(self._here)
        ends = range(_USERS, len(users) + _USERS, _USERS) if users else (0,)
        parts = [tuple(users[max(0, end - _USERS) : end]) for end in ends]
        self._peers.say([Here(part, i == 0, i == len(parts) - 1) for i, part in enumerate(parts)])

    def hear(self, process: int, item: Item) -> None:
        """Another process has said this."""
        if isinstance(item, Hello):
            if item.at in (0, self._peers.process):
                self.show()
        elif isinstance(item, Here):
            self._hear_part(process, item)
        elif isinstance(item, Came):
            self._update(process, item.user_ids, ())
        elif isinstance(item, Went):
            self._update(process, (), item.user_ids)

    def forget(self, process: int) -> None:
        """A process is gone, and its people with it."""
        self._telling.pop(process, None)
        self._alone.pop(process, None)
        if process in self._told:  # it stays known: when it comes back, so do its people
            self._update(process, (), list(self._told[process]))

    def _hear_part(self, process: int, item: Here) -> None:
        if item.begins:
            self._telling[process] = set()
        telling = self._telling.get(process)
        if telling is None:  # its beginning was lost; it will be asked for again
            return
        telling.update(item.user_ids)
        if item.ends:
            del self._telling[process]
            told = self._told.get(process)
            self._quiet = told is None  # who was here before us has not come now
            self._update(process, telling - (told or set()), (told or set()) - telling)
            self._quiet = False

    def _update(self, process: int, came: Iterable[int], went: Iterable[int]) -> None:
        told = self._told.setdefault(process, set())
        for user_id in came:
            if user_id not in told:
                told.add(user_id)
                self._add(user_id, process)
        for user_id in went:
            if user_id in told:
                told.discard(user_id)
                self._remove(user_id, process)

    def _add(self, user_id: int, process: int) -> None:
        places = self._people.get(user_id, ())
        self._people[user_id] = (*places, process) if places else self._alone.setdefault(process, (process,))
        if not places:
            self._tell(user_id, True)

    def _remove(self, user_id: int, process: int) -> None:
        rest = tuple(other for other in self._people[user_id] if other != process)
        if rest:
            self._people[user_id] = rest
        else:
            del self._people[user_id]
            self._tell(user_id, False)

    def _tell(self, user_id: int, here: bool) -> None:
        if not self._quiet and not self._closed:
            self._changed(user_id, here)
