"""The message log: every message once, in order, durable, whatever happens meanwhile."""

import asyncio

import peewee
import pytest

from log.entries import Join, Post
from models import contacts
from models import messages as stored
from models.tables import StoredMessage
from protocol.errors import Conflict, Forbidden, NotFound, TryAgain
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import Scribe, around_commits, friends, room_of
from tests.models.people import NOW, count, newcomer, newcomers


async def history(database, user, kind, dst):
    return (await database.read(stored.history, user, kind, dst, None, None, 200, False))[0]


async def test_messages_are_numbered_from_one_without_a_gap(database, scribe):
    """Two friends who write at once see one sequence 1, 2, 3 …"""
    ann, bob = await friends(database)
    told = await asyncio.gather(
        *(scribe.say(*pair, f"{i}") for i in range(30) for pair in ((ann, bob), (bob, ann)))
    )
    assert [m.seq for m in told] == list(range(1, 61))
    assert [m.ver for m in told] == list(range(1, 61))
    rows = await history(database, bob, SINGLE, ann)
    assert [(row.seq, row.content, row.id) for row in rows] == [(m.seq, m.content, m.id) for m in told]


async def test_ids_are_unique_over_conversations(database, scribe):
    """No two messages have the same id, and JavaScript keeps every one exact."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    told = [await scribe.say(ann, bob), await scribe.say_in(ann, room), await scribe.say_in(bob, room)]
    assert len({m.id for m in told}) == 3
    assert all(0 < m.id < 2**53 for m in told)


async def test_what_waits_during_a_commit_is_one_batch(database, scribe):
    """A burst costs a few commits, not one each."""
    ann, bob = await friends(database)
    await asyncio.gather(*(scribe.say(ann, bob) for _ in range(200)))
    assert sum(scribe.batches) == 200
    assert len(scribe.batches) <= 3


async def test_resend_gets_the_first_ack_and_creates_nothing(database, scribe):
    """A message sent again under its cid is acked with the first one's numbers and delivered once."""
    ann, bob = await friends(database)
    first = await scribe.say(ann, bob, "hello", cid="c1")
    again, between = await asyncio.gather(
        scribe.say(ann, bob, "hello", cid="c1"), scribe.say(ann, bob, "new")
    )
    assert (again.id, again.seq, again.ver, again.createat) == (
        first.id,
        first.seq,
        first.ver,
        first.createat,
    )
    assert between.seq == 2
    assert [m.content for m in scribe.delivered] == ["hello", "new"]
    assert await count(database, StoredMessage) == 2


async def test_resend_in_the_same_batch(database, scribe):
    """Ten copies at once are one message."""
    ann, bob = await friends(database)
    told = await asyncio.gather(*(scribe.say(ann, bob, "hello", cid="c1") for _ in range(10)))
    assert {m.seq for m in told} == {1}
    assert len(scribe.delivered) == 1


@pytest.mark.parametrize(
    "other", [{"content": "other"}, {"memo": "x"}, {"amount": 1}, {"ref": 3}, {"at": [0]}]
)
async def test_another_message_under_a_used_cid_is_refused(database, scribe, other):
    """A cid names one message for ever."""
    ann, bob = await friends(database)
    await scribe.say(ann, bob, cid="c1")
    assert isinstance(await scribe.say(ann, bob, **{"cid": "c1", **other}), Conflict)
    assert await count(database, StoredMessage) == 1


async def test_a_cid_belongs_to_its_sender(database, scribe):
    """Two people may use the same cid."""
    ann, bob = await friends(database)
    assert (await scribe.say(ann, bob, cid="c1")).seq == 1
    assert (await scribe.say(bob, ann, cid="c1")).seq == 2


async def test_cids_that_look_alike_are_different(database, scribe):
    """Case and accents tell cids apart on every database."""
    ann, bob = await friends(database)
    told = [await scribe.say(ann, bob, cid=cid) for cid in ("a", "A", "á", "😀", "😁", " a")]
    assert [m.seq for m in told] == [1, 2, 3, 4, 5, 6]


async def test_strangers_and_outsiders_are_refused(database, scribe):
    """Who is no friend or member can't write, and nothing is stored; the cid stays free."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann)
    assert isinstance(await scribe.say(ann, bob, cid="c1"), Forbidden)
    assert isinstance(await scribe.say_in(eve, room), Forbidden)
    assert isinstance(await scribe.say(ann, 999999), NotFound)
    assert isinstance(await scribe.say_in(ann, 999999), NotFound)
    assert await count(database, StoredMessage) == 0
    await database.write(contacts.befriend, ann, bob, NOW)
    assert (await scribe.say(ann, bob, "now", cid="c1")).seq == 1


async def test_notes_to_oneself(database, scribe):
    """A chat with oneself needs no friendship."""
    ann = await newcomer(database)
    assert [(await scribe.say(ann, ann)).seq for _ in range(2)] == [1, 2]
    assert [row.seq for row in await history(database, ann, SINGLE, ann)] == [1, 2]


async def test_strangers_where_they_are_allowed(database):
    """With contacts.strangers a single chat begins with its first message, from either side at once."""
    ann, bob = await newcomers(database, 2)
    scribe = Scribe(database, strangers=True)
    told = await asyncio.gather(scribe.say(ann, bob), scribe.say(bob, ann))
    assert [m.seq for m in told] == [1, 2]
    assert isinstance(await scribe.say(ann, 999999), NotFound)
    await scribe.log.close()


async def test_a_member_may_write_as_soon_as_joined(database, scribe):
    """A refusal is not remembered: after joining, the next message goes through."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann)
    assert isinstance(await scribe.say_in(bob, room), Forbidden)
    await scribe.settled(Join(bob, room))
    assert (await scribe.say_in(bob, room)).seq == 2  # after the notice that Bob has come


