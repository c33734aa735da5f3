"""People at several processes who write to each other in pairs and all in one group, each with two devices at
two processes."""

import asyncio
import itertools

from tests.app import Client
from tests.cluster.books import Books, Result, Talk, add_up, now, talk_of
from tests.cluster.cluster import Cluster
from tests.cluster.device import Device
from tests.faults.crowd import everything
from tests.handlers.people import group

#: Of four messages of somebody, those that go to the group.
_TO_GROUP = (True, True, False, True)
#: Seconds for the last acks, and for everybody to know everything.
_PATIENCE_S = 40.0


class Load:
    """`rate`: messages of each person a second."""

    def __init__(self, cluster: Cluster, people: list[Client], room: int, rate: float) -> None:
        self._cluster, self._people, self._room, self._rate = cluster, people, room, rate
        self.devices: list[Device] = []
        self._friends: dict[int, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._writing: list[asyncio.Task[None]] = []
        self._cids = itertools.count(1)
        self.books = Books()

    @classmethod
    async def start(cls, cluster: Cluster, pairs: int = 4, rate: float = 8.0) -> "Load":
        """Everybody is registered, befriended, connected, and silent."""
        people = [await cluster.client(0).register(f"p{i}") for i in range(2 * pairs)]
        for one, other in zip(people[::2], people[1::2]):
            assert (await one.post("/contact/addfriend", dstid=other.user_id))["code"] == 0
        load = cls(cluster, people, await group(*people), rate)
        count = len(cluster.ports)
        for i, person in enumerate(people):
            load._friends[person.user_id] = people[i ^ 1].user_id
            for j in (0, 1):  # a pair is at different processes, and so are the devices of each
                number = len(load.devices)
                load.devices.append(
                    Device(number, person.user_id, person.token, cluster.ports, (i + j) % count)
                )
        load._tasks = [asyncio.create_task(device.live()) for device in load.devices]
        for device in load.devices:
            await device.open.wait()
        return load

    async def begin(self) -> None:
        """A new round: everybody is where they belong and writes, and the books are empty."""
        await asyncio.gather(*(device.go_home() for device in self.devices))
        self.books = Books()
        for device in self.devices:
            device.books = self.books
        self._writing = [asyncio.create_task(self._write(i)) for i in range(len(self._people))]
        self._writing.append(asyncio.create_task(self._watch_ready()))

    async def end(self, name: str, ended_at: float) -> Result:
        """Nobody writes any more; what came of it once everything that can still come has."""
        writing, self._writing = self._writing, []
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        await self._until(lambda: not any(device.waiting for device in self.devices))
        stored = {talk: await everything(client, talk[0], dstid) for talk, client, dstid in self._talks()}
        readers = {talk: self._readers(talk) for talk in stored}
        seqs = {talk: {row["seq"]: row["id"] for row in rows} for talk, rows in stored.items()}
        for rows in seqs.values():
            assert list(rows) == list(range(1, len(rows) + 1))
        await self._until(
            lambda: all(
                self.devices[device].knows.get(talk, {}).items() >= rows.items()
                for talk, rows in seqs.items()
                for device in readers[talk]
            )
        )
        assert not [device.mistake for device in self.devices if device.mistake]
        assert not any(task.done() for task in self._tasks)
        knows = {device.number: device.knows for device in self.devices}
        return add_up(name, self.books, stored, readers, knows, ended_at)

    async def close(self) -> None:
        for task in [*self._writing, *self._tasks]:
            task.cancel()
        await asyncio.gather(*self._writing, *self._tasks, return_exceptions=True)

    # --- what they do -------------------------------------------------------------------------------------

    async def _write(self, i: int) -> None:
        person = self._people[i]
        mine = [device for device in self.devices if device.user_id == person.user_id]
        due = now() + i / len(self._people) / self._rate
        for number in itertools.count():
            await asyncio.sleep(max(0.0, due - now()))
            due = max(due + 1 / self._rate, now() - 1)
            device = mine[number % 2]
            if len(device.waiting) > 50:  # it stands still
                continue
            kind, dstid = (11, self._room) if _TO_GROUP[number % 4] else (10, self._friends[person.user_id])
            await device.send(f"{person.user_id}-{next(self._cids)}", kind, dstid)

    async def _watch_ready(self) -> None:
        """Whether a proxy would go on sending people there."""
        while True:
            for number in self._cluster.at_work:
                try:
                    async with asyncio.timeout(_PATIENCE_S):
                        code = await self._cluster.ready(number)
                except (OSError, EOFError):
                    continue  # it has just been ended
                self.books.not_ready += code != 200
            await asyncio.sleep(0.1)

    # --- what is there ------------------------------------------------------------------------------------

    def _talks(self) -> list[tuple[Talk, Client, int]]:
        """Each conversation, somebody who reads it where a process is at work, and its name for them."""
        at = self._cluster.at_work[0]
        people = [self._cluster.at(at, person) for person in self._people]
        found = [
            (talk_of(10, one.user_id, other.user_id), one, other.user_id)
            for one, other in zip(people[::2], people[1::2])
        ]
        return [*found, (talk_of(11, self._room, 0), people[0], self._room)]

    def _readers(self, talk: Talk) -> list[int]:
        return [device.number for device in self.devices if talk[0] == 11 or device.user_id in talk[1:]]

    async def _until(self, met) -> None:
        end = now() + _PATIENCE_S
        while not met() and now() < end:
            await asyncio.sleep(0.1)
