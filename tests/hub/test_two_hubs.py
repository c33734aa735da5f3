"""Two processes on one bus: whichever of them somebody is connected to, they hear the same."""

import asyncio

import pytest

import hub.fanout
import hub.presence
from actions import presence
from hub.audience import Look, Looking
from hub.ports.bus import Publication
from hub.ports.control import MembershipChanged
from hub.ports.memory import EXPIRY_S, Exchange
from hub.privacy import Privacy
from protocol.messages import ROOM, SINGLE
from tests.hub.process import Clock, Process


class Two:
    """Two processes, `here` and `there`, and what lies between them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.exchange = Exchange(self.clock)
        self.here = Process(self.exchange, clock=self.clock)
        self.there = Process(self.exchange, clock=self.clock)
        self.both = (self.here, self.there)

    async def second(self, seconds: float = 1.0) -> list[list[dict[int, int]]]:
        """What each announces when the next period has passed."""
        self.clock.now += seconds
        self.exchange.expire()
        return [await process.second(0) for process in self.both]


@pytest.fixture
def two(io_loop, monkeypatch):
    monkeypatch.setattr(hub.presence, "_PERIOD_S", 3600)  # a test says when a second is over

    async def make() -> Two:
        return Two()

    made = io_loop.run_sync(make)
    yield made
    for process in made.both:
        io_loop.run_sync(process.hub.close)


@pytest.mark.parametrize("address", [{"users": (1, 2)}, {"group": 7}], ids=["users", "group"])
async def test_messages(two, address):
    """Messages reach the connections of both in order, each once; the sender gets the ack in its place."""
    mine, phone = two.here.connect(1, 7), two.there.connect(1, 7)
    near, far, stranger = two.here.connect(2, 7), two.there.connect(2, 7), two.there.connect(3)
    for i in range(10):
        two.here.hub.publish(
            [
                Publication(f"{i}", **address, origin=mine.id, ack=f"ack {i}"),
                Publication(f"{i} again", **address),
            ]
        )
    said = [text for i in range(10) for text in (f"{i}", f"{i} again")]
    acked = [text for i in range(10) for text in (f"ack {i}", f"{i} again")]
    assert await two.here.got(mine, near) == [acked, said]
    assert await two.there.got(phone, far, stranger) == [said, said, []]


async def test_both_write(two):
    """When people of both processes write to a group, each gets own acks and the other's messages."""
    ann, bob = two.here.connect(1, 7), two.there.connect(2, 7)
    for i in range(5):
        two.here.hub.publish([Publication(f"a{i}", group=7, origin=ann.id, ack=f"ack a{i}")])
        two.there.hub.publish([Publication(f"b{i}", group=7, origin=bob.id, ack=f"ack b{i}")])
    assert await two.here.got(ann) == [[text for i in range(5) for text in (f"ack a{i}", f"b{i}")]]
    assert await two.there.got(bob) == [[text for i in range(5) for text in (f"a{i}", f"ack b{i}")]]


async def test_events(two):
    """An event reaches the v2 connections of both, but not the one that caused it."""
    mine, phone = two.here.connect(1, 7), two.there.connect(1, 7)
    classic = two.there.connect(1, 7, v2=False)
    two.here.hub.tell_users([1], "read", origin=mine.id)
    assert await two.here.got(mine) == [[]]
    assert await two.there.got(phone, classic) == [["read"], []]
    two.there.hub.tell_group(7, "changed")
    assert await two.here.got(mine) == [["changed"]]
    assert await two.there.got(phone, classic) == [["read", "changed"], []]


async def test_only_who_listens_is_bothered(two):
    """A process is handed nothing of people and groups that it has not."""
    two.here.connect(1, 7)
    far = two.there.connect(2, 8)
    two.here.hub.publish([Publication("a", users=(1,)), Publication("b", group=7)])
    assert two.there.hub.stats()["bus"]["received"] == 0
    two.there.hub.order((MembershipChanged(2, 7, True),))
    two.here.hub.publish([Publication("c", group=7)])
    assert two.there.hub.stats()["bus"]["received"] == 1
    assert await two.there.got(far) == [["c"]]
    two.there.disconnect(far)
    two.here.hub.publish([Publication("d", group=7), Publication("e", users=(2,))])
    assert two.there.hub.stats()["bus"]["received"] == 1


