"""What a run is made of. `bench.run.scenarios` makes plans, `bench.run.runner` carries them out."""

from dataclasses import dataclass, field

from bench.clients.lines import ActivityRates
from bench.run.dataset import DataPlan


@dataclass(frozen=True)
class Traffic:
    """Messages of one kind: `to_groups` are (sender, group), `pairs` (sender, receiver), by the data plan's
    numbers, used in turn. Either `rate` (a second) or `window` (outstanding); `limit`: messages in all, 0 for
    any number."""

    name: str
    to_groups: list[tuple[int, int]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    rate: float = 0.0
    window: int = 0
    limit: int = 0


@dataclass(frozen=True)
class Plan:
    """One run. `seconds_s`: how long to send, or to hold idle connections; `activities`: what users do
    besides; `visit`: all connect and leave once before they are counted, which fills the database's caches;
    `restart`: the server is restarted under them; `apart`: users that get a client process of their own, so
    that they don't wait for the others'."""

    name: str
    label: str
    data: DataPlan
    traffic: list[Traffic]
    seconds_s: float
    activities: ActivityRates | None = None
    visit: bool = False
    restart: bool = False
    apart: frozenset[int] = frozenset()
