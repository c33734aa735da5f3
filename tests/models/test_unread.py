"""What is unread is the same number, however it is found out."""

import random

import pytest

from log.entries import Join
from models import contacts, conversations, unread
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import room_of
from tests.models.people import NOW, newcomers


async def listed(database, user):
    rows = (await database.read(conversations.list_newest, user, "", 500)).rows
    return {(row["kind"], row["dstid"]): (row["unread"], row["mentions"]) for row in rows}


def expected(said, reader, mark):
    """(unread, mentions) by looking at every message."""
    after = [message for seq, message in enumerate(said, 1) if seq > mark and message.userid != reader]
    named = [message for message in after if {0, reader} & set(message.at or ())]
    count = [message for message in after if message.media != Media.NOTICE or message in named]
    return len(count), len(named)


@pytest.fixture(params=["one by one", "what does not count"])
def way(request, monkeypatch):
    """Both ways to find out, however little there is."""
    if request.param == "what does not count":
        monkeypatch.setattr(unread, "_FEW", 0)
    return request.param


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_was_said(database, scribe, way, seed):
    """One's own messages and notices are not counted, what names one is, in every conversation and with
    whatever has been read."""
    dice = random.Random(seed)
    people = await newcomers(database, 4)
    rooms = [await room_of(database, *people) for _ in range(3)]
    for peer in people[1:]:
        await database.write(contacts.befriend, people[0], peer, NOW)
    places = [(ROOM, room) for room in rooms] + [(SINGLE, peer) for peer in people[1:]]
    said = {place: [] for place in places}
    for _ in range(150):
        kind, dst = place = dice.choice(places)
        author = dice.choice(people if kind == ROOM else (people[0], dst))
        to = dst if kind == ROOM or author == people[0] else people[0]
        at = dice.choice([None, None, None, [0], [people[0]], [people[0], 0], [people[1]]])
        media = Media.NOTICE if kind == ROOM and dice.random() < 0.4 else Media.TEXT
        message = Message(author, to, kind, media, "x", at=at)
        await scribe.append(message)
        said[place].append(message)
    marks = dict.fromkeys(places, 0)
    for place in places:
        if dice.random() < 0.7:
            marks[place] = await scribe.read(people[0], *place, dice.randint(1, len(said[place])))
    found = await listed(database, people[0])
    assert found == {place: expected(said[place], people[0], marks[place]) for place in places}


async def test_who_has_written_very_much(database, scribe, monkeypatch, way):
    """Somebody with more messages of their own than are looked through gets the same numbers."""
    monkeypatch.setattr(unread, "_MOST_OWN", 5)
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    for author in (ann, bob, bob, ann, bob, bob, bob, bob, bob):
        await scribe.say_in(author, room)
    assert await listed(database, ann) == {(ROOM, room): (7, 0)}
    assert await listed(database, bob) == {(ROOM, room): (2, 0)}


async def test_who_came_later(database, scribe, way):
    """What was said before somebody came is not unread, and nor is that they came."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    await scribe.say_in(ann, room)
    await scribe.settled(Join(eve, room))
    await scribe.say_in(ann, room)
    assert await listed(database, eve) == {(ROOM, room): (1, 0)}
    assert await listed(database, bob) == {(ROOM, room): (2, 0)}
