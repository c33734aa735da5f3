"""A database that the release before has written comes up whole, on each kind of database."""

import json
from pathlib import Path

import pytest
from msgspec import to_builtins
from peewee import fn
from playhouse.migrations import Runner

from database.door import Database
from models import conversations, groups, messages, roster, state
from models.tables import Member, StoredMessage
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.app import Client, running
from tests.log.scribe import Scribe

ROOT = Path(__file__).parents[2]
#: What 0.1.0 had stored of three people, a group and two pictures; their password is `tests.app.PASSWD`.
WRITTEN = json.loads((ROOT / "tests" / "fixtures" / "database" / "release-0.1.0.json").read_text("utf-8"))
ANN, BOB, GROUP = 1, 2, 1


@pytest.fixture
def old(database_url, io_loop):
    """The address of a database as 0.1.0 left it."""
    database = Database(database_url, workers=1)
    peewee = database.peewee
    with peewee.connection_context():
        Runner(peewee, str(ROOT / "database" / "migrations")).up("0001_initial")
        for table, written in WRITTEN.items():
            names = ", ".join(name.join(peewee.quote) for name in written["columns"])
            marks = ", ".join([peewee.param] * len(written["columns"]))
            table = table.join(peewee.quote)
            peewee.execute_sql(f"DELETE FROM {table}")
            for row in written["rows"]:
                peewee.execute_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)
            if database_url.startswith("postgresql") and written["columns"][0] == "id":
                peewee.execute_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))"
                )
    io_loop.run_sync(database.close)
    return database_url


@pytest.fixture
def upgraded(old, io_loop):
    """The same, after the migrations of today."""
    database = Database(old, workers=1)
    names = sorted(path.stem for path in (ROOT / "database" / "migrations").glob("0*.py"))
    assert database.migrate() == names[1:]
    database.check()
    yield database
    io_loop.run_sync(database.close)


async def test_every_row_is_kept(upgraded):
    """Nothing that was stored is lost or changed."""

    def stored():
        found = {}
        for table, written in WRITTEN.items():
            names = ", ".join(name.join(upgraded.peewee.quote) for name in written["columns"])
            cursor = upgraded.peewee.execute_sql(f"SELECT {names} FROM {table.join(upgraded.peewee.quote)}")
            found[table] = sorted(list(row) for row in cursor.fetchall())
        return found

    found = await upgraded.read(stored)
    found["server_state"] = [row for row in found["server_state"] if row[0] == "epoch"]
    assert found == {table: sorted(written["rows"]) for table, written in WRITTEN.items()}


async def test_the_list_goes_on(upgraded):
    """The list of conversations is there with its numbers, and what is said now comes after it."""
    listed = await upgraded.read(conversations.list_newest, BOB, "", 500)
    assert [(row.kind, row.dstid, row.seq, row.read) for row in listed.rows] == [
        (SINGLE, ANN, 5, 2),
        (ROOM, GROUP, 4, 1),
    ]
    assert listed.change == await upgraded.read(state.change) == 4
    scribe = Scribe(upgraded)
    assert (await scribe.say(ANN, BOB, "new")).seq == 6
    (row,) = (await upgraded.read(conversations.list_changed, BOB, listed.change, 500)).rows
    assert (row.dstid, row.seq, row.last.content) == (ANN, 6, "new")
    await scribe.log.close()


async def test_groups_stay_as_they_were(upgraded):
    """Who made one owns it, all members are counted, it is open, and newcomers read what was before."""
    for user_id, role in ((ANN, 3), (BOB, 1)):
        [row] = await upgraded.read(groups.communities_of, user_id)
        assert (row["id"], row["role"], row["ownerid"]) == (GROUP, role, ANN)
        assert (row["join"], row["history"], row["muted"]) == ("open", 1, 0)
        found, _, _ = await upgraded.read(roster.listed, user_id, GROUP, None, "", 50, 0)
        assert row["members"] == len(found) > 1 and found[0]["id"] == ANN


async def test_what_was_said_before_counts_as_ones_own(upgraded):
    """Nobody's own messages are unread after the upgrade, and nobody's list has to look for them where there
    are none."""

    def said():
        m, s = Member, StoredMessage
        first = s.select(fn.MIN(s.seq)).where(
            s.conversation_id == m.conversation_id, s.userid == m.user_id, s.seq > m.read
        )
        return list(m.select(m.said, fn.COALESCE(first, 0)).tuples())

    pairs = await upgraded.read(said)
    assert all(said == first for said, first in pairs)
    assert {0} < {said for said, _ in pairs}


async def test_resends_are_recognised(upgraded):
    """What a client had sent to the release before and sends again gets its first ack."""
    rows, _ = await upgraded.read(messages.history, ANN, SINGLE, BOB, None, None, 50, False)
    scribe = Scribe(upgraded)
    for row in to_builtins(rows):
        if "cid" in row:
            said = {
                name: row[name]
                for name in ("content", "pic", "url", "memo", "amount", "ref", "at")
                if name in row
            }
            again = Message(row["userid"], row["dstid"], row["cmd"], row["media"], cid=row["cid"], **said)
            assert (await scribe.append(again)).id == row["id"]
    assert scribe.delivered == []
    picture = next(row for row in rows if row.media == Media.IMAGE)
    assert (await scribe.say(ANN, BOB, "other", cid=picture.cid)).code == -409
    await scribe.log.close()


async def test_people_log_in(upgraded, old, tmp_path):
    """Who had an account logs in and finds what was said."""
    async with running(tmp_path, {"database.url": old}) as app:
        ann = await Client(app.url).login("13900000001")
        rows = (await ann.post("/message/history", kind=ROOM, dstid=GROUP))["rows"]
        assert [row.get("content") for row in rows][2:] == ["@Bob", "上海"]
        ann.close()
