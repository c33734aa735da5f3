"""Messages that wait and are passed: once, whoever decides and whatever is lost, on all databases."""

import asyncio

import pytest

from log.entries import Barred, Hold, Pass, Post
from models import reviews
from models.tables import Audit, Review, StoredMessage
from protocol.errors import Conflict, Forbidden, Refused
from protocol.messages import ROOM, SINGLE, Message
from protocol.reviews import PASSED, REFUSED, WAITING
from tests.log.scribe import Scribe, friends, lose_a_commit, room_of  # noqa: F401
from tests.models.people import NOW, newcomers

OP = 77


def said(user, dst, content="held", cid=None, kind=SINGLE, **fields) -> Message:
    return Message(user, dst, kind, 1, content, cid=cid, **fields)


async def held(scribe, message) -> int:
    """The id of the review."""
    entry = await scribe.settled(Hold(message, "held"))
    assert entry.receipt is None and entry.review is not None
    return entry.review.id


async def passes(scribe, database, review_id, op=OP):
    review = await database.read(Review.get_by_id, review_id)
    return await scribe.settled(Pass(reviews.message_of(review), review.cid, review_id, op))


def delivered(*scribes) -> list[str]:
    """The messages that were told as new."""
    return sorted(one.content for scribe in scribes for one in scribe.delivered if one.receipt)


async def there(database) -> tuple[list[str], list[int], list[str]]:
    """What is stored, how the reviews stand, and what operators did."""

    def look():
        m = StoredMessage
        rows = m.select().where(m.conversation_id > 0).order_by(m.seq)
        return (
            [row.content for row in rows],
            [row.state for row in Review.select().order_by(Review.id)],
            [row.what for row in Audit.select().order_by(Audit.id)],
        )

    return await database.read(look)


async def test_into_the_queue_and_out_of_it(database, scribe):
    """It takes its number when it is passed; a resend is the same before, and gets its ack after."""
    ann, bob = await friends(database)
    message = said(ann, bob, cid="c", at=[bob])
    review = await held(scribe, message)
    assert await held(scribe, message) == review
    await scribe.say(ann, bob, "later")
    done = await passes(scribe, database, review)
    assert (done.receipt.seq, done.repeated, done.delivered.at) == (2, False, [bob])
    again = await scribe.settled(Hold(message, "held"))
    assert again.repeated and again.receipt == done.receipt and again.review is None
    assert (await scribe.settled(Post(message))).receipt == done.receipt
    assert await there(database) == (["later", "held"], [PASSED], ["review.passed"])


async def test_two_of_one_cid_in_one_batch(database, scribe):
    """Wait once; another message under it does not."""
    ann, bob = await friends(database)
    tries = [Hold(said(ann, bob, text, "c"), "held") for text in ("held", "held", "held too")]
    first, second, third = await asyncio.gather(*map(scribe.settled, tries), return_exceptions=True)
    assert first.review.id == second.review.id and isinstance(third, Conflict)
    assert await there(database) == ([], [WAITING], [])


async def test_lost_commits(database, scribe, lose_a_commit):  # noqa: F811
    """A COMMIT whose answer was lost leaves one review, and one message, which is told as new."""
    ann, bob = await friends(database)
    for cid in ("a", None):
        if cid is None and not database.dialect.commits_get_lost:
            continue
        lose_a_commit()
        entry = await scribe.settled(Hold(said(ann, bob, cid=cid), "held"))
        assert not entry.repeated
        lose_a_commit()
        done = await passes(scribe, database, entry.review.id)
        assert not done.repeated and done.place is not None
    texts, states, notes = await there(database)
    assert len(texts) == len(states) == len(notes) == len(delivered(scribe))


async def test_many_decide_at_once(database, scribe):
    """Two logs and the refusal: each message is passed once or refused once."""
    other = Scribe(database)
    ann, bob = await friends(database)
    ids = [await held(scribe, said(ann, bob, f"held {n}", cid=f"{n}" if n % 2 else None)) for n in range(8)]
    tries = [
        act
        for review in ids
        for act in (
            passes(scribe, database, review, 1),
            passes(other, database, review, 2),
            database.write(reviews.refuse, 3, review, NOW),
        )
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    await other.log.close()
    texts, states, notes = await there(database)
    assert [type(one) for one in results].count(Conflict) == len(results) - len(ids), results
    passed = [f"held {n}" for n, state in enumerate(states) if state == PASSED]
    assert sorted(texts) == passed and set(states) <= {PASSED, REFUSED}
    assert len(notes) == len(ids)
    assert delivered(scribe, other) == passed


async def test_said_again_when_its_word_is_free(database, scribe):
    """Under its cid it is the same message, and passing it later adds none."""
    ann, bob = await friends(database)
    message = said(ann, bob, cid="c")
    review = await held(scribe, message)
    first = await scribe.settled(Post(message))
    done = await passes(scribe, database, review)
    assert done.repeated and done.receipt == first.receipt
    assert await there(database) == (["held"], [PASSED], ["review.passed"])


async def test_who_left_meanwhile(database, scribe):
    """Is refused, and it waits still: whoever asked says what becomes of it."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    review = await held(scribe, said(bob, room, kind=ROOM))

    def leave():
        from models.tables import Member

        Member.delete().where(Member.user_id == bob).execute()

    await database.write(leave)
    with pytest.raises(Forbidden):
        await passes(scribe, database, review)
    assert (await there(database))[1:] == ([WAITING], [])


async def test_what_may_not_be_said(database, scribe):
    """Is refused with why, unless it was stored when it still might be."""
    ann, bob = await friends(database)
    (eve,) = await newcomers(database, 1)
    why = Refused("no", "no")
    first = await scribe.settled(Post(said(ann, bob, "x", "c")))
    assert (await scribe.settled(Barred(said(ann, bob, "x", "c"), why))).receipt == first.receipt
    for message, refusal in (
        (said(ann, bob, "y", "c"), Conflict),
        (said(ann, bob, "y", "d"), Refused),
        (said(ann, bob, "y"), Refused),
        (said(ann, ann, "y"), Refused),
        (said(eve, bob, "y"), Forbidden),
        (said(ann, 10**6, "x", "c"), Conflict),
    ):
        with pytest.raises(refusal):
            await scribe.settled(Barred(message, why))
    assert await there(database) == (["x"], [], [])