async def test_a_bad_message_fails_alone(database, scribe, expect_logs):
    """What a database can't take is refused; the messages around it are stored."""
    expect_logs("magpie.log", "refused an entry")
    ann, bob = await friends(database)
    told = await asyncio.gather(*(scribe.say(ann, bob, "\ud800" if i == 5 else f"{i}") for i in range(10)))
    assert isinstance(told[5], TryAgain)
    assert [m.seq for i, m in enumerate(told) if i != 5] == list(range(1, 10))


async def test_a_full_queue_makes_senders_wait(database):
    """Nothing is dropped when more is sent than the queue holds: append returns later."""
    ann, bob = await friends(database)
    scribe = Scribe(database, max_queue=3, max_batch=2)
    told = await asyncio.gather(*(scribe.say(ann, bob, f"{i}") for i in range(20)))
    assert sorted(m.seq for m in told) == list(range(1, 21))
    await scribe.log.close()


async def test_closing_commits_what_is_queued(database):
    """Messages taken before the end are stored; later ones are told to try again."""
    ann, bob = await friends(database)
    scribe = Scribe(database)
    for i in range(50):
        await scribe.log.append(Post(Message(ann, bob, SINGLE, Media.TEXT, f"{i}")))
    await scribe.log.close()
    assert [m.content for m in scribe.delivered] == [f"{i}" for i in range(50)]
    with pytest.raises(TryAgain):
        await scribe.log.append(Post(Message(ann, bob, SINGLE, Media.TEXT, "late")))


async def test_two_logs_number_one_conversation_together(database):
    """Two writers on one database, as two processes are, leave no gap and no double, resends included."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    one, two = Scribe(database, max_batch=5), Scribe(database, max_batch=5)
    told = await asyncio.gather(
        *(
            scribe.say_in(sender, room, f"{i}", cid=f"c{i}")
            for i in range(60)
            for scribe in (one, two)
            for sender in (ann, bob)
        )
    )
    by_cid = {}
    for message in told:
        by_cid.setdefault((message.userid, message.cid), set()).add(message.seq)
    assert all(len(seqs) == 1 for seqs in by_cid.values())
    assert sorted(seq for seqs in by_cid.values() for seq in seqs) == list(range(1, 121))
    assert len(one.delivered) + len(two.delivered) == 120
    for scribe in (one, two):
        await scribe.log.close()


async def test_a_lost_answer_to_commit(database, scribe, lose_a_commit):
    """When the COMMIT happened but its answer was lost, the message is stored once and still delivered, under
    the change number that it took."""
    ann, bob = await friends(database)
    # Without a cid the log gives one of its own, but on SQLite, whose COMMIT has no answer to lose.
    for cid in ["c1"] if database.dialect.single_writer else ["c1", None]:
        lose_a_commit()
        assert (await scribe.say(ann, bob, f"once {cid}", cid=cid)).cid == cid
    said = [m.content for m in scribe.delivered]
    assert said == ["once c1"] if database.dialect.single_writer else ["once c1", "once None"]
    rows = await history(database, ann, SINGLE, bob)
    assert [row.content for row in rows] == said
    assert [row.cid or None for row in rows] == [m.cid for m in scribe.delivered]
    assert [m.place.change for m in scribe.delivered] == scribe.changes == list(range(1, 1 + len(said)))


async def test_a_database_that_stays_away(database, scribe, monkeypatch, expect_logs):
    """After some tries the sender is told to try again, and the log goes on when the database is back."""
    expect_logs("magpie.log", "gave up a batch")
    monkeypatch.setattr("log.writer._FIRST_PAUSE", 0)
    ann, bob = await friends(database)

    def gone(real):
        raise peewee.OperationalError("can't connect")
        yield

    with monkeypatch.context() as away:
        around_commits(database, away, gone)
        assert isinstance(await scribe.say(ann, bob, cid="c1"), TryAgain)
    assert (await scribe.say(ann, bob, cid="c1")).seq == 1


async def test_times_never_run_backwards(database, scribe, monkeypatch):
    """A clock that is set back does not make a later message older."""
    ann, bob = await friends(database)
    first = await scribe.say(ann, bob)
    monkeypatch.setattr("log.writer.now_ms", lambda: first.createat - 60_000)
    assert (await scribe.say(ann, bob)).createat > first.createat


async def test_a_room_is_not_a_user(database, scribe):
    """Group 1 and user 1 have nothing to do with each other."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await scribe.say_in(ann, room, "in the room")
    await scribe.say(ann, bob, "in the chat")
    assert [row.content for row in await history(database, bob, ROOM, room)] == ["in the room"]
    assert [row.content for row in await history(database, bob, SINGLE, ann)] == ["in the chat"]