async def test_joining(two):
    """Who joins a group by one process hears it on the connections to both, from the next word on."""
    near, far = two.here.connect(1), two.there.connect(1)
    two.here.hub.tell_group(7, "too early")
    two.here.hub.order((MembershipChanged(1, 7, True),))
    two.here.hub.tell_group(7, "joined")
    two.there.hub.tell_group(7, "from there")
    assert await two.here.got(near) == await two.there.got(far) == [["joined", "from there"]]


async def test_leaving(two, monkeypatch):
    """Who leaves or is removed hears nothing more on any connection, not even what was waiting for its
    turn; the others do."""
    monkeypatch.setattr(hub.fanout, "_TURN_S", 0)
    removed = [process.connect(1, 7) for process in two.both]
    others = [process.connect(2, 7) for process in two.both]
    two.here.hub.tell_group(7, "one")
    for process in two.both:
        await process.got()
    two.here.hub.tell_group(7, "waits")
    two.there.hub.order((MembershipChanged(1, 7, False),))
    two.here.hub.tell_group(7, "two")
    two.there.hub.tell_group(7, "three")
    for process, out, stays in zip(two.both, removed, others):
        assert await process.got(out, stays) == [["one"], ["one", "waits", "two", "three"]]
        assert out.groups == ()


async def test_while_connecting(two):
    """A connection that is being opened to one process learns what the other has changed meanwhile."""
    mark = two.there.hub.journal.mark
    two.here.hub.order((MembershipChanged(1, 7, True),))
    two.here.hub.order((MembershipChanged(1, 8, False),))
    two.here.hub.close_sessions([5])
    good, revoked = two.there.register(1), two.there.register(1, session=5)
    assert two.there.hub.enter(good, [8], mark, "welcome")
    assert two.there.hub.enter(revoked, [8], mark, "welcome")
    two.here.hub.tell_group(7, "in 7")
    two.here.hub.tell_group(8, "in 8")
    assert await two.there.got(good, revoked) == [["welcome", "in 7"], []]
    assert two.there.closed_with(good, revoked) == [None, 4401]


async def test_logging_out(two):
    """A session that ends closes its connections to both processes with 4401, and no others."""
    near, far = two.here.connect(1, 7, session=5), two.there.connect(1, 7, session=5)
    others = [process.connect(1, 7, session=6) for process in two.both]
    two.here.hub.close_sessions([5])
    two.here.hub.tell_group(7, "after")
    assert two.here.closed_with(near, others[0]) == two.there.closed_with(far, others[1]) == [4401, None]
    assert await two.here.got(near) == await two.there.got(far) == [[]]
    assert await two.here.got(others[0]) == await two.there.got(others[1]) == [["after"]]


async def test_who_comes_and_goes(two):
    """Each process announces once who came and who went, wherever; somebody on both came with the first
    connection, and goes a while after the last."""
    for user_id, process in enumerate(two.both, 8):
        process.connect(user_id)
    assert await two.second() == [[{8: 1, 9: 1}]] * 2
    near = two.here.connect(1)
    assert await two.second() == [[{1: 1}]] * 2
    far = two.there.connect(1)
    two.here.disconnect(near)
    assert await two.second(9) == [[], []]
    two.there.disconnect(far)
    assert await two.second(4.9) == [[], []]
    assert [process.hub.online(1) for process in two.both] == [True, True]
    assert await two.second(0.2) == [[{1: 0}]] * 2
    assert [process.hub.online(1) for process in two.both] == [False, False]


async def test_moving_to_the_other(two):
    """A client that is balanced to the other process within the delay was never away."""
    for process in two.both:
        process.connect(9)
    near = two.here.connect(1)
    await two.second()
    two.here.disconnect(near)
    assert await two.second(4) == [[], []]
    assert [process.hub.online(1) for process in two.both] == [True, True]
    two.there.connect(1)
    assert await two.second(9) == [[], []]
    assert [process.hub.online(1) for process in two.both] == [True, True]


class Rows:
    """A database in which 1 is a friend of 8 and of 9."""

    async def read(self, query, viewers, user_ids):
        return {viewer: [1] for viewer in sorted(viewers) if viewer in (8, 9) and 1 in user_ids}


class App:
    def __init__(self, hub) -> None:
        self.hub, self.db, self.draining = hub, Rows(), False
        self.privacy = Privacy(hub.ports.control)


