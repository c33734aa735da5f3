"""``groups``: what it costs to do something to a large group, beside the same in a small one, one call after
the other. Nobody is connected, so that it is without getting it to people."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.clients.calls import Calls
from bench.clients.lines import User
from bench.report.figures import aligned, number
from bench.report.progress import Progress
from bench.run import linux
from bench.run.dataset import DataPlan
from bench.run.fill_database import fill_database
from bench.run.options import Options
from bench.run.output import write
from bench.run.server import Checkout, Server

#: Members of the two groups, unless `--clients` says how many the large one has.
_SMALL, _LARGE = 10, 10_000
#: People outside, who come and go; the owner's friends.
_GUESTS = 40
_CONNECTIONS = 100
_FAR_MS = 4102444800000

#: A call: who, the route, further fields.
Deed = tuple[User, str, dict[str, object]]


@dataclass(frozen=True)
class Group:
    """`members`: its owner first."""

    group_id: int
    members: Sequence[User]
    guests: Sequence[User]


async def run(options: Options, progress: Progress) -> int:
    """Prints a line for each kind of call; always 0. Raises `CallFailed` for an answer that is none."""
    where = linux.machine()
    large = options.load.clients or _LARGE
    server_cores, _ = linux.cores() if options.pin else (None, None)
    with tempfile.TemporaryDirectory() as folder:
        users = large + _GUESTS
        plan = DataPlan(
            users,
            [[*range(_SMALL)], [*range(large)]],
            [(0, guest) for guest in range(large, users)],
        )
        progress("filling the database")
        checkout = Checkout(env={"MAGPIE_COMMUNITIES_MAX_MEMBERS": str(users)})
        dataset = fill_database(checkout, Path(folder), plan)
        guests = dataset.users[large:]
        groups = [
            Group(group_id, dataset.users[:many], guests)
            for group_id, many in zip(dataset.group_ids, (_SMALL, large))
        ]
        server = checkout.server(Path(folder), server_cores, _CONNECTIONS)
        try:
            await server.start()
            async with Calls(server.host, server.port, most=1) as calls:
                small, many = await _measure(server, calls, groups, progress)
        finally:
            await server.stop()
    progress.clear()
    lines = [["deed", f"{_SMALL} members", f"{large:,} members", "ratio"]]
    lines += [
        [name, number(small[name]), number(many[name]), number(many[name] / small[name])] for name in small
    ]
    print("CPU of the server, µs a call\n" + aligned(lines))
    write(options, {"machine": where, "members": [_SMALL, large], "cpu_us": [small, many]})
    return 0


async def _measure(
    server: Server, calls: Calls, groups: Sequence[Group], say: Progress
) -> list[dict[str, float]]:
    """µs of the server's CPU for a call of each kind, of each group; by turns, so that whatever else the
    machine does is in both."""
    found: list[dict[str, float]] = [{} for _ in groups]
    for kinds in zip(*map(_deeds, groups)):
        for costs, (name, deeds) in zip(found, kinds):
            say(name)
            before_s = server.cpu_s()
            for (user_id, token), route, fields in deeds:
                await calls.post(route, user_id, token, **fields)
            server.check()
            costs[name] = (server.cpu_s() - before_s) * 1e6 / len(deeds)
    return found


def _deeds(group: Group) -> Iterator[tuple[str, list[Deed]]]:
    """What is done, in this order; `warm-up` first."""
    owner, members, guests = group.members[0], group.members, group.guests
    here: dict[str, object] = {"dstid": group.group_id}
    some = [members[1 + n * (len(members) - 1) // 200 % (len(members) - 1)] for n in range(200)]
    ids = [user_id for user_id, _ in guests]

    def by_owner(route: str, many: int = 100, **fields: object) -> list[Deed]:
        return [(owner, f"/community/{route}", {**here, **fields}) for _ in range(many)]

    def each(route: str, whom: Sequence[User], **fields: object) -> list[Deed]:
        return [(owner, f"/community/{route}", {**here, "id": user_id, **fields}) for user_id, _ in whom]

    yield "warm-up", by_owner("info", 200) + by_owner("members", 100)
    yield "what it is", by_owner("info", 300)
    yield "members, the first 10", by_owner("members", 200, limit=10)
    half = members[len(members) // 2 - 1][0]
    yield "members, 5 behind one in the middle", by_owner("members", 200, limit=5, after=half)
    yield "members, by a name of the first ones", by_owner("members", 100, limit=3, q="bench")
    yield "members, by a name that none has", by_owner("members", 50, q="zzz")
    yield (
        "a message",
        [
            (who, "/message/send", {"cmd": 11, "dstid": group.group_id, "media": 1, "content": "x"})
            for who in some
        ],
    )
    yield "coming in", [(guest, "/contact/joincommunity", here) for guest in guests]
    yield "leaving", [(guest, "/community/leave", here) for guest in guests]
    yield "inviting one", [(owner, "/community/invite", {**here, "ids": [user_id]}) for user_id in ids]
    yield "removing one", [(owner, "/community/remove", {**here, "ids": [user_id]}) for user_id in ids]
    yield (
        "what one is called",
        [(who, "/community/alias", {**here, "nickname": f"n{n}"}) for n, who in enumerate(some)],
    )
    yield (
        "muting one",
        [  # until another time, so that it is another mute for who is there again
            (owner, "/community/mute", {**here, "id": user_id, "until": _FAR_MS + n})
            for n, (user_id, _) in enumerate(some)
        ],
    )
    yield "an admin more, and less", each("role", members[1:9], role=2) + each("role", members[1:9], role=1)
    yield "another name", [(owner, "/community/update", {**here, "name": f"Name {n}"}) for n in range(100)]
    yield (
        "muting all",
        [(owner, "/community/mute", {**here, "until": _FAR_MS * (n % 2)}) for n in range(1, 101)],
    )
    yield "dissolving", [(owner, "/community/dissolve", here)]
