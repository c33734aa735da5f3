"""What the log takes besides messages: who belongs, what was read; and what one bad entry does to the
others."""

import asyncio
import threading

import peewee
import pytest

from log.batch import Batch
from log.entries import Befriend, CreateGroup, Join, ReadMark
from models import contacts, groups, state
from models.messages import history
from models.tables import Conversation, Member, StoredMessage
from protocol.errors import Conflict, NotFound, Refused, TryAgain
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import Scribe, around_commits, friends, room_of
from tests.models.people import newcomer, newcomers


async def said_in(database, user, room):
    rows, _ = await database.read(history, user, ROOM, room, None, None, 50, False)
    return [(row.seq, row.media, row.content) for row in rows]


async def test_a_group_and_its_notice_are_one(database, scribe):
    """Who makes a group is in it, and the first thing said there is that it was made."""
    ann = await newcomer(database, "Ann")
    made = await scribe.settled(CreateGroup(ann, "Birds", "", 0, "", 5))
    assert made.row["name"] == "Birds" and made.row["id"] == made.dstid
    assert await said_in(database, ann, made.dstid) == [(1, 90, "Ann创建了群")]
    assert [m.content for m in scribe.delivered] == ["Ann创建了群"]


async def test_joining(database, scribe):
    """Who joins may write in the same moment, has read what was said before, and is told of once."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann)
    await scribe.say_in(ann, room, "before")
    join, _, after = await asyncio.gather(
        scribe.settled(Join(bob, room)),
        scribe.say_in(ann, room, "between"),
        scribe.say_in(bob, room, "after"),
    )
    assert join.joined and after.seq == 4
    assert [text for _, _, text in await said_in(database, bob, room)][2:] == ["between", "after"]
    read = Member.select(Member.read).where(Member.user_id == bob).scalar
    assert await database.read(read) == 1
    again = await scribe.settled(Join(bob, room))
    assert not again.joined and again.notice is None
    assert len(await said_in(database, bob, room)) == 4


async def test_joining_behind_a_message(database, scribe):
    """What was said in the same moment before somebody came is not for them, where newcomers read nothing
    from before; and they are named by what comes behind."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann)
    await database.write(groups.update, room, {"history": 0})
    await asyncio.gather(
        scribe.say_in(ann, room, "before"),
        scribe.settled(Join(bob, room)),
        scribe.say_in(ann, room, "behind", at=[bob]),
    )
    assert [text for _, media, text in await said_in(database, bob, room) if media == 1] == ["behind"]
    told = await database.read(
        StoredMessage.select(StoredMessage.at).where(StoredMessage.content == "behind").scalar
    )
    assert told == str(bob)


