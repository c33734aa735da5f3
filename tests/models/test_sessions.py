"""Sessions as rows, on each database."""

import pytest

from models import groups, sessions
from models.tables import Session
from protocol.errors import Refused
from tests.models.people import NOW, count, newcomer

DAY = 86_400_000
IDLE = 7 * DAY
LIFETIME = 30 * DAY


async def open_one(database, user_id, token, now=NOW, passwd="a hash"):
    opened = await database.write(
        sessions.open_session, user_id, passwd, token, "Firefox", "192.0.2.7", now, LIFETIME
    )
    return opened.id


async def living(database, token, now):
    """The ids of the sessions that a token opens at a time."""
    return [row.id for row in await database.read(sessions.find_sessions, [token], now, IDLE)]


async def test_token_opens_its_session(database):
    """A token is known again, and who steals the table has none."""
    ann = await newcomer(database)
    session_id = await open_one(database, ann, "token")
    assert await database.read(sessions.find_sessions, ["token"], NOW, IDLE) == [(session_id, ann, NOW, 0)]
    assert await living(database, "Token", NOW) == []
    assert await living(database, sessions.token_hash("token"), NOW) == []
    assert await count(database, Session, Session.token_hash == "token") == 0


async def test_several_tokens(database):
    """A browser that holds several users is known as all of them, in the order of its cookies."""
    ann, bo = await newcomer(database), await newcomer(database)
    first, second = await open_one(database, ann, "one"), await open_one(database, bo, "two")
    found = await database.read(sessions.find_sessions, ["two", "none", "one", "two"], NOW, IDLE)
    assert [(row.id, row.user_id) for row in found] == [(second, bo), (first, ann)]


async def test_idle_session_dies(database):
    """A session that was not used for a week asks for the password again; use prolongs it."""
    session_id = await open_one(database, await newcomer(database), "token")
    assert await living(database, "token", NOW + IDLE - 1) == [session_id]
    assert await living(database, "token", NOW + IDLE) == []
    await database.write(sessions.touch_sessions, [session_id], NOW + DAY)
    assert await living(database, "token", NOW + IDLE) == [session_id]
    await database.write(sessions.touch_sessions, [session_id], NOW)  # a late writer takes nothing back
    assert await living(database, "token", NOW + IDLE) == [session_id]


async def test_session_ends_even_when_used(database):
    """A month after the log-in the password is asked for, however busy the session was."""
    session_id = await open_one(database, await newcomer(database), "token")
    await database.write(sessions.touch_sessions, [session_id], NOW + LIFETIME - 1)
    assert await living(database, "token", NOW + LIFETIME - 1) == [session_id]
    assert await living(database, "token", NOW + LIFETIME) == []


async def test_list_shows_the_living(database):
    """The list of sessions shows where one is logged in, the latest first, and no token."""
    ann, bo = await newcomer(database), await newcomer(database)
    await open_one(database, ann, "dead", NOW - IDLE)
    await open_one(database, bo, "bo")
    old, new = await open_one(database, ann, "old"), await open_one(database, ann, "new", NOW + 1)
    rows = await database.read(sessions.sessions_of, ann, NOW, IDLE)
    assert [row["id"] for row in rows] == [new, old]
    seen = {"created": NOW, "last_seen": NOW, "fresh": 0}
    assert rows[1] == {"id": old, "ua": "Firefox", "ip": "192.0.2.7", **seen}


async def test_browser_may_say_much_of_itself(database):
    """A browser with a very long description can log in."""
    ann = await newcomer(database)
    await database.write(
        sessions.open_session, ann, "a hash", "token", "x" * 5000, "192.0.2.7", NOW, LIFETIME
    )
    assert len((await database.read(sessions.sessions_of, ann, NOW, IDLE))[0]["ua"]) == sessions.MAX_UA


async def test_only_ones_own_session_can_be_ended(database):
    """Nobody can log another user out by the number of a session."""
    ann, bo = await newcomer(database), await newcomer(database)
    session_id = await open_one(database, ann, "token")
    assert not await database.write(sessions.close_session, session_id, bo)
    assert await living(database, "token", NOW) == [session_id]
    assert await database.write(sessions.close_session, session_id, ann)
    assert await living(database, "token", NOW) == []
    assert not await database.write(sessions.close_session, session_id, ann)


