"""Who the tests of several processes are about."""

import asyncio

from tests.app import Client, Socket
from tests.cluster.cluster import Cluster


async def friends_at(cluster: Cluster, *places: int) -> tuple[Client, Client]:
    """Ann and Bob, who may write to each other, at the first two processes or at `places`."""
    here, there = places or (0, 1)
    ann, bob = await cluster.client(here).register("Ann"), await cluster.client(there).register("Bob")
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0
    return ann, bob


async def acked(socket: Socket, message: dict) -> dict:
    """Its ack, sent again while it is refused."""
    while True:
        await socket.send(message)
        if (answer := await socket.receive(1, 2))["cmd"] == 1:
            return answer
        await asyncio.sleep(0.2)
