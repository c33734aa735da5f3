"""What is done to messages after they were said: each change once, in order, by those who may."""

import asyncio

import pytest

from log.entries import Edit, Pin, React, Recall
from models.tables import Attachment, Conversation, Mention, Reaction, StoredMessage
from models.tables import Pin as PinRow
from protocol.errors import Conflict, Forbidden, NotFound, Refused
from protocol.limits import MAX_PINS, MAX_REACTIONS, MAX_REACTIONS_OF_ONE
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import friends, lose_a_commit, room_of  # noqa: F401
from tests.models.people import newcomers


def recall(user, dst, message, kind=SINGLE, window=120, cid=None):
    return Recall(user, kind, dst, message.id, window, cid)


def edit(user, dst, message, content, at=None, kind=SINGLE, window=120, cid=None):
    return Edit(user, kind, dst, message.id, content, at, window, cid)


def react(user, dst, message, content, amount=1, kind=SINGLE, cid=None):
    return React(user, kind, dst, message.id, {"content": content, "amount": amount}, cid)


def pin(user, dst, message, amount=1, kind=SINGLE, cid=None):
    return Pin(user, kind, dst, message.id, {"amount": amount}, cid)


async def stored(database, message):
    """The row of a message."""
    m = StoredMessage
    return await database.read(lambda: m.get(m.seq == message.seq, m.conversation_id == message.id >> 27))


async def test_recall(database, scribe):
    """Nothing is left of a recalled message but its place; whoever recalls it again changes nothing."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, "oh", at=[bob])
    await scribe.settled(react(bob, ann, said, "👍"))
    await scribe.settled(pin(bob, ann, said))
    done = await scribe.settled(recall(ann, bob, said))
    assert (done.receipt.seq, done.receipt.ver, done.told) == (1, 4, {})
    row = await stored(database, said)
    assert (row.content, row.at, row.extra, row.ver, row.userid) == ("", "", '{"recalled":1}', 4, ann)
    for table in (Mention, Reaction, PinRow):
        assert not await database.read(table.select().count)
    again = await scribe.settled(recall(ann, bob, said))
    assert again.told is None and again.receipt.ver == 4


async def test_who_may_recall(database, scribe):
    """The author for some time, a group's owner at any time; nobody else."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob, eve)
    said = await scribe.say_in(bob, room, "oh")
    with pytest.raises(Forbidden):
        await scribe.settled(recall(eve, room, said, ROOM))
    with pytest.raises(Refused):
        await scribe.settled(recall(bob, room, said, ROOM, window=0))
    done = await scribe.settled(recall(ann, room, said, ROOM, window=0))
    assert done.told == {"by": ann}
    own = await scribe.say_in(ann, room, "my own")
    assert (await scribe.settled(recall(ann, room, own, ROOM, window=0))).told == {}
    late = await scribe.say_in(bob, room, "late")
    assert (await scribe.settled(recall(bob, room, late, ROOM, window=-1))).told == {}


async def test_edit(database, scribe):
    """A text is mended by its author; it names whom it named before, or others."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob, eve)
    said = await scribe.say_in(ann, room, "hallo", at=[bob])
    done = await scribe.settled(edit(ann, room, said, "hello", kind=ROOM))
    assert done.told == {"content": "hello", "at": [bob], "edited": done.receipt.createat}
    with pytest.raises(Forbidden):
        await scribe.settled(edit(bob, room, said, "mine", kind=ROOM))
    with pytest.raises(Refused):
        await scribe.settled(edit(ann, room, said, "late", kind=ROOM, window=0))
    assert (await scribe.settled(edit(ann, room, said, "hello", kind=ROOM))).told is None
    other = await scribe.settled(edit(ann, room, said, "hello", [eve, 10**9], kind=ROOM))
    assert other.told["at"] == [eve]
    named = Mention.select(Mention.user_id).tuples()
    assert await database.read(lambda: list(named)) == [(eve,)]
    nobody = await scribe.settled(edit(ann, room, said, "hello", [], kind=ROOM))
    assert "at" not in nobody.told and not await database.read(Mention.select().count)


async def test_only_texts_are_edited(database, scribe):
    """A picture has no text to mend."""
    ann, bob = await friends(database)
    picture = await scribe.append(Message(ann, bob, SINGLE, Media.IMAGE, url="https://example.org/a.png"))
    with pytest.raises(Refused):
        await scribe.settled(edit(ann, bob, picture, "text"))


async def test_reactions(database, scribe):
    """Everybody reacts once with each emoji; the first to do so is told first, and who takes it back is
    gone."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob)
    await scribe.settled(react(ann, bob, said, "👍"))
    await scribe.settled(react(bob, ann, said, "🎉"))
    both = await scribe.settled(react(bob, ann, said, "👍"))
    assert both.told == {
        "content": "👍",
        "amount": 1,
        "reactions": {"👍": {"n": 2, "who": [ann, bob]}, "🎉": {"n": 1, "who": [bob]}},
    }
    assert list(both.told["reactions"]) == ["👍", "🎉"]
    assert (await scribe.settled(react(bob, ann, said, "👍"))).told is None
    one = await scribe.settled(react(ann, bob, said, "👍", -1))
    assert one.told["reactions"]["👍"] == {"n": 1, "who": [bob]}
    none = await scribe.settled(react(bob, ann, said, "👍", -1))
    assert list(none.told["reactions"]) == ["🎉"]
    assert (await scribe.settled(react(bob, ann, said, "👍", -1))).told is None
    assert "reactions" not in (await scribe.settled(react(bob, ann, said, "🎉", -1))).told
    assert (await stored(database, said)).extra is None


