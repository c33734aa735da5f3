"""Makes friends and groups by the server's own calls, on a server that is already there (`--url`)."""

import asyncio
from collections.abc import Coroutine, Iterable

from bench.clients.calls import CallFailed, Calls
from bench.clients.lines import User
from bench.run.dataset import DataPlan, Dataset

_CONFLICT = -409


async def fill_by_calls(calls: Calls, users: list[User], plan: DataPlan) -> Dataset:
    """`plan` among the first of `users`. Raises `CallFailed` where the server refuses, for instance a sixth
    group of one owner, and ValueError when there are not enough users."""
    if len(users) < plan.users:
        raise ValueError(f"this run needs {plan.users} users, the file has {len(users)}")
    users = users[: plan.users]
    await _all(_befriend(calls, users[a], users[b].user_id) for a, b in plan.pairs)
    group_ids = []
    for group in plan.groups:
        answer = await calls.post("/contact/createcommunity", *users[group[0]], name="Bench")
        group_ids.append(answer["data"]["id"])
        await _all(
            calls.post("/contact/joincommunity", *users[user], dstid=group_ids[-1]) for user in group[1:]
        )
    return Dataset(plan, users, group_ids)


async def _befriend(calls: Calls, user: User, dst_id: int) -> None:
    try:
        await calls.post("/contact/addfriend", *user, dstid=dst_id)
    except CallFailed as error:
        if error.code != _CONFLICT:  # friends already
            raise


async def _all(jobs: Iterable[Coroutine[None, None, object]]) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
