"""Things that two people, or one with two fingers, do at the same moment: the database decides."""

import asyncio
import threading

from models import accounts, contacts, groups, requests, sessions, state
from models.tables import Community, Contact, Conversation, FriendRequest, Member, Session, User
from protocol.errors import Conflict, Refused, SlowDown
from tests.models.people import NOW, all_at_once, count, join, newcomer, newcomers, room_members

AT_ONCE = 12


async def test_one_number_is_registered_once(busy):
    """Of many who register one number at once, one gets the account and the others are told."""
    results = await all_at_once(
        *(
            busy.write(accounts.create_user, "13800138000", f"hash {number}", "", "", "U", "", NOW)
            for number in range(AT_ONCE)
        )
    )
    assert [type(result) for result in results].count(Conflict) == AT_ONCE - 1
    assert await count(busy, User) == 1


async def test_friendship_is_made_once(busy):
    """Two who add each other at once are friends once, with one chat."""
    ann, bo = await newcomers(busy, 2)
    results = await all_at_once(
        *(
            busy.write(contacts.befriend, *((ann, bo) if number % 2 else (bo, ann)), NOW)
            for number in range(AT_ONCE)
        )
    )
    assert [type(result) for result in results].count(Conflict) == AT_ONCE - 1
    assert await count(busy, Contact) == 2
    assert await count(busy, Conversation) == 1
    assert await count(busy, Member) == 2


async def test_crossing_requests_make_friends(busy):
    """Of two who ask each other at the same moment none is left waiting: they are friends, both of them."""
    for _ in range(6):
        ann, bo = await newcomers(busy, 2)
        pairs = [(ann, bo) if number % 2 else (bo, ann) for number in range(AT_ONCE)]
        await all_at_once(*(busy.write(requests.ask, *pair, "", "request", NOW) for pair in pairs))
        assert await busy.read(contacts.are_friends, ann, bo)
        mine = (FriendRequest.userid.in_((ann, bo)),)
        assert await count(busy, FriendRequest, *mine, FriendRequest.state == requests.PENDING) == 0
        assert await count(busy, FriendRequest, *mine) == 1
        assert await count(busy, Contact, Contact.ownerid.in_((ann, bo))) == 2


async def test_twenty_requests_and_no_more(busy):
    """Who asks many at once has asked exactly as many as one may in a day."""
    ann, *others = await newcomers(busy, 26)
    results = await all_at_once(
        *(busy.write(requests.ask, ann, other, "", "request", NOW) for other in others)
    )
    assert [type(result) for result in results].count(SlowDown) == 5
    assert await count(busy, FriendRequest) == 20


async def test_answers_at_once(busy):
    """A yes on one device and a no on another: they are friends or not, and never one of both."""
    for _ in range(6):
        ann, bo = await newcomers(busy, 2)
        request = (await busy.write(requests.ask, ann, bo, "", "request", NOW)).request
        await all_at_once(
            *(busy.write(requests.answer, bo, ann, request, number % 2 == 0, NOW) for number in range(4)),
            busy.write(requests.ask, bo, ann, "", "request", NOW),
        )
        rows = await count(busy, Contact, Contact.ownerid.in_((ann, bo)))
        states = {row.state for row in await busy.read(lambda: list(FriendRequest.select()))}
        assert rows == 2
        assert states == {requests.ACCEPTED}


async def test_group_is_joined_once(busy):
    """Who taps "join" many times joins once, and one notice is due."""
    ann, bo = await newcomers(busy, 2)
    group = (await busy.write(groups.create_community, ann, "Birds", "", 0, "", 5, NOW))["id"]
    results = await all_at_once(*(busy.write(join, bo, group, 0, NOW) for _ in range(AT_ONCE)))
    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert await count(busy, Contact, Contact.ownerid == bo) == 1
    assert sorted(await busy.write(room_members, group)) == [ann, bo]


async def test_crowd_joins_a_group(busy):
    """Many who join one group at once are all in it."""
    ann, *crowd = await newcomers(busy, AT_ONCE)
    group = (await busy.write(groups.create_community, ann, "Birds", "", 0, "", 5, NOW))["id"]
    assert all(await all_at_once(*(busy.write(join, who, group, 0, NOW) for who in crowd)))
    assert sorted(await busy.write(room_members, group)) == [ann, *crowd]


