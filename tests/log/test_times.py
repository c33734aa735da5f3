"""Times of messages rise with their numbers, whatever clocks do, and one wrong hour is not for ever."""

import pytest

from log.times import MOST_AHEAD_MS, following
from models import state
from models.tables import Conversation, StoredMessage
from protocol.clock import now_ms
from tests.log.scribe import Scribe, friends, room_of

HOUR, DAY = 3_600_000, 86_400_000


@pytest.mark.parametrize(
    "now, earlier, born, then",
    [
        (1000, [], 0, 1000),
        (1000, [999], 0, 1000),
        (1000, [1000], 0, 1001),  # within one millisecond
        (1000, [1000 + HOUR, 5], 0, 1001 + HOUR),  # the clock was put back
        (1000, [1000 + DAY], 0, 1001 + DAY),
        (1000, [1001 + DAY], 0, 1000),  # nobody waits days for a clock that was wrong
        (1000, [1001 + DAY, 1000 + HOUR], 0, 1001 + HOUR),
        (1000, [9 * DAY], 5000, 9 * DAY + 1),  # a clock that knows nothing of this year
    ],
)
def test_what_follows(now, earlier, born, then):
    """A message comes after those before it, unless they are dated more than a day ahead."""
    assert following(now, *earlier, born=born) == then
    assert MOST_AHEAD_MS == DAY


async def test_after_a_restart(database, monkeypatch):
    """The clock was an hour ahead and is put right while the server restarts: what is said next is not older,
    in any conversation, and notices count as well."""
    ann, bob = await friends(database)
    room, other = await room_of(database, ann, bob), await room_of(database, ann, bob)
    ahead = now_ms() + HOUR
    before = Scribe(database)
    with monkeypatch.context() as wrong:
        wrong.setattr("log.writer.now_ms", lambda: ahead)
        first = await before.say(ann, bob)
        notice = await before.say_in(ann, room)
        await database.write(StoredMessage.update(media=90, createat=ahead + 500).where(
            StoredMessage.conversation_id == notice.id >> 27).execute)  # fmt: skip
    await before.log.close()
    after = Scribe(database)
    second, third = await after.say(ann, bob), await after.say_in(ann, other)
    assert first.createat < ahead + 500 < second.createat < third.createat
    await after.log.close()


async def test_another_process_is_ahead(database, monkeypatch):
    """Of two processes whose clocks differ, neither dates a message before the one that it follows."""
    ann, bob = await friends(database)
    one, two = Scribe(database), Scribe(database)
    await two.say(ann, bob)
    with monkeypatch.context() as ahead:
        later = now_ms() + HOUR
        ahead.setattr("log.writer.now_ms", lambda: later)
        first = await one.say(ann, bob)
    second = await two.say(ann, bob)
    assert (second.seq, second.createat > first.createat) == (first.seq + 1, True)
    for scribe in (one, two):
        await scribe.log.close()


async def test_a_message_of_next_year(database, expect_logs, monkeypatch):
    """Messages of a clock that was days ahead are not followed: the next ones have their true time, whoever
    runs the server is told, and the list has the conversation where it belongs."""
    expect_logs("magpie.log", "dated 999.0 days ahead")
    ann, bob = await friends(database)
    wrong = Scribe(database)
    await wrong.say(ann, bob)
    await wrong.log.close()
    far = now_ms() + 999 * DAY
    await database.write(StoredMessage.update(createat=far).execute)
    await database.write(Conversation.update(updateat=far).execute)
    assert await database.read(state.newest) == far
    scribe = Scribe(database)
    begun = now_ms()
    message = await scribe.say(ann, bob)
    assert begun <= message.createat <= now_ms()
    updateat = await database.read(Conversation.select(Conversation.updateat).scalar)
    assert (message.seq, updateat) == (2, message.createat)
    await scribe.log.close()
