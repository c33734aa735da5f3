"""A database that loses connections and answers: people who write notice nothing."""

import asyncio
import threading

import peewee
import psycopg
import pymysql
import pytest

from tests.app import App, running
from tests.faults.crowd import Crowd, everything
from tests.handlers.people import friends, group, text, waiting
from tests.log.scribe import around_commits


class Assassin:
    """Kills every connection to one database, as its administrator or a restart would.

    Where a driver was in the middle of something it may say so: psycopg warns of a pipeline (which its
    `executemany` opens) or a rollback that found nobody any more."""

    def __init__(self, server, name: str, expect_logs) -> None:
        self._server, self._name = server, name
        expect_logs("psycopg", "^error ignored (terminating|exiting|in rollback)", required=False)

    def strike(self) -> int:
        """How many connections were killed."""
        if self._server.url("").startswith("postgresql"):
            with psycopg.connect(self._server.url("postgres"), autocommit=True) as connection:
                mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                return len(connection.execute(mine, [self._name]).fetchall())
        with self._server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", [self._name])
            killed = 0
            for (thread,) in cursor.fetchall():
                try:
                    killed += cursor.execute(f"KILL {thread}") == 0
                except pymysql.MySQLError:
                    pass  # it has gone by itself
            return killed


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
async def test_killed_connections(request, tmp_path, expect_logs, kind):
    """While people write, read and come and go, all connections to the database die again and again: no
    message is lost or doubled, none is out of order, and nobody is told of it."""
    server = request.getfixturevalue(kind)
    name = server.create_migrated()
    assassin, crowd, killed, count = Assassin(server, name, expect_logs), Crowd(), 0, 200
    async with running(tmp_path, {"database.url": server.url(name)}) as app:
        ann, bob = await friends(app)
        room = await group(ann, bob)
        writers = ((ann, [(10, bob.user_id), (11, room)]), (bob, [(11, room)]), (bob, [(10, ann.user_id)]))
        async with bob.socket() as watching:
            async with asyncio.TaskGroup() as tasks:
                for client, places in writers:
                    tasks.create_task(crowd.write(client, *places, count=count))
                for goal in range(70, 3 * count, 70):
                    await crowd.acks(goal)
                    killed += await asyncio.to_thread(assassin.strike)
                    assert (await ann.post("/message/conversations"))["code"] == 0
                    assert (await bob.post("/message/read", kind=11, dstid=room, seq=1))["code"] == 0
                    async with ann.socket():
                        pass
            seen = {10: [], 11: []}
            for frame in await waiting(watching):
                if frame["cmd"] in seen:
                    seen[frame["cmd"]].append(frame["seq"])
        stored = [await everything(bob, 10, ann.user_id), await everything(ann, 11, room)]
        assert crowd.check(stored) == crowd.sent.keys() == crowd.acked.keys()
        for seqs, rows in zip(seen.values(), stored):
            assert seqs == [row["seq"] for row in rows][-len(seqs) :] and len(rows) - len(seqs) in (0, 2)
    assert killed > 8
    server.drop(name)


def lose_answers(app: App, monkeypatch, *commits: int, gate: threading.Event | None = None) -> list[int]:
    """From now on the answers to these COMMITs are lost; the numbers of those that were. Nothing is written
    before the `gate`, if there is one, is set."""
    counted, lost = [0], []

    def around(real):
        assert gate is None or gate.wait(20)
        with real():
            yield
        counted[0] += 1
        if counted[0] in commits:
            lost.append(counted[0])
            raise peewee.OperationalError("server has gone away")

    around_commits(app.services.db, monkeypatch, around)
    return lost


async def test_a_lost_answer_to_commit(migrated_url, tmp_path, monkeypatch):
    """When a COMMIT happened but its answer was lost, the message is stored once, acked once and delivered
    once."""
    async with running(tmp_path, {"database.url": migrated_url}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, bob.socket() as his:
            lost = lose_answers(app, monkeypatch, 1, 2, 4)
            for i, cid in enumerate(
                ["c1", None, "c3"] if "sqlite" not in migrated_url else ["c1", "c2", "c3"]
            ):
                await mine.send(text(bob, str(i), cid))
                ack = await mine.receive()
                assert (ack["cmd"], ack["cid"], ack["seq"]) == (1, cid or "", i + 1)
                assert (await his.receive())["seq"] == i + 1
            assert lost == [1, 2, 4]
            assert await waiting(mine) == await waiting(his) == []
        rows = await everything(bob, 10, ann.user_id)
        assert [(row["seq"], row["content"]) for row in rows] == [(1, "0"), (2, "1"), (3, "2")]


async def test_a_lost_answer_and_a_resend(migrated_url, tmp_path, monkeypatch):
    """An impatient client's resends in the very batch whose answer was lost get the same ack; one message
    arrives."""
    async with running(tmp_path, {"database.url": migrated_url}) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, ann.socket() as other, bob.socket() as his:
            gate = threading.Event()
            lost = lose_answers(app, monkeypatch, 2, gate=gate)
            await mine.send(text(bob, "first", "c0"))
            assert await waiting(mine) == []
            for _ in range(3):
                await mine.send(text(bob, "x", "c1"))
            assert await waiting(mine) == []  # the log has them all, and is busy with the first
            gate.set()
            acks = [await mine.receive() for _ in range(4)]
            assert lost == [2] and acks[0]["seq"] == 1
            assert acks[1] == acks[2] == acks[3] and acks[1]["seq"] == 2
            for socket in (his, other):
                assert [frame["content"] for frame in await waiting(socket)] == ["first", "x"]
        assert len(await everything(ann, 10, bob.user_id)) == 2
