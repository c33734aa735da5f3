"""Requests of friends as rows, on each database: what becomes of one, and what each of both is told."""

import pytest

from models import blocks, contacts, requests, settings
from models.tables import Contact, FriendRequest
from protocol.errors import Conflict, Forbidden, NotFound, Refused, SlowDown
from tests.log.scribe import room_of
from tests.models.people import NOW, count, newcomers

DAY = 86_400_000


@pytest.fixture
def asking(database):
    """Ask and answer as people do whose approval is `request`."""

    class Asking:
        async def ask(self, user, other, memo="", at=NOW, approval="request"):
            return await database.write(requests.ask, user, other, memo, approval, at)

        async def answer(self, user, asker, request, accept, at=NOW):
            return await database.write(requests.answer, user, asker, request, accept, at)

        async def told(self, user, at=NOW):
            page = await database.read(requests.requests_of, user, None, at)
            return [(row["userid"], row["memo"], row["state"]) for row in page.requests], page.waiting

        async def block(self, user, other, on=True, at=NOW):
            def decide():
                blocks.lock(user, other)
                if on:
                    blocks.put(user, other, at)
                    requests.silence(user, other, at)
                else:
                    blocks.take_back(user, other)

            await database.write(decide)

    return Asking()


async def test_a_request_waits_and_is_granted(database, asking):
    """Nobody is a friend before the yes; then both are."""
    ann, bob = await newcomers(database, 2)
    asked = await asking.ask(ann, bob, "It is Ann")
    assert (asked.conversation_id, asked.heard) == (0, True)
    assert await count(database, Contact) == 0
    assert await asking.told(bob) == ([(ann, "It is Ann", "pending")], 1)
    assert await asking.told(ann) == ([(ann, "It is Ann", "pending")], 0)
    assert await asking.answer(bob, ann, asked.request, True, NOW + 1) == NOW + 1
    assert await database.read(contacts.are_friends, ann, bob)
    assert await asking.told(bob) == await asking.told(ann) == ([(ann, "It is Ann", "accepted")], 0)
    assert await asking.answer(bob, ann, asked.request, True, NOW + 2) == NOW + 1  # again, which is no news
    with pytest.raises(Refused):
        await asking.answer(bob, ann, asked.request, False, NOW + 2)
    with pytest.raises(Conflict):
        await asking.ask(ann, bob)


async def test_asking_twice_is_one_request(database, asking):
    """Nobody is told a second time."""
    ann, bob = await newcomers(database, 2)
    first = await asking.ask(ann, bob, "one")
    again = await asking.ask(ann, bob, "two", NOW + 5)
    assert (again.request, again.since) == (first.request, NOW)
    assert await asking.told(bob) == ([(ann, "one", "pending")], 1)


async def test_a_no_is_not_told(database, asking):
    """To the asker it waits until its end; asking again is the same, and after a week it is a new one."""
    ann, bob = await newcomers(database, 2)
    first = await asking.ask(ann, bob, "one")
    await asking.answer(bob, ann, first.request, False, NOW + 1)
    assert await asking.told(ann, NOW + 6 * DAY) == ([(ann, "one", "pending")], 0)
    assert await asking.told(bob, NOW + 6 * DAY) == ([(ann, "one", "declined")], 0)
    again = await asking.ask(ann, bob, "two", NOW + 6 * DAY)
    assert (again.request, again.heard) == (first.request, False)
    assert await asking.told(ann, NOW + 8 * DAY) == ([(ann, "one", "expired")], 0)
    anew = await asking.ask(ann, bob, "three", NOW + 8 * DAY)
    assert (anew.since, anew.heard) == (NOW + 8 * DAY, True)
    assert await asking.told(bob, NOW + 8 * DAY) == ([(ann, "three", "pending")], 1)


async def test_a_no_becomes_a_yes(database, asking):
    """As long as the request lives; an old one can't be answered."""
    ann, bob, cy = await newcomers(database, 3)
    first = await asking.ask(ann, bob)
    await asking.answer(bob, ann, first.request, False, NOW + 1)
    await asking.answer(bob, ann, first.request, True, NOW + 2)
    assert await database.read(contacts.are_friends, bob, ann)
    old = await asking.ask(cy, bob)
    assert await asking.told(bob, NOW + 7 * DAY) == ([(cy, "", "expired"), (ann, "", "accepted")], 0)
    with pytest.raises(Refused):
        await asking.answer(bob, cy, old.request, True, NOW + 7 * DAY)


async def test_only_who_was_asked_answers(database, asking):
    """Not who asked, and for anybody else there is no such request."""
    ann, bob, cy = await newcomers(database, 3)
    request = (await asking.ask(ann, bob)).request
    with pytest.raises(Forbidden):
        await asking.answer(ann, ann, request, True)
    with pytest.raises(NotFound):
        await asking.answer(cy, ann, request, True)
    with pytest.raises(NotFound):
        await asking.answer(bob, ann, request + 1000, True)
    assert await asking.told(cy) == ([], 0)
    with pytest.raises(NotFound):
        await database.read(requests.requests_of, cy, request, NOW)


