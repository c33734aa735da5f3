"""Makes friends and groups by the server's own calls, on a server that is already there (`--url`)."""

import asyncio
from collections.abc import Coroutine, Iterable

from bench.calls import CallFailed, Calls
from bench.world import Shape, World

_CONFLICT = -409


async def arrange(calls: Calls, users: list[tuple[int, str]], shape: Shape) -> World:
    """`shape` among the first of `users`. Raises `CallFailed` where the server refuses, for instance a sixth
    group of one owner, and ValueError when there are not enough users."""
    if len(users) < shape.users:
        raise ValueError(f"this run needs {shape.users} users, the file has {len(users)}")
    users = users[: shape.users]
    await _all(_befriend(calls, users[a], users[b][0]) for a, b in shape.pairs)
    rooms = []
    for group in shape.groups:
        owner_id, token = users[group[0]]
        answer = await calls.post("/contact/createcommunity", owner_id, token, name="Bench")
        rooms.append(answer["data"]["id"])
        await _all(calls.post("/contact/joincommunity", *users[user], dstid=rooms[-1]) for user in group[1:])
    return World(shape, users, rooms)


async def _befriend(calls: Calls, user: tuple[int, str], dst_id: int) -> None:
    try:
        await calls.post("/contact/addfriend", *user, dstid=dst_id)
    except CallFailed as error:
        if error.code != _CONFLICT:  # friends already
            raise


async def _all(jobs: Iterable[Coroutine]) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
