"""The scenarios: plans made from the command line's options."""

import random
from argparse import Namespace

from bench.plan import Plan, Traffic
from bench.world import Shape

#: Members of a group in `connect`.
_GROUP = 50
#: Senders of a room that is saturated take turns, so that no single socket is the limit.
_SENDERS = 64
#: `mixed`: people in a team and in a department.
_TEAM, _DEPARTMENT = 8, 60
#: `mixed`: of all messages, how many are private, to the team, the department, everybody.
_PRIVATE, _TO_TEAM, _TO_DEPARTMENT = 0.70, 0.25, 0.0492
_TO_ALL = 1 - _PRIVATE - _TO_TEAM - _TO_DEPARTMENT
#: `mixed`: what somebody does on a day at work (times per person), and how long that day takes (s).
_MESSAGES, _READS, _HISTORIES, _UPLOADS, _DEPARTURES = 100, 60, 15, 2, 4
_DAY = 60


def connect(options: Namespace) -> Plan:
    """Idle people, each in some groups."""
    clients, each = options.clients or 5000, options.groups
    many = -(-clients * each // _GROUP)
    many = max(many, each)
    groups: list[list[int]] = [[] for _ in range(many)]
    for user in range(clients):
        for i in range(each):
            groups[(user * each + i) % many].append(user)
    return Plan(
        "connect",
        f"{clients} idle connections, {each} groups each",
        Shape(clients, [*filter(None, groups)]),
        [],
        options.seconds,
        visit=True,
    )


def room(options: Namespace) -> Plan:
    """One room; with `--pair`, two strangers to it who talk beside it."""
    members, (rate, window) = max(2, options.clients or 1000), _pace(options, window=1)
    senders = [(user, 0) for user in range(min(members, _SENDERS))]
    traffic = [Traffic("room", rooms=senders, rate=rate, window=window)]
    shape = Shape(members, [list(range(members))])
    label = f"room of {members}, {_told(rate, window)}"
    if not options.pair:
        return Plan("room", label, shape, traffic, options.seconds)
    pair = (members, members + 1)
    traffic.append(Traffic("pair", pairs=[pair, pair[::-1]], rate=options.pair))
    return Plan(
        "room",
        f"{label}, a pair beside it",
        Shape(members + 2, [list(range(members))], [pair]),
        traffic,
        options.seconds,
        apart=frozenset(pair),
    )


def pairs(options: Namespace) -> Plan:
    """People who talk in twos; unless told otherwise, each waits for a message to arrive before the next."""
    many = max(1, (options.clients or 1000) // 2)
    rate, window = _pace(options, window=2 * many)
    friends = [(2 * i, 2 * i + 1) for i in range(many)]
    talk = friends + [pair[::-1] for pair in friends]
    return Plan(
        "pairs",
        f"{many} pairs, {_told(rate, window)}",
        Shape(2 * many, [], friends),
        [Traffic("pairs", pairs=talk, rate=rate, window=window)],
        options.seconds,
    )


def storm(options: Namespace) -> Plan:
    """Everybody comes back after a restart, and one message each shows that all is well."""
    clients = max(2, options.clients or 5000) // 2 * 2
    friends = [(i, i + 1) for i in range(0, clients, 2)]
    talk = Traffic("pairs", pairs=friends, window=100, limit=len(friends))
    groups = [list(range(first, min(first + _GROUP, clients))) for first in range(0, clients, _GROUP)]
    return Plan(
        "storm",
        f"{clients} clients come back after a restart",
        Shape(clients, groups, friends),
        [talk],
        60.0,
        restart=True,
    )


def mixed(options: Namespace) -> Plan:
    """A company's day: private chats, teams, departments, everybody; reading, looking back, sending files,
    coming and going. `--rate`: messages a second, instead of a hundred a person and minute."""
    people = max(4, options.clients or 300) // 2 * 2
    rate = options.rate or people * _MESSAGES / _DAY
    chance = random.Random(people)
    friends = {(2 * i, 2 * i + 1) for i in range(people // 2)}
    while len(friends) < min(people * 3, people * (people - 1) // 2):
        friends.add(tuple(sorted(chance.sample(range(people), 2))))
    friends_list = sorted(friends)
    teams, departments = (_split(people, size) for size in (_TEAM, _DEPARTMENT))
    groups = [*teams, *departments, list(range(people))]
    shape = Shape(people, groups, friends_list)
    private = friends_list + [pair[::-1] for pair in friends_list]
    chance.shuffle(private)
    to_team = [(user, i) for i, group in enumerate(teams) for user in group]
    to_department = [(user, len(teams) + i) for i, group in enumerate(departments) for user in group]
    for talk in (to_team, to_department):
        chance.shuffle(talk)
    traffic = [
        Traffic("private", pairs=private, rate=rate * _PRIVATE),
        Traffic("team", rooms=to_team, rate=rate * _TO_TEAM),
        Traffic("department", rooms=to_department, rate=rate * _TO_DEPARTMENT),
        Traffic(
            "everybody",
            rooms=[(user, len(groups) - 1) for user in chance.sample(range(people), min(20, people))],
            rate=rate * _TO_ALL,
        ),
    ]
    a_second = people / _DAY
    return Plan(
        "mixed",
        f"a day of {people} people, {rate:.0f} messages/s",
        shape,
        traffic,
        options.seconds,
        people={
            "reads": _READS * a_second,
            "histories": _HISTORIES * a_second,
            "uploads": _UPLOADS * a_second,
            "departures": _DEPARTURES * a_second,
        },
    )


SCENARIOS = {"connect": connect, "room": room, "pairs": pairs, "storm": storm, "mixed": mixed}


def _pace(options: Namespace, window: int) -> tuple[float, int]:
    """(rate, window) of which one is 0."""
    if options.rate:
        return options.rate, 0
    return 0.0, options.window or window


def _told(rate: float, window: int) -> str:
    if rate:
        return f"{rate:g} messages/s"
    return "one message at a time" if window == 1 else f"{window} outstanding"


def _split(people: int, size: int) -> list[list[int]]:
    """Groups of `size`; what is left over joins the last one."""
    many = max(1, people // size)
    return [list(range(i * size, people if i == many - 1 else (i + 1) * size)) for i in range(many)]
