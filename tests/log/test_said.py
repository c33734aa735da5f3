"""From where on a member has written themselves is known, and costs next to nothing to know."""

import pytest

from log.entries import Join
from log.said import changed
from models.tables import Member
from protocol.messages import ROOM, SINGLE
from tests.log.scribe import friends, room_of
from tests.models.people import newcomers

#: On each kind of database: a trigger notes each row of `member` that is written.
_NOTE = "INSERT INTO written VALUES (1)"
_NOTED = {
    "sqlite": [f"CREATE TRIGGER noted AFTER UPDATE ON member BEGIN {_NOTE}; END"],
    "mysql": [f"CREATE TRIGGER noted AFTER UPDATE ON member FOR EACH ROW {_NOTE}"],
    "postgresql": [
        f"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {_NOTE}; RETURN NULL; END'",
        "CREATE TRIGGER noted AFTER UPDATE ON member FOR EACH ROW EXECUTE FUNCTION note()",
    ],
}


@pytest.fixture
def written(database, migrated_url):
    """Call it: how many member rows were written since the last call."""

    def begin():
        for sql in ("CREATE TABLE written (n INTEGER)", *_NOTED[migrated_url.partition(":")[0]]):
            database.peewee.execute_sql(sql)

    def take():
        (count,) = database.peewee.execute_sql("SELECT COUNT(*) FROM written").fetchone()
        database.peewee.execute_sql("DELETE FROM written")
        return count

    async def since():
        return await database.write(take)

    with database.peewee.connection_context():
        begin()
    return since


async def said_by(database, user):
    """`said` in the only conversation of `user`."""
    return await database.read(lambda: Member.get(Member.user_id == user).said)


async def test_a_row_is_written_once(database, scribe, way, written):
    """Whoever goes on writing without reading writes their row of the conversation once, not with each
    message; what others write does not touch it."""
    ann, bob = await friends(database)
    await scribe.say(bob, ann)
    await scribe.read(ann, SINGLE, bob, 1)
    await written()
    assert await said_by(database, ann) == 0
    await scribe.say(ann, bob)
    assert await written() == 1
    for _ in range(3):
        await scribe.say(ann, bob)
        await scribe.say(bob, ann)
    assert await written() == 0
    assert (await said_by(database, ann), await said_by(database, bob)) == (2, 1)


async def test_reading_all_begins_anew(database, scribe, way):
    """Who has read to the end has nothing of their own after it; who stops before may have."""
    ann, bob = await friends(database)
    for author, other in ((ann, bob), (bob, ann), (ann, bob), (bob, ann)):
        await scribe.say(author, other)
    assert (await said_by(database, ann), await said_by(database, bob)) == (1, 2)
    await scribe.read(bob, SINGLE, ann, 1)
    assert await said_by(database, bob) == 2
    await scribe.read(ann, SINGLE, bob, 1)
    assert await said_by(database, ann) == 2
    for user, other in ((ann, bob), (bob, ann)):
        await scribe.read(user, SINGLE, other, 99)
        assert await said_by(database, user) == 0
    await scribe.say(ann, bob)
    assert (await said_by(database, ann), await said_by(database, bob)) == (5, 0)


async def test_coming_in_is_ones_own(database, scribe):
    """That somebody has come is their own message, the first that they have not read."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann)
    await scribe.say_in(ann, room)
    await scribe.settled(Join(bob, room))
    assert await said_by(database, bob) == 2
    await scribe.read(bob, ROOM, room, 2)
    assert await said_by(database, bob) == 0


@pytest.mark.parametrize(
    ("said", "mark", "own", "becomes"),
    [
        (0, None, [11, 13], 11),
        (4, None, [11], None),
        (0, 8, [], 0),
        (0, 8, [11, 13], 11),
        (0, 11, [11, 13], 13),
        (0, 13, [11, 13], 0),
        (9, 8, [11], 9),
        (8, 8, [], 9),
        (8, 9, [11], 10),
        (8, 10, [], 0),
        (8, 10, [12], 12),
        (8, 12, [11, 12], 0),
    ],
)
def test_in_one_batch(said, mark, own, becomes):
    """A mark and messages of one batch, in a conversation that had ten."""
    ann, place = 1, 7
    rows = [(place, seq, seq, ann) for seq in own]
    marks = {} if mark is None else {(ann, place): mark}
    found = changed({(ann, place): said}, {place: 10}, marks, rows)
    assert found == ({} if becomes is None else {(ann, place): becomes})
