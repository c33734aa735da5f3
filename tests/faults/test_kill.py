"""kill -9 while people write: what was acknowledged is there, and nothing is there twice."""

import asyncio
import os
import random
import signal

import pytest

from tests.app import Client
from tests.faults.crowd import Crowd, everything
from tests.handlers.people import group
from tests.process import Process, process

ROUNDS = 2


def again(server: Process, before: Client) -> Client:
    """The same browser after the server has come back: same user, same cookies."""
    client = server.client()
    client.user_id, client.token, client.cookies = before.user_id, before.token, before.cookies
    return client


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_under_load(migrated_url, tmp_path, seed):
    """Every acknowledged message survives kill -9 once, with its number; resending the others stores each
    once."""
    dice = random.Random(seed)
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    crowd, people, room = Crowd(), [], 0
    for number in range(ROUNDS + 1):
        async with process(tmp_path, **env) as server:
            if not people:
                people = [await server.client().register(name) for name in ("Ann", "Bob", "Cat")]
                for one, other in ((0, 1), (1, 2)):
                    await people[one].post("/contact/addfriend", dstid=people[other].user_id)
                room = await group(*people)
            ann, bob, cat = people = [again(server, person) for person in people]
            places = {
                ann: [(10, bob.user_id), (11, room)],
                bob: [(11, room), (10, ann.user_id)],
                cat: [(10, bob.user_id), (11, room), (10, cat.user_id)],
            }
            if number:
                stored = crowd.check(await talks(ann, bob, cat, room))
                assert len(stored) >= len(crowd.acked)
                for person in people:
                    await crowd.resend(person)
                assert (
                    crowd.check(await talks(ann, bob, cat, room)) == crowd.sent.keys() == crowd.acked.keys()
                )
            if number < ROUNDS:
                writing = [asyncio.create_task(crowd.write(person, *places[person])) for person in people * 2]
                all_open = len(writing) * (number + 1)
                await crowd.acks(len(crowd.acked) + dice.randint(1, 500), all_open)
                await server.stop(signal.SIGKILL)
                await asyncio.gather(*writing)
            assert " ERROR " not in server.logged(), server.logged()


async def talks(ann: Client, bob: Client, cat: Client, room: int) -> list[list[dict]]:
    """All that is stored, conversation by conversation."""
    return [
        await everything(ann, 10, bob.user_id),
        await everything(bob, 10, cat.user_id),
        await everything(cat, 10, cat.user_id),
        await everything(cat, 11, room),
    ]
