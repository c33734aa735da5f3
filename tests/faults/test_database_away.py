"""A database server that stands still: calls are answered, after the first ones at once, and it passes by
itself."""

import asyncio
import threading

import pytest

from tests.app import running
from tests.handlers.people import friends, text


class Line:
    """The way to a database server, in a thread of its own; nothing moves on it between `stop` and `go`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._moving = asyncio.Event()
        self._moving.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,))
        self._thread.start()
        assert started.wait(60)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._moving.clear)

    def go(self) -> None:
        self._loop.call_soon_threadsafe(self._moving.set)

    def close(self) -> None:
        self.go()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        left_over = asyncio.all_tasks(self._loop)
        for task in left_over:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left_over, return_exceptions=True))
        for writer in self._writers:  # a task that had not begun has closed nothing
            writer.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._tasks.append(self._loop.create_task(self._connect(reader, writer)))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._to)
            await asyncio.gather(self._pump(reader, there), self._pump(back, writer))
        except asyncio.CancelledError:
            pass  # the end of the test

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._moving.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
async def test_a_database_that_stands_still(request, tmp_path, kind, expect_logs):
    """Nobody waits longer than the deadline, most are told to try again at once, and when the server answers
    again all goes on, and what was promised is there."""
    expect_logs("magpie", ".", required=False)  # which statements were lost is chance
    server = request.getfixturevalue(kind)
    name = server.create_migrated()
    line = Line(server.port)
    try:
        url = server.url(name).replace(f":{server.port}/", f":{line.port}/")
        async with running(tmp_path, {"database.url": url, "database.deadline_s": 1.0}) as app:
            ann, bob = await friends(app)
            async with ann.socket() as socket:
                await socket.send(text(bob, "before", "c0"))
                assert (await socket.receive(1, 2))["cmd"] == 1
                line.stop()
                await socket.send(text(bob, "first", "c1"))
                first = [
                    ann.post("/message/history", kind=10, dstid=bob.user_id),
                    bob.post("/contact/friend"),
                ]
                assert [answer["code"] for answer in await asyncio.gather(*first)] == [-503, -503]
                assert (await socket.receive(1, 2))["code"] == -503
                for i in range(60):
                    await socket.send(text(bob, f"{i}", f"d{i}"))
                calls = [bob.post("/contact/friend") for _ in range(60)]
                assert {answer["code"] for answer in await asyncio.gather(*calls)} == {-503}
                assert {(await socket.receive(1, 2))["code"] for _ in range(60)} == {-503}
                stats = app.services.db.stats()
                assert stats["db_reads_refused"] > 40 and stats["db_writes_refused"] > 40

                line.go()
                while (await bob.post("/contact/friend"))["code"]:
                    await asyncio.sleep(0.05)
                while True:
                    await socket.send(text(bob, "after", "c2"))
                    answer = await socket.receive(1, 2)
                    if answer.get("cid") == "c2" and answer["cmd"] == 1:
                        break
                    await asyncio.sleep(0.05)
            answer = await bob.post("/message/history", kind=10, dstid=ann.user_id, limit=200)
            cids = [row["cid"] for row in answer["rows"]]
            assert cids[0] == "c0" and "c2" in cids and len(set(cids)) == len(cids)
            assert [row["seq"] for row in answer["rows"]] == list(range(1, len(cids) + 1))
    finally:
        line.close()
    server.drop(name)
