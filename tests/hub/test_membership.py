"""Joining, leaving and being removed take effect at once, also on a connection that is just being opened."""

import asyncio

import pytest

import hub.fanout
from hub.ports.bus import Publication
from hub.ports.control import MembershipChanged, SessionRevoked
from tests.hub.process import Process


@pytest.fixture
def process(io_loop):
    async def make() -> Process:
        return Process()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.hub.close)


def say(process: Process, text: str, group: int = 7) -> None:
    process.hub.publish([Publication(text, group=group)])


async def test_joining(process):
    """Somebody who joins a group hears it on the connections they have open, and keeps hearing it once."""
    phone, laptop, other = process.connect(1), process.connect(1), process.connect(2)
    process.hub.order((MembershipChanged(1, 7, True),))
    process.hub.order((MembershipChanged(1, 7, True),))
    say(process, "welcome")
    assert await process.got(phone, laptop, other) == [["welcome"], ["welcome"], []]


async def test_leaving(process):
    """Somebody who leaves a group or is removed hears nothing that is said from then on, on no connection;
    the others do, and so do they in their other groups."""
    phone, laptop, other = process.connect(1, 7, 8), process.connect(1, 7), process.connect(2, 7)
    say(process, "one")
    await process.got(phone)
    process.hub.order((MembershipChanged(1, 7, False),))
    process.hub.order((MembershipChanged(1, 7, False),))
    process.hub.order((MembershipChanged(3, 7, False),))
    say(process, "two")
    say(process, "elsewhere", group=8)
    assert await process.got(phone, laptop, other) == [["one", "elsewhere"], ["one"], ["one", "two"]]


async def test_overtaken(process):
    """Two processes have let somebody in and removed them; whichever is heard of first, they are out. So is
    somebody who is just connecting."""
    phone = process.connect(1)
    mark = process.hub.journal.mark
    process.hub.order([MembershipChanged(1, 7, False, change=12)])
    process.hub.order([MembershipChanged(1, 7, True, change=11)])
    say(process, "not for them")
    process.hub.order([MembershipChanged(1, 7, True, change=13)])
    say(process, "back")
    assert await process.got(phone) == [["back"]]
    assert [*process.hub.journal.standing(1, 0, (), mark).group_ids] == [7]
    process.hub.order([MembershipChanged(2, 7, False, change=15), MembershipChanged(2, 7, True, change=14)])
    assert [*process.hub.journal.standing(2, 0, (7,), mark).group_ids] == []


async def test_leaving_before_its_turn_came(process, monkeypatch):
    """What waits for the group's turn no longer reaches who has left meanwhile; what was being written does,
    and nothing after it."""
    monkeypatch.setattr(hub.fanout, "_TURN_S", 0)  # the clock allows one slice a turn
    many = [process.connect(user_id, 7) for user_id in range(1, 301)]
    say(process, "under way")
    await asyncio.sleep(0)
    say(process, "waits")
    process.hub.order((MembershipChanged(300, 7, False),))
    say(process, "after")
    while len(process.texts(many[-2])) < 3:
        await asyncio.sleep(0)
    assert process.texts(many[-1]) == ["under way"]
    assert all(process.texts(one) == ["under way", "waits", "after"] for one in many[:-1])


async def test_the_ack_of_who_has_left(process):
    """Who sends a message and is removed before it is delivered still gets its ack, and none of the
    others'."""
    ann, bob = process.connect(1, 7), process.connect(2, 7)
    process.hub.publish(
        [Publication("mine", group=7, origin=ann.id, ack="ack"), Publication("theirs", group=7)]
    )
    process.hub.order((MembershipChanged(1, 7, False),))
    assert await process.got(ann, bob) == [["ack"], ["mine", "theirs"]]


async def test_joining_while_connecting(process):
    """Groups joined while a connection is being opened are not missed, and the welcome stays the first
    frame."""
    mark = process.hub.journal.mark
    process.hub.order((MembershipChanged(1, 7, True),))
    connection = process.register(1)
    process.hub.order((MembershipChanged(1, 8, True),))
    say(process, "early", group=8)
    await asyncio.sleep(0)
    assert process.hub.enter(connection, [], mark, "welcome")
    say(process, "in 7", group=7)
    say(process, "in 8", group=8)
    assert await process.got(connection) == [["welcome", "early", "in 7", "in 8"]]


async def test_leaving_while_connecting(process):
    """Who is removed while their connection is being opened, after their groups were read, hears nothing."""
    mark = process.hub.journal.mark
    process.hub.order((MembershipChanged(1, 7, False),))
    connection = process.register(1)
    process.hub.order((MembershipChanged(1, 8, False),))
    process.hub.order((MembershipChanged(2, 9, False),))
    assert process.hub.enter(connection, [7, 8, 9], mark, "welcome")
    for group in (7, 8, 9):
        say(process, f"in {group}", group)
    assert await process.got(connection) == [["welcome", "in 9"]]


async def test_the_last_change_counts(process):
    """Who joins and leaves, or leaves and joins, while connecting is where they are in the end."""
    mark = process.hub.journal.mark
    connection = process.register(1)
    for joined in (True, False):
        process.hub.order((MembershipChanged(1, 7, joined),))
        process.hub.order((MembershipChanged(1, 8, not joined),))
    assert process.hub.enter(connection, [8], mark)
    say(process, "in 7", group=7)
    say(process, "in 8", group=8)
    assert await process.got(connection) == [["in 8"]]


async def test_a_session_revoked_while_connecting(process):
    """A session that ends between the handshake and the opening is closed with 4401 and gets no welcome."""
    mark = process.hub.journal.mark
    process.hub.close_sessions([5])
    connection, other = process.register(1, session=5), process.register(1, session=6)
    assert process.hub.enter(connection, [7], mark, "welcome")
    assert process.hub.enter(other, [7], mark, "welcome")
    assert process.closed_with(connection, other) == [4401, None]
    assert process.texts(connection) == [] and process.texts(other) == ["welcome"]


async def test_too_much_happened_while_connecting(process):
    """A connection that took too long to open is told to read its groups again."""
    mark = process.hub.journal.mark
    connection = process.register(1)
    process.hub.order((MembershipChanged(1, 8, True),))
    for user_id in range(2, 6000):
        process.hub.order((MembershipChanged(user_id, 7, True),))
    assert not process.hub.enter(connection, [], mark)
    assert process.hub.enter(connection, [7], process.hub.journal.mark)
    assert connection.groups == (7,)  # as read last, whatever it was told meanwhile


async def test_something_was_missed_while_connecting(process):
    """When the bus has lost something, whoever is being connected reads session and groups again."""
    journal = process.hub.journal
    mark = journal.mark
    journal.note(SessionRevoked(9))
    journal.forget()
    assert journal.standing(1, 1, [], mark) is None
    mark = journal.mark
    assert journal.standing(1, 1, [7], mark) == (False, {7: None})
    journal.note(SessionRevoked(1))
    assert journal.standing(1, 1, [7], mark) == (True, {7: None})
