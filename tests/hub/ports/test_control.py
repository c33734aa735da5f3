"""What every control port promises: orders are done here at once, everywhere in order, and none twice."""

import asyncio

from hub.ports.bus import Publication
from hub.ports.control import (
    GroupChanged,
    LooksAsked,
    LooksTold,
    MembershipChanged,
    SessionRevoked,
    SettingsChanged,
    Shown,
)
from tests.app import PATIENCE

ORDERS = [
    SessionRevoked(5),
    MembershipChanged(1, 7, True),
    MembershipChanged(1, 7, False),
    MembershipChanged(1, 7, True, change=2**40),
    GroupChanged(7),
    SettingsChanged(3, 0, 1),
    LooksAsked(2**53 - 1, ((1, 10, 2), (1, 11, 7))),
    LooksTold(2**53 - 1, (0, 1)),
    LooksTold(5, ()),
    Shown(1, 7),
    SessionRevoked(2**53 - 1),
]


async def test_here_at_once(network):
    """A log-out or a removal has taken effect in the own process before the call is answered."""
    here = await network.join()
    here.ports.control.tell(ORDERS)
    assert here.orders == ORDERS


async def test_to_other_processes(network):
    """Every process does what is ordered, in order and once."""
    ends = [await network.join() for _ in range(3)]
    for order in ORDERS:
        ends[0].ports.control.tell([order])
    await network.settle()
    assert [end.orders for end in ends] == [ORDERS] * 3
    assert all(type(done) is type(order) for end in ends for done, order in zip(end.orders, ORDERS))


async def test_several_listen(network):
    """Every part that has something to do hears of it, in the order in which they were joined."""
    here, there = await network.join(), await network.join()
    said = []
    for end in (here, there):
        for name in ("a", "b"):
            end.ports.control.listen(lambda order, name=name: said.append(name))
    here.ports.control.tell([ORDERS[0]])
    await network.settle()
    assert said == ["a", "b", "a", "b"]


async def test_in_order_with_what_is_published(network):
    """Who joins gets what is told to the group next, and who is removed nothing of it, in every process."""
    here, there = await network.join(), await network.join()
    there.ports.bus.subscribe("g7")
    await network.settle()
    for joined in (True, False):
        here.ports.bus.publish([Publication("before", group=7)])
        here.ports.control.tell([MembershipChanged(1, 7, joined)])
        here.ports.bus.publish([Publication("after", group=7)])
    await network.settle()
    for end in (here, there):
        kinds = [type(item).__name__ for item in end.heard]
        assert kinds == ["Publication", "MembershipChanged", "Publication"] * 2


async def test_an_order_that_was_lost(network):
    """A process that may not have heard an order is told that it missed something."""
    here, there = await network.join(), await network.join()
    await network.cut(there)
    here.ports.control.tell([SessionRevoked(5)])
    await network.mend(there)
    await network.settle()
    assert there.missed or there.orders == [SessionRevoked(5)]
    assert here.orders == [SessionRevoked(5)]


async def test_a_process_that_is_gone(network):
    """Nobody tells it anything, and the others go on."""
    here, there, third = [await network.join() for _ in range(3)]
    await there.ports.close()
    here.ports.control.tell(ORDERS)
    await network.settle()
    assert (here.orders, there.orders, third.orders) == (ORDERS, [], ORDERS)


async def test_what_is_said_last(network):
    """What a process says before it closes is heard by the others."""
    here, there = await network.join(), await network.join()
    there.ports.bus.subscribe("g7")
    await network.settle()
    here.ports.bus.publish([Publication("last", group=7)])
    here.ports.control.tell([SessionRevoked(5)])
    await here.ports.close()
    async with asyncio.timeout(PATIENCE):
        while len(there.heard) < 2:
            await asyncio.sleep(0.005)
    assert (there.texts, there.orders) == (["last"], [SessionRevoked(5)])


async def test_numbers(network):
    """How many orders there were can be read off it."""
    here, there = await network.join(), await network.join()
    here.ports.control.tell(ORDERS)
    await network.settle()
    assert here.ports.control.stats() == {"given": len(ORDERS), "received": 0}
    assert there.ports.control.stats() == {"given": 0, "received": len(ORDERS)}