async def test_all_others_can_be_ended(database):
    """Logging out everywhere else keeps the session that asks, and everybody else's."""
    ann, bo = await newcomer(database), await newcomer(database)
    here, there, away = [await open_one(database, ann, token) for token in ("here", "there", "away")]
    await open_one(database, bo, "bo")
    assert sorted(await database.write(sessions.close_others, ann, here)) == [there, away]
    assert await database.write(sessions.close_others, ann, here) == []
    assert await living(database, "here", NOW) == [here]
    assert await living(database, "bo", NOW)


async def test_password_change_ends_the_other_sessions(database):
    """Who changes the password logs out whoever else knew the old one."""
    ann = await newcomer(database, passwd="old")
    here = await open_one(database, ann, "here", passwd="old")
    there = await open_one(database, ann, "there", passwd="old")
    assert await database.write(sessions.change_passwd, ann, here, "old", "new") == [there]
    assert await living(database, "here", NOW) == [here]
    with pytest.raises(Refused):
        await open_one(database, ann, "late", passwd="old")
    assert await living(database, "late", NOW) == []


async def test_dead_sessions_are_swept_out(database):
    """Sessions that ended by themselves are deleted; the living stay."""
    ann = await newcomer(database)
    idle = await open_one(database, ann, "idle", NOW - IDLE)
    expired = await open_one(database, ann, "expired", NOW - LIFETIME)
    await database.write(sessions.touch_sessions, [expired], NOW - 1)
    here = await open_one(database, ann, "here")
    assert sorted(await database.write(sessions.close_dead, NOW, IDLE)) == [idle, expired]
    assert await database.write(sessions.close_dead, NOW, IDLE) == []
    assert await living(database, "here", NOW) == [here]


async def test_oldest_session_makes_room(database):
    """An account has so many sessions and no more: a further log-in ends the one unused for longest, and
    nobody else's."""
    ann, bo = await newcomer(database), await newcomer(database)
    theirs = await open_one(database, bo, "bo")

    async def enter(token, now):
        arguments = (ann, "a hash", token, "", "", now, LIFETIME, 3)
        return await database.write(sessions.open_session, *arguments)

    first, second, third = [await enter(f"token {number}", NOW + number) for number in range(3)]
    assert [opened.ended for opened in (first, second, third)] == [[], [], []]
    await database.write(sessions.touch_sessions, [first.id], NOW + 10)
    assert (await enter("fourth", NOW + 20)).ended == [second.id]
    late = await enter("before the others, by a clock that was put back", NOW - 5)
    assert late.ended == [third.id]
    assert await living(database, "bo", NOW) == [theirs]
    assert await count(database, Session, Session.user_id == ann) == 3


async def test_many_connections_begin_at_once(database):
    """Looked up together, each token opens the session of its own user and of nobody else, with that user's
    groups."""
    users = [await newcomer(database) for _ in range(10)]
    rooms = {}
    for i, user_id in enumerate(users):
        await open_one(database, user_id, f"token {i}")
        made = [
            await database.write(groups.create_community, user_id, "room", "", 0, "", 9, NOW)
            for _ in range(i % 3)
        ]
        rooms[user_id] = [row["id"] for row in made]
    second = await open_one(database, users[0], "second")
    dead = await open_one(database, users[1], "dead", NOW - IDLE)
    asked = [(user_id, f"token {i}") for i, user_id in enumerate(users)]
    asked += [
        (users[0], "second"),
        (users[1], "dead"),
        (users[2], "token 3"),
        (users[3], "none"),
        (10**9, "token 1"),
    ]
    for many in (1, 2, 5, len(asked)):
        found = await database.read(sessions.connection_starts, asked[:many], NOW, IDLE)
        assert (
            [start and sorted(start.group_ids) for start in found]
            == [
                *[sorted(rooms[user_id]) for user_id in users],
                [],  # of the second session of one who is in no group
                None,
                None,
                None,
                None,
            ][:many]
        )
    assert found[10].session_id == second != dead and found[0].expires == NOW + LIFETIME
    assert len({start.epoch for start in found if start}) == 1
    assert await database.read(sessions.connection_starts, [(1, "none")], NOW, IDLE) == [None]