async def test_how_many_reactions(database, scribe):
    """A message has so many kinds of reactions, and one person so many of them."""
    people = await newcomers(database, 3)
    room = await room_of(database, *people)
    said = await scribe.say_in(people[0], room)
    for user, first in ((people[0], 0), (people[1], MAX_REACTIONS_OF_ONE)):
        for i in range(MAX_REACTIONS_OF_ONE):
            await scribe.settled(react(user, room, said, f"e{first + i}", kind=ROOM))
        with pytest.raises(Refused):
            await scribe.settled(react(user, room, said, "e99", kind=ROOM))
    with pytest.raises(Refused):
        await scribe.settled(react(people[2], room, said, f"e{MAX_REACTIONS}", kind=ROOM))
    assert (await scribe.settled(react(people[2], room, said, "e0", kind=ROOM))).told


async def test_fifty_at_once(database, scribe):
    """However many react in one moment, each is counted; the first twenty are told."""
    people = await newcomers(database, 50)
    room = await room_of(database, *people)
    said = await scribe.say_in(people[0], room)
    done = await asyncio.gather(
        *(scribe.settled(react(user, room, said, "👍", kind=ROOM)) for user in people)
    )
    last = max(done, key=lambda entry: entry.receipt.ver)
    assert last.told["reactions"] == {"👍": {"n": 50, "who": people[:20]}}
    assert sorted(entry.receipt.ver for entry in done) == list(range(2, 52))
    gone = await scribe.settled(react(people[0], room, said, "👍", -1, kind=ROOM))
    assert gone.told["reactions"] == {"👍": {"n": 49, "who": people[1:21]}}


async def test_pins(database, scribe):
    """Both pin in a single chat, the owner in a group, so many and no more."""
    ann, bob = await friends(database)
    said = [await scribe.say(ann, bob) for _ in range(MAX_PINS + 1)]
    for message in said[:-1]:
        assert (await scribe.settled(pin(bob, ann, message))).told == {"amount": 1}
    with pytest.raises(Refused):
        await scribe.settled(pin(ann, bob, said[-1]))
    assert (await scribe.settled(pin(ann, bob, said[0]))).told is None
    assert (await stored(database, said[0])).extra == f'{{"pinned":{bob}}}'
    assert (await scribe.settled(pin(ann, bob, said[0], -1))).told == {"amount": -1}
    assert (await scribe.settled(pin(ann, bob, said[0], -1))).told is None
    room = await room_of(database, ann, bob)
    there = await scribe.say_in(bob, room)
    with pytest.raises(Forbidden):
        await scribe.settled(pin(bob, room, there, kind=ROOM))
    assert (await scribe.settled(pin(ann, room, there, kind=ROOM))).told


