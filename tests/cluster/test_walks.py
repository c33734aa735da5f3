"""All devices agree, wherever they are connected: random walks of messages and of what is done to them."""

import asyncio
import os
import random

from tests.app import PATIENCE
from tests.cluster.people import friends_at
from tests.handlers.people import group
from tests.handlers.socket.walk import Walk

#: For each way of going together; more by hand: CLUSTER_WALKS=500.
WALKS = int(os.environ.get("CLUSTER_WALKS", "8"))


async def test_all_devices_agree(two):
    """Each person has a device at both processes, and the second ones come and go."""
    seed = random.Random().randrange(10**6)
    for number in range(WALKS):
        dice = random.Random(f"{seed}-{number}")
        people = await friends_at(two)
        devices = [two.at(place, person) for person in people for place in range(2)]
        walk = Walk(dice, await group(*people), devices)
        try:
            await walk.go()
            await walk.come_back()
            for device in walk.devices:
                await agreed(walk, device)
        except BaseException:
            print(f"walk {seed}-{number}")
            raise
        walk.leave()


async def agreed(walk: Walk, device) -> None:
    """What was said at the other process may still be on its way."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await walk.agrees(device)
        except AssertionError:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(0.05)
