"""What every bus promises: in order, at most once, here at once, and a word when something may be lost."""

import pytest

from hub.audience import V2, Looking, Without
from hub.ports.bus import Publication


async def test_here_at_once(network):
    """Who is in the same process waits for nothing: what is published has been delivered, in order."""
    here = await network.join()
    here.ports.bus.publish([Publication("one", users=(1,)), Publication("two", group=7)])
    here.ports.bus.publish([Publication("three", users=(1,))])
    assert here.texts == ["one", "two", "three"]


async def test_to_other_processes(network):
    """What is published reaches every process that has listeners, whole, in order and once."""
    here, there, third = [await network.join() for _ in range(3)]
    for end in (there, third):
        end.ports.bus.subscribe("u1")
        end.ports.bus.subscribe("g7")
    await network.settle()
    for i in range(50):
        address = {"users": (1,)} if i % 2 else {"group": 7}
        here.ports.bus.publish([Publication(f"{i}a 鹊", **address), Publication(f"{i}b", **address)])
    await network.settle()
    said = [f"{i}{part}" for i in range(50) for part in ("a 鹊", "b")]
    assert here.texts == there.texts == third.texts == said
    item = there.heard[-1]
    assert (list(item.users), item.group, item.audience) == ([1], 0, None)
    assert there.missed == []


async def test_both_ways(network):
    """Each process hears the other; what one publishes stays in its order."""
    here, there = await network.join(), await network.join()
    for end in (here, there):
        end.ports.bus.subscribe("g7")
    await network.settle()
    for i in range(20):
        here.ports.bus.publish([Publication(f"here {i}", group=7)])
        there.ports.bus.publish([Publication(f"there {i}", group=7)])
    await network.settle()
    for end in (here, there):
        for name in ("here", "there"):
            assert [text for text in end.texts if text.startswith(name)] == [f"{name} {i}" for i in range(20)]


async def test_to_several_users(network):
    """What is for several users reaches a process once, if it has one of them or all."""
    here, one, both = [await network.join() for _ in range(3)]
    one.ports.bus.subscribe("u1")
    both.ports.bus.subscribe("u1")
    both.ports.bus.subscribe("u2")
    await network.settle()
    here.ports.bus.publish([Publication("hi", users=(1, 2)), Publication("to two", users=(2,))])
    await network.settle()
    assert "hi" in one.texts and one.texts.count("hi") == 1
    assert both.texts == ["hi", "to two"]


async def test_who_may_be_told_travels(network):
    """The audience of a frame is the same in every process."""
    here, there = await network.join(), await network.join()
    there.ports.bus.subscribe("u1")
    await network.settle()
    audiences = (None, V2, Looking(10, 2, 3), Looking(11, 7, 3, friends=True), Without((4, 5)))
    here.ports.bus.publish([Publication("x", users=(1,), audience=audience) for audience in audiences])
    await network.settle()
    everybody, v2, chat, group, others = [item.audience for item in there.heard]
    assert everybody is None and v2 is V2
    assert [(one.kind, one.dstid, one.actor, one.friends) for one in (chat, group)] == [
        (10, 2, 3, False),
        (11, 7, 3, True),
    ]
    assert others.user_ids == {4, 5}


async def test_unsubscribing(network):
    """Who stops listening to one channel goes on hearing the others, and can come back."""
    here, there = await network.join(), await network.join()
    bus = there.ports.bus
    for channel in ("g7", "g8"):
        bus.subscribe(channel)
    bus.unsubscribe("g7")
    await network.settle()
    here.ports.bus.publish([Publication("eight", group=8)])
    bus.subscribe("g7")
    await network.settle()
    here.ports.bus.publish([Publication("seven", group=7)])
    await network.settle()
    assert there.texts == ["eight", "seven"]
    assert bus.stats()["subscribed"] == 2


async def test_a_line_that_failed(network):
    """While the line is away who is here goes on hearing each other; when it is back whoever lost something
    knows, and then hears everything again."""
    here, there = await network.join(), await network.join()
    there.ports.bus.subscribe("g7")
    await network.settle()
    here.ports.bus.publish([Publication("before", group=7)])
    await network.settle()
    await network.cut(there)
    here.ports.bus.publish([Publication("lost", group=7)])
    there.ports.bus.publish([Publication("among ourselves", group=7)])
    await network.settle()
    assert here.texts == ["before", "lost"]
    await network.mend(there)
    await network.settle()
    assert there.missed or "lost" in there.texts
    here.ports.bus.publish([Publication("after", group=7)])
    await network.settle()
    assert there.texts[0] == "before" and there.texts[-1] == "after"
    assert there.texts.count("among ourselves") == 1
    assert there.ports.bus.stats()["missed"] == len(there.missed)


@pytest.mark.parametrize("ends", ["says so", "dies"])
async def test_a_process_that_is_gone(network, ends):
    """The others go on without it."""
    here, there, third = [await network.join() for _ in range(3)]
    for end in (there, third):
        end.ports.bus.subscribe("g7")
    await network.settle()
    if ends == "dies":
        await network.kill(there)
    else:
        await there.ports.close()
        await there.ports.close()
    here.ports.bus.publish([Publication("hi", group=7)])
    await network.settle()
    assert (here.texts, there.texts, third.texts) == (["hi"], [], ["hi"])


async def test_numbers(network):
    """What a bus carried can be read off it."""
    here, there = await network.join(), await network.join()
    there.ports.bus.subscribe("g7")
    await network.settle()
    here.ports.bus.publish([Publication("one", group=7), Publication("two", group=7)])
    await network.settle()
    assert here.ports.bus.stats().items() >= {"subscribed": 0, "published": 2, "received": 0}.items()
    assert there.ports.bus.stats().items() >= {"subscribed": 1, "published": 0, "received": 2}.items()
