"""Messages with points in them: both are there or neither, once, however often it is tried."""

import asyncio
import random

import pytest

from log.entries import Recall, Transfer
from models import packets, wallet
from models.tables import LedgerAccount, RedPacket, StoredMessage
from protocol.errors import Conflict, Forbidden, NotFound, Refused
from protocol.messages import ROOM, SINGLE, Media, Message
from protocol.packets import SendPacket
from tests.log.scribe import Scribe, friends, lose_a_commit, room_of  # noqa: F401
from tests.models.people import NOW, newcomers

WELCOME = 1000


def packet(user, dst, amount=100, count=1, kind=SINGLE, cid=None, mode="lucky", memo=""):
    said = SendPacket(kind=kind, dstid=dst, amount=amount, count=count, mode=mode, memo=memo, cid=cid)
    return Transfer(said.by(user), said.digest(), count, mode)


async def with_points(database, *people):
    for who in people:
        await database.write(wallet.open_account, who, WELCOME, NOW)


async def there(database):
    """(messages, packets, points in packets); points and messages belong together, and all add up."""
    m, p = StoredMessage, RedPacket

    def look():
        assert wallet.ledger()["sum"] == wallet.ledger()["wrong"] == 0
        said = {m.amount for m in m.select().where(m.media == Media.RED_PACKET)}
        assert said == {packet.amount for packet in p.select()}
        messages = m.select().where(m.media == Media.RED_PACKET, m.conversation_id > 0).count()
        inside = [a.balance for a in LedgerAccount.select().where(LedgerAccount.id < 0)]
        assert messages == p.select().count() == len(inside)
        return messages, sum(inside)

    return await database.read(look)


async def test_message_and_points(database, scribe):
    """A packet is a message in its place, with its address; the points are in it."""
    ann, bob = await friends(database)
    await with_points(database, ann, bob)
    await scribe.say(ann, bob, "before")
    sent, after = await asyncio.gather(
        scribe.settled(packet(ann, bob, 300, memo="luck", cid="a")), scribe.say(bob, ann, "after")
    )
    assert sent.receipt.seq == 2 and after.seq == 3
    assert sent.delivered.url == f"/redpacket/{sent.receipt.id}" and sent.place.seq == 3
    row = await database.read(StoredMessage.select().where(StoredMessage.seq == 2).get)
    assert (row.media, row.amount, row.memo, row.url) == (5, 300, "luck", sent.delivered.url)
    assert await database.read(wallet.balance, ann) == WELCOME - 300
    assert (await database.read(packets.info, bob, sent.receipt.id, NOW))["left"] == 300
    assert await there(database) == (1, 300)


async def test_what_is_refused_is_nowhere(database, scribe):
    """Who has too little, no account, or may not write there: no message, no points, and the cid is free."""
    ann, bob, eve = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    await with_points(database, ann, eve)
    tries = [
        (packet(ann, room, WELCOME + 1, 2, ROOM, "a"), Refused),
        (packet(bob, room, 1, 1, ROOM, "b"), Refused),
        (packet(eve, room, 5, 2, ROOM, "c"), Forbidden),
        (packet(eve, ann, 5, cid="c"), Forbidden),
        (packet(eve, 10**6, 5, 2, ROOM, "c"), NotFound),
    ]
    for entry, why in tries:
        with pytest.raises(why):
            await scribe.settled(entry)
    assert await there(database) == (0, 0)
    assert (await scribe.settled(packet(ann, room, WELCOME, 2, ROOM, "a"))).receipt
    assert await there(database) == (1, WELCOME)
    with pytest.raises(Refused):
        await scribe.settled(packet(ann, room, 1, 1, ROOM, "d"))


async def test_the_same_again(database, scribe):
    """A resend gets the first one's numbers and takes nothing, also when all points are gone meanwhile, or
    in the same batch. Anything else under its cid is refused."""
    ann, bob = await friends(database)
    room = await room_of(database, ann, bob)
    await with_points(database, ann, bob)
    first, second = await asyncio.gather(*(scribe.settled(packet(ann, bob, WELCOME, cid="a")) for _ in "12"))
    again = await scribe.settled(packet(ann, bob, WELCOME, cid="a"))
    assert first.receipt == second.receipt == again.receipt and again.repeated and not first.repeated
    assert len([one for one in scribe.delivered if one.media == Media.RED_PACKET]) == 1
    others = [
        packet(ann, bob, 1, cid="a"),
        packet(ann, room, WELCOME, 1, ROOM, "a"),
        packet(ann, bob, WELCOME, cid="a", memo="more"),
        packet(ann, bob, WELCOME, cid="a", mode="equal"),
    ]
    for other in others:
        with pytest.raises((Conflict, Refused)) as refused:
            await scribe.settled(other)
        assert refused.type is Conflict
    assert isinstance(await scribe.say(ann, bob, "x", cid="a"), Conflict)
    await scribe.say(bob, ann, "x", cid="b")
    with pytest.raises(Conflict):
        await scribe.settled(packet(bob, ann, 5, cid="b"))
    assert await there(database) == (1, WELCOME)


async def test_a_lost_commit(database, scribe, lose_a_commit):  # noqa: F811
    """A packet whose COMMIT was not answered is there once, and told as new."""
    ann, bob = await friends(database)
    await with_points(database, ann)
    for cid in ("a", None):
        lose_a_commit()
        if cid or database.dialect.commits_get_lost:
            await scribe.settled(packet(ann, bob, 100, cid=cid))
    count, points = await there(database)
    assert await database.read(wallet.balance, ann) == WELCOME - points and points == 100 * count
    assert [one.url for one in scribe.delivered] == [f"/redpacket/{one.id}" for one in scribe.delivered]
    assert len(scribe.delivered) == count


async def test_crossing_batches(database, scribe):
    """Two logs in which four people send packets to each other as fast as they can: nobody waits for ever,
    nobody spends more than they have, and all that is taken is in packets."""
    other = Scribe(database)
    people = await newcomers(database, 4)
    rooms = [await room_of(database, *people) for _ in range(4)]
    await with_points(database, *people)
    dice = random.Random(3)
    calls = [
        (scribe, other)[number % 2].settled(
            packet(dice.choice(people), dice.choice(rooms), 60, 3, ROOM, f"{number}")
        )
        for number in range(80)
    ]
    results = await asyncio.gather(*calls, return_exceptions=True)
    await other.log.close()
    sent = [result for result in results if not isinstance(result, Exception)]
    assert {type(result) for result in results if isinstance(result, Exception)} <= {Refused}
    assert await there(database) == (len(sent), 60 * len(sent))
    balances = [await database.read(wallet.balance, who) for who in people]
    assert min(balances) >= 0 and sum(balances) + 60 * len(sent) == 4 * WELCOME


async def test_no_recall(database, scribe):
    """A packet can't be taken back, by nobody; what a page of old sent under another address can."""
    ann, bob = await friends(database)
    await with_points(database, ann)
    sent = await scribe.settled(packet(ann, bob, 100, cid="a"))
    with pytest.raises(Refused):
        await scribe.settled(Recall(ann, SINGLE, bob, sent.receipt.id, -1))
    old = await scribe.append(Message(ann, bob, SINGLE, Media.RED_PACKET, url="https://pay/1", amount=5))
    await scribe.settled(Recall(ann, SINGLE, bob, old.id, -1))
