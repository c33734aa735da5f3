"""What a scenario is made of. `bench.scenarios` makes plans, `bench.session` carries them out."""

from dataclasses import dataclass, field

from bench.stream import Route
from bench.world import Shape, World
from protocol.messages import ROOM, SINGLE


@dataclass(frozen=True)
class Traffic:
    """Messages of one kind: `rooms` are (sender, group), `pairs` (sender, receiver), by the shape's numbers,
    used in turn. Either `rate` (a second) or `window` (outstanding); `limit`: messages in all, 0 for any
    number."""

    name: str
    rooms: list[tuple[int, int]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    rate: float = 0.0
    window: int = 0
    limit: int = 0


@dataclass(frozen=True)
class Plan:
    """One run. `people`: rates of `bench.people.People`; `visit`: all connect and leave once before they are
    counted, which fills the database's caches; `restart`: the server is restarted under them; `apart`: users
    that get a client process of their own, so that they don't wait for the others'."""

    name: str
    label: str
    shape: Shape
    traffic: list[Traffic]
    seconds: float
    people: dict[str, float] = field(default_factory=dict)
    visit: bool = False
    restart: bool = False
    apart: frozenset[int] = frozenset()


class Placement:
    """Which client process has which user. Users 2i and 2i+1, who may be a pair, are together."""

    def __init__(self, plan: Plan, processes: int) -> None:
        """`processes`: without the extra one of `plan.apart`."""
        self._plan = plan
        self.users: list[list[int]] = [[] for _ in range(processes + bool(plan.apart))]
        self._home: dict[int, tuple[int, int]] = {}  # user: (process, number in it)
        for user in range(plan.shape.users):
            shard = processes if user in plan.apart else user // 2 % processes
            self._home[user] = (shard, len(self.users[shard]))
            self.users[shard].append(user)

    def streams(self, shard: int, world: World) -> list[dict]:
        """The traffic as this process is told it: its own senders, and its share of rates and windows."""
        return [self._stream(shard, traffic, world) for traffic in self._plan.traffic]

    def _stream(self, shard: int, traffic: Traffic, world: World) -> dict:
        routes = []
        for sender, group in traffic.rooms:
            members = world.shape.groups[group]
            if self._home[sender][0] == shard:
                local = sum(self._home[user][0] == shard for user in members) - 1
                routes.append(Route(self._home[sender][1], ROOM, world.rooms[group], len(members) - 1, local))
        for sender, receiver in traffic.pairs:
            if self._home[sender][0] == shard:
                local = int(self._home[receiver][0] == shard)
                routes.append(Route(self._home[sender][1], SINGLE, world.users[receiver][0], 1, local))
        everywhere = [self._home[sender][0] for sender, _ in traffic.rooms + traffic.pairs]
        share = len(routes) / max(1, len(everywhere))
        senders = sorted(set(everywhere))
        window = limit = 0
        if routes:
            rank, many = senders.index(shard), len(senders)
            window = traffic.window // many + (rank < traffic.window % many)
            limit = traffic.limit // many + (rank < traffic.limit % many)
        idle = not routes or (traffic.window and not window) or (traffic.limit and not limit)
        return {
            "name": traffic.name,
            "routes": [] if idle else routes,
            "rate": traffic.rate * share,
            "window": window,
            "limit": limit,
        }