@pytest.mark.parametrize("make", [edit, react, pin])
async def test_nothing_is_done_to_what_is_recalled(database, scribe, make):
    """What was taken back can't be changed any more."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob)
    await scribe.settled(recall(ann, bob, said))
    with pytest.raises(Refused):
        await scribe.settled(make(ann, bob, said, *([] if make is pin else ["x"])))


async def test_of_another_conversation(database, scribe):
    """A message is found in its own conversation only, and by its members."""
    ann, bob, eve = await newcomers(database, 3)
    one, two = await room_of(database, ann, bob), await room_of(database, ann, eve)
    said = await scribe.say_in(ann, one)
    with pytest.raises(NotFound):
        await scribe.settled(react(ann, two, said, "👍", kind=ROOM))
    with pytest.raises(Forbidden):
        await scribe.settled(react(eve, one, said, "👍", kind=ROOM))
    said.receipt = type("Receipt", (), {"id": said.id + 5})
    with pytest.raises(NotFound):
        await scribe.settled(react(ann, one, said, "👍", kind=ROOM))


async def test_a_resend(database, scribe):
    """The same change under the same cid is made once, whatever happened since; another one under it, and a
    message, are refused."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, cid="a message")
    first = await scribe.settled(react(bob, ann, said, "👍", cid="one"))
    await scribe.settled(react(bob, ann, said, "👍", -1, cid="two"))
    again = await scribe.settled(react(bob, ann, said, "👍", cid="one"))
    assert again.told is None and again.receipt.ver == first.receipt.ver
    assert (await stored(database, said)).extra is None
    with pytest.raises(Conflict):
        await scribe.settled(react(bob, ann, said, "🎉", cid="one"))
    assert isinstance(await scribe.say(bob, ann, "x", cid="one"), Conflict)
    with pytest.raises(Conflict):
        await scribe.settled(react(ann, bob, said, "👍", cid="a message"))
    nothing = await scribe.settled(react(bob, ann, said, "👍", -1, cid="three"))
    await scribe.settled(react(bob, ann, said, "👍"))
    assert nothing.told is None
    assert (await scribe.settled(react(bob, ann, said, "👍", -1, cid="three"))).told is None
    assert (await stored(database, said)).extra


async def test_a_message_that_was_changed_is_the_same(database, scribe):
    """Who sends it again gets its ack, though it reads otherwise now."""
    ann, bob = await friends(database)
    said = await scribe.say(ann, bob, "hallo", cid="one")
    await scribe.settled(edit(ann, bob, said, "hello"))
    assert (await scribe.say(ann, bob, "hallo", cid="one")).id == said.id
    assert isinstance(await scribe.say(ann, bob, "hello", cid="one"), Conflict)
    await scribe.settled(recall(ann, bob, said))
    assert (await scribe.say(ann, bob, "hallo", cid="one")).id == said.id


async def test_a_lost_commit(database, scribe, lose_a_commit):  # noqa: F811
    """A change whose COMMIT was not answered is made once, and told with the version that it took; where
    answers get lost, also one without a cid."""
    ann, bob = await friends(database)
    for number, cid in enumerate(["one", None] if database.dialect.commits_get_lost else ["one"], 1):
        said = await scribe.say(ann, bob)
        lose_a_commit()
        done = await scribe.settled(react(bob, ann, said, "👍", cid=cid))
        assert done.receipt.ver == 2 * number and done.place is not None
        assert done.told["reactions"] == {"👍": {"n": 1, "who": [bob]}}
        assert await database.read(Conversation.select(Conversation.ver).scalar) == 2 * number


async def test_its_media(database, scribe):
    """An upload that a recalled message showed is released when nothing else shows it; one whose uses were
    never counted stays."""
    ann, bob = await friends(database)
    keys = [f"2026/11/{letter * 22}" for letter in "abc"]

    def upload(key, uses):
        Attachment.insert(
            key=key, owner=ann, ext="png", mime="image/png", bytes=1, createat=1, uses=uses
        ).execute()

    for key, uses in zip(keys, (0, 0, None)):
        await database.write(upload, key, uses)
    once, twice, old = [f"/mnt/{key}.png" for key in keys]
    said = [
        await scribe.append(Message(ann, bob, SINGLE, Media.IMAGE, url=url))
        for url in (once, twice, twice, old)
    ]
    for message in (said[0], said[1], said[3]):
        await scribe.settled(recall(ann, bob, message))
    states = Attachment.select(Attachment.uses, Attachment.state).order_by(Attachment.key).tuples()
    assert await database.read(lambda: list(states)) == [(0, 0), (1, 1), (None, 1)]


async def test_answers_and_names(database, scribe):
    """A message answers one of its own conversation, and names its members; everybody is named by who may."""
    ann, bob, eve = await newcomers(database, 3)
    room, other = await room_of(database, ann, bob), await room_of(database, ann, eve)
    there = await scribe.say_in(ann, other)
    here = await scribe.say_in(ann, room)
    assert isinstance(await scribe.say_in(ann, room, ref=there.id), NotFound)
    assert isinstance(await scribe.say_in(ann, room, ref=here.id + 1), NotFound)
    answer = await scribe.say_in(bob, room, "yes", ref=here.id, at=[ann, eve], cid="one")
    assert scribe.delivered[-1].message.ref == here.id
    assert (await stored(database, answer)).at == str(ann)
    assert (await scribe.say_in(bob, room, "yes", ref=here.id, at=[ann, eve], cid="one")).id == answer.id
    assert isinstance(await scribe.say_in(bob, room, at=[0]), Forbidden)
    assert (await stored(database, await scribe.say_in(ann, room, at=[0]))).at == "0"
