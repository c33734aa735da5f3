"""A database server that is there and says no: read-only, full of connections, locked, in a hurry. People are
told to try again, and when it passes all goes on by itself: nothing is lost, nothing is there twice."""

import asyncio
import threading

import psycopg
import pymysql
import pytest

from database import dialect
from tests.app import running
from tests.faults.account import KINDS
from tests.faults.crowd import everything
from tests.handlers.people import friends, text, waiting


@pytest.fixture(params=KINDS)
def account(request):
    """An account of an ordinary user, on each of the servers in turn."""
    made = KINDS[request.param](request.getfixturevalue(request.param))
    yield made
    made.drop()


async def answer(socket, message) -> int:
    """0 when the message is acknowledged, else the code it is refused with."""
    await socket.send(message)
    while True:
        frame = await socket.receive(1, 2)
        if frame["cmd"] == 2:
            return frame["code"]
        if frame["cid"] == message["cid"]:
            return 0


async def insist(socket, message) -> None:
    """Sends it again until it is acknowledged."""
    while await answer(socket, message):
        await asyncio.sleep(0.05)


async def stored(ann, bob) -> list[str]:
    """The cids of what they have said, in order."""
    rows = await everything(ann, 10, bob.user_id)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["cid"] for row in rows]


async def history(bob, ann) -> int:
    """How a reading call ends."""
    return (await bob.post("/message/history", kind=10, dstid=ann.user_id))["code"]


def reader(app, account):
    """The number of the connection of the one thread that reads."""
    db = app.services.db
    return db.read(lambda: db.peewee.execute_sql(account.own_number).fetchone()[0])


@pytest.mark.parametrize("anew", [False, True])
async def test_read_only(account, tmp_path, expect_logs, anew):
    """While the database takes no writes everything can be read and senders are told to try again; then all
    goes on. What was connected before is not used any more: a failover leaves connections to the old server
    open. Whoever runs the server finds a line about it, not one for each message."""
    expect_logs("magpie.log", "gave up a batch of 1: .*read-only")
    expect_logs("magpie.database", "failed: .*read-only", required=False)  # who was seen when
    async with running(tmp_path, {"database.url": account.url, "database.workers": 1}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, bob.socket() as his:
            assert await answer(mine, text(bob, "before", "c0")) == 0
            before = await reader(app, account)
            account.read_only(True)
            try:
                if anew:
                    account.cut()
                said = ["c0"]
                while await answer(mine, text(bob, "not yet", f"w{len(said)}")) == 0:
                    said.append(f"w{len(said)}")  # PostgreSQL takes a moment to tell its processes
                for _ in range(3):
                    assert await answer(mine, text(bob, "held up", "c1")) == -503
                assert await history(bob, ann) == (await ann.post("/message/conversations"))["code"] == 0
                assert await reader(app, account) != before
                before = await reader(app, account)
            finally:
                account.read_only(False)
            await insist(mine, text(bob, "held up", "c1"))
            assert await reader(app, account) != before
            assert [frame["cid"] for frame in await waiting(his)] == [*said, "c1"]
        assert await stored(ann, bob) == [*said, "c1"]
    lines = [record for record in expect_logs.records if record.name.startswith("magpie")]
    assert len(lines) <= 2 and not any(record.exc_info for record in lines)


async def test_too_many_connections(account, tmp_path, expect_logs):
    """While the database lets nobody in, because too many are there, everybody is told to try again."""
    expect_logs("magpie", "(failed|gave up a batch of 1): .*(max_user_connections|too many connections)")
    async with running(tmp_path, {"database.url": account.url, "database.workers": 1}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, bob.socket() as his:
            assert await answer(mine, text(bob, "before", "c0")) == 0
            account.limit(1)
            account.cut()
            other = dialect.of_url(account.url).open(account.url, 8)
            other.connect()
            for _ in range(3):
                assert await answer(mine, text(bob, "held up", "c1")) == -503
                assert await history(bob, ann) == -503
            other.close()
            account.limit(0)
            await insist(mine, text(bob, "held up", "c1"))
            while await history(bob, ann):
                await asyncio.sleep(0.05)
            assert [frame["cid"] for frame in await waiting(his)] == ["c0", "c1"]
        assert await stored(ann, bob) == ["c0", "c1"]


async def test_a_lock_that_somebody_keeps(account, tmp_path, expect_logs):
    """While somebody else locks a conversation for longer than the deadline, senders are told to try again;
    what they send again is there once."""
    expect_logs("magpie.log", "gave up a batch", required=False)
    async with running(tmp_path, {"database.url": account.url, "database.deadline_s": 1.0}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, bob.socket() as his:
            assert await answer(mine, text(bob, "before", "c0")) == 0
            with account.session() as run:
                run("SELECT id FROM conversation FOR UPDATE")
                for _ in range(3):
                    assert await answer(mine, text(bob, "held up", "c1")) == -503
                assert await history(bob, ann) == 0
            await insist(mine, text(bob, "held up", "c1"))
            await insist(mine, text(bob, "after", "c2"))
            assert [frame["cid"] for frame in await waiting(his)] == ["c0", "c1", "c2"]
        assert await stored(ann, bob) == ["c0", "c1", "c2"]


@pytest.mark.parametrize("victim", ["ours", "theirs"])
async def test_deadlock(account, tmp_path, victim):
    """When somebody else takes locks in the opposite order the database ends one of both: nobody is told, and
    the message is there once."""
    locked = threading.Event()

    def oppose() -> bool:
        """Whether it was this one that was ended."""
        with account.session() as run:
            account.outlive(run, victim == "ours")
            run("SELECT value FROM server_state WHERE name = 'change' FOR UPDATE")
            locked.set()
            account.wait_for_waiting(run)
            try:
                run("SELECT id FROM conversation FOR UPDATE")
            except (psycopg.errors.DeadlockDetected, pymysql.OperationalError):
                return True
            return False

    async with running(tmp_path, {"database.url": account.url, "database.deadline_s": 20.0}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, bob.socket() as his:
            assert await answer(mine, text(bob, "before", "c0")) == 0
            opposing = asyncio.create_task(asyncio.to_thread(oppose))
            await asyncio.to_thread(locked.wait, 30)
            assert await answer(mine, text(bob, "in between", "c1")) == 0
            assert await opposing == (victim == "theirs")
            assert [frame["cid"] for frame in await waiting(his)] == ["c0", "c1"]
        assert await stored(ann, bob) == ["c0", "c1"]


async def test_statements_that_may_not_take_long(account, tmp_path, expect_logs):
    """When the database ends a statement for taking too long its caller is told to try again."""
    expect_logs(
        "magpie", "(failed|gave up a batch of 1): .*(max_statement_time|timeout|lost)", required=False
    )
    account.limit_statements(0.3)
    async with running(tmp_path, {"database.url": account.url, "database.deadline_s": 1.5}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, bob.socket() as his:
            assert await answer(mine, text(bob, "before", "c0")) == 0
            with account.session() as run:
                account.lock(run, "message")
                assert await answer(mine, text(bob, "held up", "c1")) == -503
                assert await history(bob, ann) == -503
            await insist(mine, text(bob, "held up", "c1"))
            while await history(bob, ann):
                await asyncio.sleep(0.05)
            assert [frame["cid"] for frame in await waiting(his)] == ["c0", "c1"]
        assert await stored(ann, bob) == ["c0", "c1"]
