"""Who is next."""

import asyncio

import pytest

from media.turns import Turns


async def begun(turns: Turns, caller: str, done: list[str], name: str, patience_s: float = 60.0):
    """A job of `caller` that takes some rounds of the loop."""

    async def job() -> None:
        async with turns.turn(caller, patience_s):
            done.append(name)
            await asyncio.sleep(0)

    task = asyncio.create_task(job())
    await asyncio.sleep(0)
    return task


async def test_callers_take_turns():
    """Somebody with one file waits for one file of somebody with many, not for all of them."""
    turns, done = Turns(1), []
    async with turns.turn("first", 60):
        jobs = [await begun(turns, "ann", done, f"ann {n}") for n in range(4)]
        jobs += [await begun(turns, "bob", done, "bob"), await begun(turns, "eve", done, "eve")]
    await asyncio.gather(*jobs)
    assert done == ["ann 0", "bob", "eve", "ann 1", "ann 2", "ann 3"]
    assert (turns.waiting, turns.running) == (0, 0)


async def test_one_job_of_a_caller():
    """One caller never has all places, however many are free."""
    turns = Turns(3)
    async with turns.turn("ann", 60):
        with pytest.raises(TimeoutError):
            async with turns.turn("ann", 0.01):
                raise AssertionError("a second one")
        async with turns.turn("bob", 60), turns.turn("eve", 60):
            assert turns.running == 3
    assert turns.running == 0


async def test_who_gives_up_leaves_the_queue():
    """A caller who hangs up, waiting or at work, holds nobody up."""
    turns, done = Turns(1), []
    async with turns.turn("ann", 60):
        waiting = await begun(turns, "bob", done, "bob")
        behind = await begun(turns, "eve", done, "eve")
        waiting.cancel()
        await asyncio.wait([waiting])
        assert turns.waiting == 1
    await behind
    assert done == ["eve"]


async def test_given_up_in_the_moment_of_the_turn():
    """A turn that comes in the moment in which its caller gives up goes on to the next."""
    turns, done = Turns(1), []
    async with turns.turn("ann", 60):
        waiting = await begun(turns, "bob", done, "bob")
        behind = await begun(turns, "eve", done, "eve")
    waiting.cancel()  # the turn is bob's already; he doesn't know yet
    await asyncio.wait([waiting])
    await behind
    assert done == ["eve"]
    assert (turns.waiting, turns.running) == (0, 0)