async def test_five_groups_and_no_sixth(busy):
    """Who makes many groups at once gets exactly five, each complete."""
    ann = await newcomer(busy)
    results = await all_at_once(
        *(
            busy.write(groups.create_community, ann, f"Birds {number}", "", 0, "", 5, NOW)
            for number in range(AT_ONCE)
        )
    )
    assert [type(result) for result in results].count(Refused) == AT_ONCE - 5
    made = [result["id"] for result in results if isinstance(result, dict)]
    assert await count(busy, Community) == 5
    assert sorted(row["id"] for row in await busy.write(groups.communities_of, ann)) == sorted(made)
    for group in made:
        assert await busy.write(room_members, group) == [ann]


async def test_old_password_opens_no_session_after_the_change(busy):
    """Log-ins with the old password that run beside its change leave no session behind."""
    ann = await newcomer(busy, passwd="old")
    here = (await busy.write(sessions.open_session, ann, "old", "here", "", "", NOW, NOW)).id
    logins = [
        busy.write(sessions.open_session, ann, "old", f"token {number}", "", "", NOW, NOW)
        for number in range(AT_ONCE)
    ]
    logins.insert(AT_ONCE // 2, busy.write(sessions.change_passwd, ann, here, "old", "new"))
    await all_at_once(*logins)
    assert await busy.write(lambda: [row.id for row in Session.select()]) == [here]


async def test_sessions_stay_within_their_number(busy):
    """However many log in to one account at once, it has no more sessions than it may."""
    ann = await newcomer(busy, passwd="old")
    await all_at_once(
        *(
            busy.write(sessions.open_session, ann, "old", f"token {n}", "", "", NOW, NOW, 3, ["a mark"])
            for n in range(AT_ONCE)
        )
    )
    assert await busy.write(Session.select().count) == 3


async def test_one_keeps_house(busy):
    """Of many processes that want to tidy one does so, and none again before it is time; when it has died in
    the middle another does so then."""
    minute = 60_000
    for at in (NOW, NOW + minute, NOW + 2 * minute):
        turns = await all_at_once(*(busy.write(state.begin_round, at, minute) for _ in range(AT_ONCE)))
        assert sorted(turns) == [False] * (AT_ONCE - 1) + [True]
        assert not await busy.write(state.begin_round, at + minute - 1, minute)


async def test_a_round_that_takes_long(busy):
    """While the one that tidies says so, no other begins; one that was given up finds out."""
    minute = 60_000
    assert await busy.write(state.begin_round, NOW, minute)
    assert await busy.write(state.go_on, NOW, NOW + 50_000)
    assert not await busy.write(state.begin_round, NOW + minute, minute)
    assert await busy.write(state.begin_round, NOW + 50_000 + minute, minute)
    assert not await busy.write(state.go_on, NOW + 50_000, NOW + 2 * minute)


async def test_a_round_of_the_future(busy):
    """A process whose clock was a year ahead does not keep the others from tidying for a year."""
    assert await busy.write(state.begin_round, NOW + 31_536_000_000, 60_000)
    assert await busy.write(state.begin_round, NOW, 60_000)


async def test_who_comes_back_in_time_stays_logged_in(busy):
    """A session that is used in the moment in which it would have been deleted lives."""
    ann = await newcomer(busy, passwd="old")
    await busy.write(sessions.open_session, ann, "old", "a token", "", "", NOW, 10 * NOW)
    (session,) = await busy.read(lambda: [row.id for row in Session.select()])
    begun, go_on = threading.Event(), threading.Event()

    def touch() -> None:
        sessions.touch_sessions([session], 2 * NOW)
        begun.set()
        go_on.wait(60)

    touching = asyncio.ensure_future(busy.write(touch))
    await asyncio.to_thread(begun.wait, 60)
    deleting = asyncio.ensure_future(busy.write(sessions.close_dead, 2 * NOW, NOW // 2))
    await asyncio.wait([deleting], timeout=0.2)  # as far as it comes
    go_on.set()
    assert (await deleting, await touching) == ([], None)
    assert await count(busy, Session) == 1


async def test_password_is_changed_once(busy):
    """Of two password changes at once one wins, and the other is told to try again."""
    ann = await newcomer(busy, passwd="old")
    results = await all_at_once(
        *(busy.write(accounts.replace_passwd, ann, "old", f"new {number}") for number in range(AT_ONCE))
    )
    assert [type(result) for result in results].count(Refused) == AT_ONCE - 1
    assert await busy.write(accounts.passwd_of, ann) == f"new {results.index(None)}"