async def test_refusals_undo_their_own_rows_only(database, scribe):
    """A group too many, an unknown group and a friend twice are refused; what stands beside them is
    written."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    entries = [
        CreateGroup(ann, "Second", "", 0, "", 1),
        Join(ann, 999999),
        Befriend(ann, ann),
        Befriend(ann, bob),
        Befriend(bob, ann),
        Befriend(ann, 999999),
    ]
    work = [scribe.settled(entry) for entry in entries] + [scribe.say_in(ann, room, "beside")]
    results = await asyncio.gather(*work, return_exceptions=True)
    kinds = [type(result) for result in results[:-1]]
    assert kinds == [Refused, NotFound, Refused, Befriend, Conflict, NotFound]
    assert results[-1].seq == 1
    assert [row["id"] for row in await database.read(contacts.friends_of, ann)] == [bob]
    assert len(await database.read(groups.communities_of, ann)) == 1


async def test_marks_of_one_batch(database, scribe):
    """Of many marks at once the greatest counts, and each tells where it moved."""
    ann, bob = await friends(database)
    for _ in range(5):
        await scribe.say(ann, bob)
    marks = await asyncio.gather(*(scribe.read(bob, SINGLE, ann, seq) for seq in (2, 1, 4, 4, 9, 3)))
    assert marks == [2, 0, 4, 0, 5, 0]


async def test_numbers_follow_commits(database):
    """Two processes at once: no change number is given twice, and none is skipped by a reader who asks while
    they write."""
    ann, bob = await friends(database)
    rooms = [await room_of(database, ann, bob) for _ in range(8)]
    one, two = Scribe(database, max_batch=3), Scribe(database, max_batch=3)
    seen, ended = {}, []

    async def watch():
        after = 0
        while not ended or (await database.read(state.change)) > after:
            news = Conversation.select(Conversation.id, Conversation.change).where(
                Conversation.change > after
            )
            for conversation_id, change in await database.read(lambda query=news: list(query.tuples())):
                seen[conversation_id] = max(seen.get(conversation_id, 0), change)
                after = max(after, change)
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await asyncio.gather(
        *(scribe.say_in(ann, room) for _ in range(10) for room in rooms for scribe in (one, two))
    )
    ended.append(True)
    await watching
    stands = await database.read(
        lambda: dict(Conversation.select(Conversation.id, Conversation.change).tuples())
    )
    assert {i: change for i, change in stands.items() if change} == seen
    assert len(set(seen.values())) == len(seen)
    assert sorted(one.changes + two.changes) == list(range(1, await database.read(state.change) + 1))
    steps = {}  # of each room, from one change to the next
    for stored in one.delivered + two.delivered:
        steps.setdefault(stored.dstid, set()).add((stored.place.before, stored.place.change))
    for taken in steps.values():
        befores, changes = zip(*sorted(taken))
        assert befores[1:] == changes[:-1]
    for scribe in (one, two):
        await scribe.log.close()


async def test_lost_answers(database, scribe, lose_a_commit):
    """When the COMMIT happened but its answer was lost, a group is made once, a friend made once, and the
    caller is told of it as done."""
    ann, bob = await newcomers(database, 2)
    lose_a_commit()
    made = await scribe.settled(CreateGroup(ann, "Birds", "", 0, "", 5))
    assert [row["id"] for row in await database.read(groups.communities_of, ann)] == [made.dstid]
    lose_a_commit()
    assert (await scribe.settled(Join(bob, made.dstid))).joined
    lose_a_commit()
    await scribe.settled(Befriend(ann, bob))
    assert len(await said_in(database, bob, made.dstid)) == 2


async def test_one_broken_conversation(database, scribe, expect_logs):
    """A conversation whose numbers do not fit its rows refuses its own messages; everybody else's are
    stored."""
    expect_logs("magpie.log", "refused an entry")
    people = [await friends(database) for _ in range(6)]
    for ann, bob in people:
        await scribe.say(ann, bob)
    ann, bob = people[2]
    broken = Conversation.update(seq=0, ver=0).where(Conversation.key == f"p{ann}-{bob}")
    await database.write(broken.execute)
    told = await asyncio.gather(*(scribe.say(*pair) for _ in range(5) for pair in people))
    for i, message in enumerate(told):
        if i % 6 == 2:
            assert isinstance(message, TryAgain)
        else:
            assert message.seq == 2 + i // 6


async def test_a_lost_answer_beside_a_bad_entry(database, scribe, monkeypatch, lose_a_commit, expect_logs):
    """When the answer to a COMMIT was lost and the batch then has to be divided, what was stored the first
    time is still delivered, once."""
    expect_logs("magpie.log", "refused an entry")
    ann, bob = await friends(database)
    real = Batch.store

    def store(self):
        if self.earlier and (len(self.entries) == 3 or any(e.message.content == "bad" for e in self.entries)):
            raise peewee.IntegrityError("does not fit")
        return real(self)

    lose_a_commit()
    monkeypatch.setattr("log.writer._FIRST_PAUSE", 0)
    monkeypatch.setattr(Batch, "store", store)
    told = await asyncio.gather(*(scribe.say(ann, bob, text, cid=text) for text in ("one", "bad", "two")))
    assert isinstance(told[1], TryAgain) and [told[0].seq, told[2].seq] == [1, 3]
    assert [m.content for m in scribe.delivered] == ["one", "two"]


async def test_rows_of_the_first_release(database, scribe):
    """A message of the first release that is sent again is recognised, whatever digest it was stored with."""
    ann, bob = await friends(database)
    fields = {
        "url": "/mnt/x.png",
        "pic": "/mnt/x_s.png",
        "at": [bob],
        "amount": 3,
        "ref": (await scribe.say(ann, bob)).id,
        "memo": "\U0001fae8",
    }
    first = await scribe.say(ann, bob, "你好", cid="c1", **fields)
    await database.write(StoredMessage.update(digest=12345).execute)
    assert (await scribe.say(ann, bob, "你好", cid="c1", **fields)).id == first.id
    assert isinstance(await scribe.say(ann, bob, "你好!", cid="c1", **fields), Conflict)
    assert len(scribe.delivered) == 2


def test_a_digest_is_the_same_everywhere():
    """What is stored of a message does not depend on the Python that runs: these numbers are for ever."""
    plain = Message(1, 2, SINGLE, Media.TEXT, "hi", cid="c")
    full = Message(7, 5, ROOM, 100, "你\U0001fae8\n'", "p", "u", "m", 2**53 - 1, "c", 9, [3, 0])
    assert (plain.digest(), full.digest()) == (-2248503989901285346, 2113279578025226880)


async def test_a_database_that_does_not_answer(database, monkeypatch):
    """Who writes is told to try again within the deadline, whoever waits behind is too, and what becomes
    durable later is delivered."""
    ann, bob = await friends(database)
    scribe = Scribe(database, max_batch=1)
    stopped = threading.Event()

    def around(real):
        with real():
            yield
            stopped.wait(20)

    around_commits(database, monkeypatch, around)
    monkeypatch.setattr(database, "deadline_s", 0.1)
    told = await asyncio.gather(*(scribe.say(ann, bob, f"{i}") for i in range(3)))
    assert all(isinstance(refusal, TryAgain) for refusal in told)
    stopped.set()
    await scribe.log.close()
    assert [m.content for m in scribe.delivered] == ["0"]
    assert scribe.log.stats()["log_given_up"] == 3


async def test_a_mark_where_nothing_was_said(database, scribe):
    """Reading one's empty notes is no error and makes no conversation."""
    ann = await newcomer(database)
    assert await scribe.read(ann, SINGLE, ann, 5) == 0
    assert await database.read(Conversation.select().count) == 0
    with pytest.raises(NotFound):
        await scribe.settled(ReadMark(ann, ROOM, 999999, 1))
