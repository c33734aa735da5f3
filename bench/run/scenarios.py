"""The scenarios: a `Load` of the command line goes in, a plan comes out."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.clients.lines import ActivityRates
from bench.run.dataset import DataPlan
from bench.run.plan import Plan, Traffic

#: Members of a group in `connect` and `storm`.
_GROUP = 50
#: Senders of a group that is saturated take turns, so that no single socket is the limit.
_SENDERS = 64
#: `mixed`: people in a team and in a department.
_TEAM, _DEPARTMENT = 8, 60
#: `mixed`: of all messages, how many are private, to the team, the department, everybody.
_PRIVATE, _TO_TEAM, _TO_DEPARTMENT = 0.70, 0.25, 0.0492
_TO_ALL = 1 - _PRIVATE - _TO_TEAM - _TO_DEPARTMENT
#: `mixed`: what somebody does on a day at work (times per person), and how long that day takes (s).
_MESSAGES, _READS, _HISTORIES, _UPLOADS, _DEPARTURES = 100, 60, 15, 2, 4
_DAY_S = 60


@dataclass(frozen=True)
class Load:
    """What the command line says of the load; None and 0: as the scenario has it. `clients` connect; messages
    are sent for `seconds_s`, at `rate` (a second) or with `window` outstanding; `pair_rate`: messages a
    second of a pair beside a group; `groups` of each client."""

    seconds_s: float
    clients: int | None = None
    rate: float = 0.0
    window: int | None = None
    pair_rate: float = 0.0
    groups: int = 20


def connect(load: Load) -> Plan:
    """Idle people, each in some groups."""
    clients, each = load.clients or 5000, load.groups
    many = -(-clients * each // _GROUP)
    many = max(many, each)
    groups: list[list[int]] = [[] for _ in range(many)]
    for user in range(clients):
        for i in range(each):
            groups[(user * each + i) % many].append(user)
    return Plan(
        "connect",
        f"{clients} idle connections, {each} groups each",
        DataPlan(clients, [*filter(None, groups)]),
        [],
        load.seconds_s,
        visit=True,
    )


def room(load: Load) -> Plan:
    """One room; with `--pair`, two strangers to it who talk beside it."""
    members, (rate, window) = max(2, load.clients or 1000), _pace(load, window=1)
    senders = [(user, 0) for user in range(min(members, _SENDERS))]
    traffic = [Traffic("room", to_groups=senders, rate=rate, window=window)]
    data = DataPlan(members, [list(range(members))])
    label = f"room of {members}, {_told(rate, window)}"
    if not load.pair_rate:
        return Plan("room", label, data, traffic, load.seconds_s)
    pair = (members, members + 1)
    traffic.append(Traffic("pair", pairs=[pair, pair[::-1]], rate=load.pair_rate))
    return Plan(
        "room",
        f"{label}, a pair beside it",
        DataPlan(members + 2, [list(range(members))], [pair]),
        traffic,
        load.seconds_s,
        apart=frozenset(pair),
    )


def pairs(load: Load) -> Plan:
    """People who talk in twos; unless told otherwise, each waits for a message to arrive before the next."""
    many = max(1, (load.clients or 1000) // 2)
    rate, window = _pace(load, window=2 * many)
    friends = [(2 * i, 2 * i + 1) for i in range(many)]
    talk = friends + [pair[::-1] for pair in friends]
    return Plan(
        "pairs",
        f"{many} pairs, {_told(rate, window)}",
        DataPlan(2 * many, [], friends),
        [Traffic("pairs", pairs=talk, rate=rate, window=window)],
        load.seconds_s,
    )


def storm(load: Load) -> Plan:
    """Everybody comes back after a restart, and one message each shows that all is well."""
    clients = max(2, load.clients or 5000) // 2 * 2
    friends = [(i, i + 1) for i in range(0, clients, 2)]
    talk = Traffic("pairs", pairs=friends, window=100, limit=len(friends))
    groups = [list(range(first, min(first + _GROUP, clients))) for first in range(0, clients, _GROUP)]
    return Plan(
        "storm",
        f"{clients} clients come back after a restart",
        DataPlan(clients, groups, friends),
        [talk],
        60.0,
        restart=True,
    )


def mixed(load: Load) -> Plan:
    """A company's day: private chats, teams, departments, everybody; reading, looking back, sending files,
    coming and going. `--rate`: messages a second, instead of a hundred a person and minute."""
    people = max(4, load.clients or 300) // 2 * 2
    rate = load.rate or people * _MESSAGES / _DAY_S
    chance = random.Random(people)
    friends = {(2 * i, 2 * i + 1) for i in range(people // 2)}
    while len(friends) < min(people * 3, people * (people - 1) // 2):
        one, other = sorted(chance.sample(range(people), 2))
        friends.add((one, other))
    friends_list = sorted(friends)
    teams, departments = (_split(people, size) for size in (_TEAM, _DEPARTMENT))
    groups = [*teams, *departments, list(range(people))]
    data = DataPlan(people, groups, friends_list)
    private = friends_list + [pair[::-1] for pair in friends_list]
    chance.shuffle(private)
    to_team = [(user, i) for i, group in enumerate(teams) for user in group]
    to_department = [(user, len(teams) + i) for i, group in enumerate(departments) for user in group]
    for talk in (to_team, to_department):
        chance.shuffle(talk)
    traffic = [
        Traffic("private", pairs=private, rate=rate * _PRIVATE),
        Traffic("team", to_groups=to_team, rate=rate * _TO_TEAM),
        Traffic("department", to_groups=to_department, rate=rate * _TO_DEPARTMENT),
        Traffic(
            "everybody",
            to_groups=[(user, len(groups) - 1) for user in chance.sample(range(people), min(20, people))],
            rate=rate * _TO_ALL,
        ),
    ]
    a_second = people / _DAY_S
    return Plan(
        "mixed",
        f"a day of {people} people, {rate:.0f} messages/s",
        data,
        traffic,
        load.seconds_s,
        activities=ActivityRates(
            reads=_READS * a_second,
            histories=_HISTORIES * a_second,
            uploads=_UPLOADS * a_second,
            departures=_DEPARTURES * a_second,
        ),
    )


def cluster(load: Load) -> Plan:
    """People who all talk in twos, each also in a room of 50 and in one of 200 (or of so many as there are).
    `--rate`: messages a second in all, nine of ten in twos, and of the others one of five in the larger."""
    people = max(4, load.clients or 400) // 2 * 2
    rate = load.rate or 2000.0
    friends = [(2 * i, 2 * i + 1) for i in range(people // 2)]
    talk = friends + [pair[::-1] for pair in friends]
    small, large = _split(people, 50), _split(people, 200)
    chance = random.Random(people)
    chance.shuffle(talk)
    to_small, to_large = (
        [(user, first + i) for i, group in enumerate(rooms) for user in group]
        for first, rooms in ((0, small), (len(small), large))
    )
    chance.shuffle(to_small)
    chance.shuffle(to_large)
    return Plan(
        "cluster",
        f"{people} people, {rate:g} messages/s",
        DataPlan(people, [*small, *large], friends),
        [
            Traffic("pairs", pairs=talk, rate=rate * 0.9),
            Traffic("rooms of 50", to_groups=to_small, rate=rate * 0.08),
            Traffic("rooms of 200", to_groups=to_large, rate=rate * 0.02),
        ],
        load.seconds_s,
    )


SCENARIOS: dict[str, Callable[[Load], Plan]] = {
    "connect": connect,
    "room": room,
    "pairs": pairs,
    "storm": storm,
    "mixed": mixed,
}


def _pace(load: Load, window: int) -> tuple[float, int]:
    """(rate, window) of which one is 0."""
    if load.rate:
        return load.rate, 0
    return 0.0, load.window or window


def _told(rate: float, window: int) -> str:
    if rate:
        return f"{rate:g} messages/s"
    return "one message at a time" if window == 1 else f"{window} outstanding"


def _split(people: int, size: int) -> list[list[int]]:
    """Groups of `size`; what is left over joins the last one."""
    many = max(1, people // size)
    return [list(range(i * size, people if i == many - 1 else (i + 1) * size)) for i in range(many)]