@pytest.mark.parametrize("declined", [False, True])
async def test_two_who_ask_each_other_are_friends(database, asking, declined):
    """At once, also where one has said no before: to the other it still waits."""
    ann, bob = await newcomers(database, 2)
    first = await asking.ask(ann, bob, "one")
    if declined:
        await asking.answer(bob, ann, first.request, False)
    crossing = await asking.ask(bob, ann, "two", NOW + 1, "none")
    assert crossing.conversation_id and crossing.request == first.request
    assert await database.read(contacts.are_friends, ann, bob)
    assert await asking.told(ann) == ([(ann, "one", "accepted")], 0)
    assert await count(database, FriendRequest) == 1


async def test_what_somebody_decides_holds_from_then_on(database, asking):
    """A request that waits is granted by asking again, once the other one takes all."""
    ann, bob, cy = await newcomers(database, 3)
    await asking.ask(ann, bob)
    assert (await asking.ask(ann, bob, approval="auto")).conversation_id
    assert (await asking.told(bob))[0] == [(ann, "", "accepted")]
    await asking.ask(cy, bob)
    assert (await asking.ask(cy, bob, approval="none")).request  # it was there before
    with pytest.raises(Refused):
        await asking.ask(cy, ann, approval="none")


async def test_twenty_a_day(database, asking):
    """In any 24 hours; what is the same request, or granted at once, does not count."""
    ann, *others = await newcomers(database, 24)
    for number, other in enumerate(others[:20]):
        await asking.ask(ann, other, at=NOW + number)
    await asking.ask(ann, others[0], at=NOW + 30)
    assert (await asking.ask(ann, others[22], approval="auto")).conversation_id
    with pytest.raises(SlowDown) as refused:
        await asking.ask(ann, others[20], at=NOW + 40)
    assert refused.value.retry_after_s == pytest.approx(DAY / 1000, abs=0.1)
    await asking.ask(ann, others[20], at=NOW + DAY)
    with pytest.raises(SlowDown):
        await asking.ask(ann, others[21], at=NOW + DAY)


@pytest.mark.parametrize("approval", ["auto", "request"])
async def test_who_is_blocked_seems_to_wait(database, asking, approval):
    """Whoever blocks them knows nothing of it; taken back, the same request is one."""
    ann, bob = await newcomers(database, 2)
    await asking.block(bob, ann)
    asked = await asking.ask(ann, bob, "please", approval=approval)
    assert (asked.conversation_id, asked.heard) == (0, False)
    assert await asking.told(ann) == ([(ann, "please", "pending")], 0)
    assert await asking.told(bob) == ([], 0)
    with pytest.raises(NotFound):
        await asking.answer(bob, ann, asked.request, True)
    with pytest.raises(Forbidden):
        await asking.ask(bob, ann)
    await asking.block(bob, ann, on=False)
    again = await asking.ask(ann, bob, at=NOW + 1)
    assert (again.request, again.heard) == (asked.request, True)
    assert await asking.told(bob) == ([(ann, "please", "pending")], 1)


async def test_a_block_takes_what_waits(database, asking):
    """Of the one who blocks it is over, of the other one it seems to wait; blocking does not make a request
    that is told anew."""
    ann, bob = await newcomers(database, 2)
    mine = (await asking.ask(ann, bob)).request
    await asking.block(ann, bob)
    assert await asking.told(bob) == await asking.told(ann) == ([(ann, "", "expired")], 0)
    with pytest.raises(Refused):
        await asking.answer(bob, ann, mine, True)
    await asking.block(ann, bob, on=False)
    again = await asking.ask(ann, bob, at=NOW + 1)
    assert (again.request, again.heard) == (mine, False)
    await asking.block(bob, ann)
    assert await asking.told(ann) == ([(ann, "", "pending")], 0)
    assert await asking.told(bob) == ([], 0)


@pytest.mark.parametrize(
    ("find", "stranger", "member"),
    [
        (["id"], None, None), (["mobile"], None, None), (["group"], NotFound, None), ([], NotFound, Refused),
    ],
)  # fmt: skip
async def test_ways_of_being_asked(database, asking, find, stranger, member):
    """Who lets nobody find them is asked by nobody, and with `group` alone by those of a group of theirs."""
    ann, bob, cy = await newcomers(database, 3)
    await room_of(database, ann, bob)
    await database.write(settings.change, ann, {"find": find})
    for who, refusal in ((cy, stranger), (bob, member)):
        if refusal is None:
            assert (await asking.ask(who, ann)).request
        else:
            with pytest.raises(refusal):
                await asking.ask(who, ann)


async def test_lists_have_pages(database, asking):
    """All are told once, the newest first, however many there are; and nobody's after three months."""
    ann, *others = await newcomers(database, 61)
    for number, other in enumerate(others):
        await asking.ask(other, ann, at=NOW + number // 2)
    first = await database.read(requests.requests_of, ann, None, NOW)
    rest = await database.read(requests.requests_of, ann, first.requests[-1]["id"], NOW)
    assert (len(first.requests), first.more, len(rest.requests), rest.more) == (50, True, 10, False)
    assert [row["userid"] for row in first.requests + rest.requests] == others[::-1]
    assert first.waiting == rest.waiting == 60
    assert await database.write(requests.forget, NOW + 91 * DAY) == 60
    assert await database.read(requests.requests_of, ann, None, NOW + 91 * DAY) == ([], {}, set(), 0, False)
