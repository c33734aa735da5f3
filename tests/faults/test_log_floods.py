"""What one user can do to the log: fill its queue while the disk stands still, name people who are not
there, write
without end. Others go on."""

import asyncio
import sqlite3
from contextlib import closing

from tests.app import running
from tests.faults.bystander import Bystanders
from tests.handlers.people import friends, text
from tests.process import process

LONG = "x" * 60_000
#: Rates are not what is tried where a disk stands still.
FAST = {
    f"limits.{name}": 1_000_000
    for action in ("message", "frame", "stored_kib", "request")
    for name in (f"{action}_rate", f"{action}_burst")
}


async def test_a_disk_that_stands_still(tmp_path):
    """While another program holds the database one user pours long messages from many sockets: they fill
    their own share of the queue and are not read on, a call of theirs is refused, somebody else's message is
    taken; afterwards everything that was taken is there, in order."""
    settings = {"limits.enabled": True, **FAST, "database.deadline_s": 60, "hub.queue_bytes": 1 << 27}
    async with running(tmp_path, settings) as app:
        eve = await app.client().register("Eve")
        ann, bob = await friends(app)
        sockets = [await eve.socket().open() for _ in range(30)]
        mine = await ann.socket().open()
        with closing(sqlite3.connect(tmp_path / "magpie.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            pouring = [
                asyncio.create_task(socket.send(text(eve, LONG, f"{number}.{i}")))
                for number, socket in enumerate(sockets)
                for i in range(8)
            ]
            stats = app.services.stats
            async with asyncio.timeout(60):
                while not stats()["log_waiting"]:
                    await asyncio.sleep(0.01)
            call = await eve.post("/message/send", cmd=10, dstid=eve.user_id, media=1, content=LONG)
            assert call["code"] == -429 and call["data"]["retry_after"] > 0
            queued = stats()["log_queued"]
            await mine.send(text(bob, "hi", "a1"))
            async with asyncio.timeout(60):
                while stats()["log_queued"] == queued:
                    await asyncio.sleep(0.01)
            assert stats()["limit_queued_bytes_held"] < app.services.config.limits.queued_bytes_most + 10_000
            other.execute("ROLLBACK")
        assert (await mine.receive(1, 2))["cmd"] == 1
        await asyncio.gather(*pouring)
        acks = []
        for socket in sockets:
            answers = [await socket.receive(1, 2) for _ in range(8)]
            taken = [answer for answer in answers if answer["cmd"] == 1]
            assert [a["cid"] for a in taken] == sorted(a["cid"] for a in taken)
            assert {answer["code"] for answer in answers if answer["cmd"] == 2} <= {-429}
            acks += taken
        assert sorted(ack["seq"] for ack in acks) == list(range(1, len(acks) + 1))
        assert len(acks) > 60
        assert stats()["limit_queued_bytes_held"] == stats()["limit_waiting_bytes_held"] == 0
        for socket in (*sockets, mine):
            socket.close()


async def test_naming_people_who_are_not_there(tmp_path):
    """Messages that each name 500 strangers cost their sender the rate, leave no row that nobody could
    ever see, and friends beside it notice nothing."""
    async with process(tmp_path, IM_LIMITS_ENABLED="true") as server, Bystanders(server) as watch:
        eve = await server.client().register("Eve")
        room = (await eve.post("/contact/createcommunity", name="r"))["data"]["id"]

        async def flood() -> list[dict]:
            async with eve.socket() as socket:
                for i in range(40):
                    at = [0, eve.user_id, *range(1000 * i + 1000, 1000 * i + 1498)]
                    await socket.send(text(room, "x", f"m{i}", cmd=11, at=at))
                return [await socket.receive(1, 2) for _ in range(40)]

        calm = await watch.during(asyncio.sleep(1))
        flooded = await watch.during(flood())
        flooded.compare(calm)
        codes = [answer.get("code", 0) for answer in flooded.result]
        assert set(codes) == {0, -429} and codes.count(0) < 10
        rows = (await eve.post("/message/history", kind=11, dstid=room))["rows"]
        assert [row["at"] for row in rows if row["media"] == 1] == [[0, eve.user_id]] * codes.count(0)
        with closing(sqlite3.connect(tmp_path / "magpie.db")) as database:
            named = database.execute("SELECT user_id, author FROM mention").fetchall()
        assert named == [(0, eve.user_id)] * codes.count(0)


async def test_writing_without_end(tmp_path):
    """Who stores more than one person writes is told so, with the time to wait; others may still write."""
    limits = {"limits.enabled": True, "limits.message_rate": 1000, "limits.message_burst": 1000}
    limits |= {"limits.frame_rate": 1000, "limits.stored_kib_burst": 64, "limits.stored_kib_rate": 0.001}
    async with running(tmp_path, limits) as app:
        ann, bob = await friends(app)
        async with ann.socket() as socket:
            for i in range(6):
                await socket.send(text(ann, "x" * 20_000, f"c{i}"))
            answers = {answer["cid"]: answer for answer in [await socket.receive(1, 2) for _ in range(6)]}
        assert [answers[f"c{i}"]["cmd"] for i in range(6)] == [1, 1, 1, 2, 2, 2]
        assert (answers["c5"]["code"], answers["c5"]["msg"]) == (-429, "您近期发送的内容过多，请稍后再试")
        again = await ann.post("/message/send", cmd=10, dstid=bob.user_id, media=1, content="x" * 20_000)
        assert again["code"] == -429 and again["data"]["retry_after"] > 1
        assert (await bob.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content="hi"))[
            "code"
        ] == 0
