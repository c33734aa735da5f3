"""What every presence port promises: everybody knows who is somewhere, once, and the dead take their people
along."""


async def test_who_comes_and_goes(network):
    """All processes learn once that somebody came and once that they went; the own before the call ends."""
    here, there = await network.join(), await network.join()
    here.ports.presence.come(1)
    here.ports.presence.come(1)
    assert here.changes == [(1, True)] and here.ports.presence.online([1, 2]) == {1}
    await network.settle()
    assert there.changes == [(1, True)] and there.ports.presence.online([1, 2]) == {1}
    here.ports.presence.go(1)
    here.ports.presence.go(1)
    assert here.changes == [(1, True), (1, False)] and here.ports.presence.online([1]) == set()
    await network.settle()
    assert there.changes == here.changes and there.ports.presence.online([1]) == set()


async def test_in_two_processes(network):
    """Somebody who is in two processes came with the first connection and goes with the last."""
    here, there = await network.join(), await network.join()
    here.ports.presence.come(1)
    await network.settle()
    for _ in range(2):
        there.ports.presence.come(1)
    await network.settle()
    assert there.ports.presence.stats()["here"] == 1
    here.ports.presence.go(1)
    await network.settle()
    for end in (here, there):
        assert end.changes == [(1, True)] and end.ports.presence.online([1]) == {1}
    there.ports.presence.go(1)
    await network.settle()
    for end in (here, there):
        assert end.changes == [(1, True), (1, False)] and end.ports.presence.online([1]) == set()


async def test_moving(network):
    """Somebody who loses one process and comes back to another went and came, for everybody."""
    here, there = await network.join(), await network.join()
    here.ports.presence.come(1)
    here.ports.presence.go(1)
    await network.settle()
    there.ports.presence.come(1)
    await network.settle()
    for end in (here, there):
        assert end.changes == [(1, True), (1, False), (1, True)]
        assert end.ports.presence.online([1]) == {1}


async def test_a_process_that_starts(network):
    """It knows who is here already and is not told that they come."""
    here = await network.join()
    here.ports.presence.come(1)
    await network.settle()
    there = await network.join()
    await network.settle()
    assert there.changes == [] and there.ports.presence.online([1, 2]) == {1}
    there.ports.presence.come(1)
    await network.settle()
    assert here.changes == [(1, True)] and there.changes == []


async def test_a_process_that_dies(network):
    """Its people are gone after the expiry, not before, but for those who are elsewhere too."""
    here, there = await network.join(), await network.join()
    for user_id in (1, 2):
        there.ports.presence.come(user_id)
    here.ports.presence.come(2)
    await network.settle()
    await network.kill(there)
    here.ports.presence.come(3)
    assert here.ports.presence.online([1, 2, 3]) == {1, 2, 3}
    await network.expire()
    await network.settle()
    assert here.ports.presence.online([1, 2, 3]) == {2, 3}
    assert sorted(here.changes) == [(1, False), (1, True), (2, True), (3, True)]
    assert (here.deaths, there.deaths) == (1, 0)
    assert there.changes == [(1, True), (2, True)]


async def test_a_process_that_stops(network):
    """Its people are gone at once."""
    here, there = await network.join(), await network.join()
    for user_id in (1, 2):
        there.ports.presence.come(user_id)
    here.ports.presence.come(2)
    await network.settle()
    await there.ports.close()
    await there.ports.close()
    await network.settle()
    assert here.ports.presence.online([1, 2]) == {2}
    assert here.changes[-1] == (1, False) and (2, False) not in here.changes


async def test_numbers(network):
    """How many people are here and anywhere can be read off it."""
    here, there = await network.join(), await network.join()
    for user_id in (1, 2):
        here.ports.presence.come(user_id)
    there.ports.presence.come(2)
    await network.settle()
    assert here.ports.presence.stats() == {"here": 2, "online": 2, "processes": 2}
    assert there.ports.presence.stats() == {"here": 1, "online": 2, "processes": 2}
