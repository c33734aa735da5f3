"""kill -9 while people come into a group, leave it and are removed: what was answered is so, what was not is
whole or not at all, and notices, lists and numbers fit who is in."""

import asyncio
import json
import os
import random
import signal

import pytest

from tests.app import Client
from tests.faults.crowd import everything
from tests.faults.test_kill import again
from tests.faults.test_killed_views import until_it_is_gone
from tests.handlers.people import text
from tests.process import process

PEOPLE, ROUNDS = 6, 3


class Somebody:
    """Who comes and goes by themselves (or, with an owner, is invited and removed by them). `inside`: what
    was answered last; `open`: what was asked and not answered."""

    def __init__(self, client: Client, room: int, owner: "Somebody | None" = None) -> None:
        self.client, self.room, self.owner = client, room, owner
        self.inside = False
        self.open: bool | None = None

    async def move(self, _: Client) -> None:
        self.open = wanted = not self.inside
        if self.owner is None:
            route = "/contact/joincommunity" if wanted else "/community/leave"
            answer = await self.client.post(route, dstid=self.room)
        else:
            route = "/community/invite" if wanted else "/community/remove"
            head = self.owner.client
            answer = await head.post_json(route, dstid=self.room, ids=[self.client.user_id])
            assert answer["code"] or answer["rows"][0]["code"] == 0, answer
        assert answer["code"] == 0, answer
        self.inside, self.open = wanted, None

    async def talk(self, who: Client) -> None:
        await who.post_json("/message/send", **text(self.room, "x", cmd=11))

    async def compare(self, inside: bool) -> None:
        """What was answered is so; what was open is settled from here on, one way or the other."""
        assert inside in (self.inside, self.inside if self.open is None else self.open)
        self.inside, self.open = inside, None
        listed = [row["id"] for row in (await self.client.post("/contact/loadcommunity"))["rows"]]
        assert (self.room in listed) == inside
        code = (await self.client.post("/message/history", kind=11, dstid=self.room))["code"]
        assert code == (0 if inside else -403)
        rows = (await self.client.post("/message/conversations"))["rows"]
        rows = [row for row in rows if (row["kind"], row["dstid"]) == (11, self.room)]
        assert [row["left"] for row in rows] in ([0],) if inside else ([1], [])


async def prepare(server) -> list[Somebody]:
    clients = [await server.client().register(f"P{number}") for number in range(PEOPLE + 1)]
    room = (await clients[0].post("/contact/createcommunity", name="Birds"))["data"]["id"]
    owner = Somebody(clients[0], room)
    owner.inside = True
    people = [owner]
    for number, client in enumerate(clients[1:]):
        await owner.client.post("/contact/addfriend", dstid=client.user_id)
        people.append(Somebody(client, room, owner if number % 2 else None))
    return people


async def compare(people: list[Somebody]) -> None:
    owner, *others = people
    here = {"dstid": owner.room}
    rows = (await owner.client.post("/community/members", **here))["rows"]
    inside = {row["id"] for row in rows}
    assert (await owner.client.post("/community/info", **here))["data"]["members"] == len(inside)
    for one in people:
        await one.compare(one.client.user_id in inside)
    told = await everything(owner.client, 11, owner.room)
    assert [row["seq"] for row in told] == [*range(1, len(told) + 1)]
    stands: dict[int, bool] = {}
    for row in told:
        if row["media"] == 90:
            notice = json.loads(row["memo"])
            for user_id in notice["who"]:
                came = notice["what"] in ("created", "joined")
                assert stands.get(user_id, False) != came  # each is told once
                stands[user_id] = came
    assert {user_id for user_id, came in stands.items() if came} == inside


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_among_moves(migrated_url, tmp_path, seed):
    """After kill -9, three times: nobody is in without their notice, nor counted without being in."""
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    people: list[Somebody] = []
    moves = 0
    for round_number in range(ROUNDS):
        async with process(tmp_path, **env) as server:
            if not people:
                people = await prepare(server)
            for one in people:
                one.client = again(server, one.client)
            await compare(people)
            if round_number < ROUNDS - 1:
                done: list[None] = []

                owner = people[0].client
                deeds = [(one.move, done) for one in people[1:]] + [(people[0].talk, [])]
                doing = [asyncio.create_task(until_it_is_gone(deed, owner, count)) for deed, count in deeds]
                while len(done) < 40:
                    await asyncio.sleep(0.01)
                    assert not any(task.done() for task in doing)
                await server.stop(signal.SIGKILL)
                await asyncio.gather(*doing)
                moves += len(done)
            assert " ERROR " not in server.logged(), server.logged()
    assert moves >= 80, seed