async def test_friends_are_told_once(two):
    """A friend who watches on both processes is told once on each connection, and who does not look is
    not."""
    for process in two.both:
        app = App(process.hub)
        process.hub.announcer.start(lambda changes, app=app: presence.announce(app, changes))
    watching = [process.connect(8) for process in two.both]
    hidden, classic = two.there.connect(9), two.here.connect(9, v2=False)
    two.there.hub.look(hidden, Look(ROOM, 7, friends=False))
    await two.second()
    two.there.connect(1)
    await two.second()
    for process, one in zip(two.both, watching):
        assert [frame["userid"] for frame in process.sockets[one].frames] == [1]
    assert two.there.texts(hidden) == two.here.texts(classic) == []


async def test_typing(two):
    """Who types in one process is seen in both, by those who look, and not by themselves."""
    mine, phone = two.here.connect(1, 7), two.there.connect(1, 7)
    chat, away = two.there.connect(2, 7), two.here.connect(2, 7)
    two.there.hub.look(chat, Look(SINGLE, 1, friends=False))
    two.here.hub.look(away, Look(0, 0, friends=False))
    two.here.hub.tell_users([2], "types", Looking(SINGLE, 1, 1, friends=True))
    two.here.hub.tell_group(7, "types in 7", Looking(ROOM, 7, 1))
    assert await two.here.got(mine, away) == [[], []]
    assert await two.there.got(phone, chat) == [[], ["types"]]
    two.there.hub.look(chat, Look(ROOM, 7, friends=False))
    two.here.hub.tell_users([2], "types", Looking(SINGLE, 1, 1, friends=True))
    two.here.hub.tell_group(7, "types in 7", Looking(ROOM, 7, 1))
    assert await two.there.got(chat) == [["types", "types in 7"]]


@pytest.mark.parametrize("ends", ["says so", "dies"])
async def test_a_process_that_is_gone(two, ends):
    """It takes its people with it: at once when it stops in order, after its silence when it was killed;
    they are announced as gone after the delay, but for those who are connected here too."""
    watcher = two.here.connect(9)
    two.there.connect(1, 7)
    two.there.connect(2, 7)
    two.here.connect(2, 7)
    await two.second()
    if ends == "dies":
        two.exchange.kill(two.there.ports)
        two.here.hub.tell_group(7, "anyone?")
        assert two.here.hub.online(1) and (await two.second(EXPIRY_S))[0] == []
    else:
        await two.there.hub.close()
    assert (await two.second(4.9))[0] == [] and two.here.hub.online(1)
    assert (await two.second(0.2))[0] == [{1: 0}]
    assert [two.here.hub.online(user_id) for user_id in (1, 2, 9)] == [False, True, True]
    two.here.hub.tell_users([9], "still here")
    assert await two.here.got(watcher) == [["still here"]]


async def test_one_that_comes_later(two):
    """A process that starts knows who is here, announces nobody for it, and is heard from then on."""
    two.here.connect(1, 7)
    await two.second()
    third = Process(two.exchange, clock=two.clock)
    late = third.connect(2, 7)
    assert third.hub.online(1) and await third.second() == [{2: 1}]
    third.hub.tell_group(7, "hello")
    assert await third.got(late) == [["hello"]]
    assert [two.here.texts(one) for one in two.here.sockets] == [["hello"]]
    await third.hub.close()


async def test_a_line_that_failed(two, expect_logs):
    """While the line is away each process serves its own people; who is being connected when it is back
    reads session and groups again, because a change may have been missed."""
    expect_logs("magpie.hub", "something may be missed: the line was cut")
    near, far = two.here.connect(1, 7), two.there.connect(2, 7)
    two.exchange.cut(two.there.ports)
    mark = two.there.hub.journal.mark
    late = two.there.register(3)
    two.here.hub.order((MembershipChanged(3, 7, True),))
    two.here.hub.tell_group(7, "here")
    two.there.hub.tell_group(7, "there")
    assert await two.here.got(near) == [["here"]] and await two.there.got(far) == [["there"]]
    two.exchange.mend(two.there.ports)
    assert not two.there.hub.enter(late, [], mark)
    assert two.there.hub.enter(late, [7], two.there.hub.journal.mark)
    two.here.hub.tell_group(7, "again")
    await asyncio.sleep(0)
    assert await two.there.got(far, late) == [["there", "again"], ["again"]]
