"""A running server's numbers move as what happens in it."""

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest

from metrics import scraper
from tests import samples
from tests.app import App, running
from tests.handlers.people import friends, group, open_all, text
from tests.hub.websocket.test_parser import masked
from tests.hub.websocket.wire import CLOSE, Wire
from tests.process import process
from tests.raw_socket import RawSocket
from tests.scrape import TOKEN, Numbers, scrape, scrape_at
from tests.servers import free_port

SETTINGS = {"metrics.token": TOKEN}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Each scrape tells what is so now, however soon it comes after another."""
    monkeypatch.setattr(scraper, "FRESH_S", -1)


async def until(app: App, holds) -> Numbers:
    """Scrapes until it holds."""
    async with asyncio.timeout(60):
        while not holds(numbers := await scrape(app)):
            await asyncio.sleep(0.01)
    return numbers


@pytest.mark.parametrize("transport", ["direct", "stream"])
async def test_messages_are_counted_while_people_write(tmp_path, transport):
    """While two people write to each other and to a group, each message is counted once, each ack has its
    time, and each frame that somebody gets is counted; a resend is no new message."""
    async with running(tmp_path, {**SETTINGS, "hub.transport": transport}) as app, AsyncExitStack() as stack:
        ann, bob = await friends(app)
        room = await group(ann, bob)
        before = await scrape(app)
        assert before["magpie_connections"] == 0
        mine, his = await open_all(stack, ann.socket(), bob.socket())

        async def write(socket, to, cmd, name):
            for i in range(20):
                await socket.send(text(to, f"{i}", f"{name}{i}", cmd=cmd))

        async def read(socket):
            return [(await socket.receive(1, 10, 11))["cmd"] for _ in range(80)]

        async def watch():
            return [await scrape(app) for _ in range(5)]

        writing = [write(mine, bob, 10, "a"), write(his, ann, 10, "b")]
        writing += [write(mine, room, 11, "ra"), write(his, room, 11, "rb")]
        seen, *got = await asyncio.gather(watch(), read(mine), read(his), *writing)
        assert [frames.count(1) for frames in got[:2]] == [40, 40]

        await mine.send(text(bob, "0", "a0"))
        await mine.receive(1)
        after = await scrape(app)

        def rise(*key: str) -> float:
            key = key if len(key) > 1 else key[0]
            assert [n[key] for n in seen] == sorted(n[key] for n in seen), key
            return after[key] - (before[key] or 0)

        assert rise("magpie_messages_total") == 80
        assert rise("magpie_messages_repeated_total") == 1
        assert rise("magpie_ack_seconds_count") == 80
        assert rise("magpie_ack_seconds_sum") > 0
        assert rise("magpie_frames_received_total") == 81
        assert rise("magpie_frames_sent_total", "to", "people") == 80  # 40 acks, 40 messages
        assert rise("magpie_frames_sent_total", "to", "groups") >= 80
        assert rise("magpie_fanout_frames_total") == 40
        assert rise("magpie_log_entries_total") == 81
        assert rise("magpie_log_batch_entries_sum") == 81
        batches = rise("magpie_log_batches_total")
        assert rise("magpie_log_batch_entries_count") == batches <= 81
        assert rise("magpie_db_seconds_count", "kind", "commit") == batches
        assert rise("magpie_db_seconds_count", "kind", "read") >= 2
        assert after["magpie_db_errors_total", "kind", "commit"] == 0
        assert after["magpie_ack_seconds_bucket", "le", "+Inf"] == 80
        for name in ("magpie_connections", "magpie_connected_users", "magpie_connected_sessions"):
            assert after[name] == 2
        assert after["magpie_connected_groups"] == 1
        assert after["magpie_transports", "transport", transport] == 2
        assert after["magpie_log_queue_entries"] == after["magpie_log_queue_bytes"] == 0


async def test_calls_are_counted(tmp_path):
    """Calls are counted by what they were answered, and other requests by their status."""
    async with running(tmp_path, SETTINGS) as app:
        ann = await app.client().register()
        for passwd in ("wrong-passwd", "secret123"):
            await app.client().post("/user/login", mobile=ann.mobile, passwd=passwd)
        await app.client().post("/message/history", userid=ann.user_id, kind=10, dstid=1)
        await app.client().get("/nowhere")
        await ann.upload(samples.picture("png"))
        numbers = await scrape(app)
        assert numbers["magpie_calls_total", "code", "0"] == 3
        assert numbers["magpie_calls_total", "code", "-1"] == 1
        assert numbers["magpie_calls_total", "code", "-401"] == 1
        assert numbers["magpie_http_responses_total", "status", "200"] == 5
        assert numbers["magpie_http_responses_total", "status", "404"] == 1
        assert numbers["magpie_call_seconds_count"] == 4  # the upload is left out
        assert numbers["magpie_storage_calls_total"] >= 1
        assert numbers["magpie_storage_failures_total"] == 0
        assert numbers["magpie_media_done_total"] == 1


@pytest.mark.parametrize("transport", ["direct", "stream"])
async def test_ends_are_counted(tmp_path, transport):
    """Each socket that ends is counted once, by who ended it and how: a client that reads too slowly as 4008,
    one that says good-bye by its code, one that breaks the rules by ours, and one that is just gone."""
    settings = {**SETTINGS, "hub.queue_bytes": 65536, "hub.transport": transport}
    async with running(tmp_path, settings) as app:
        ann, bob = await friends(app)
        async with ann.socket() as mine, await RawSocket.of(bob, receive_buffer=8192) as slow:
            for sent in range(100):
                await mine.send(text(bob, f"{sent} " + "x" * 60000))
                await mine.receive(1)
                if (await scrape(app))["magpie_closes_total", "by", "server", "code", "4008"]:
                    break
            assert await slow.closed() == 4008
        said = (b"\x03\xe8", b"", b"\x0f\xa1", b"\x12\x34", b"\x0b\xb8")
        for payload in said:
            wire = await Wire.open(ann)
            await wire.send(masked(CLOSE, payload))
            await wire.until_end()
            wire.close()
        broken = await Wire.open(ann)
        await broken.send(masked(CLOSE, b"\x03"))
        await broken.until_end()
        broken.close()
        gone = await Wire.open(ann)
        gone.close()
        await ann.post("/user/logout")
        numbers = await until(app, lambda n: n["magpie_connections"] == 0)
        ends = {key[2::2]: count for key, count in numbers.items() if key[0] == "magpie_closes_total"}
        assert {key: count for key, count in ends.items() if count} == {
            ("server", "4008"): 1,
            ("client", "1000"): 1,
            (
                "client",
                "1005",
            ): 2,  # without a code, and the socket of the page, which Tornado's client ends so
            ("client", "other"): 3,
            ("server", "1002"): 1,
            ("nobody", "1006"): 1,
        }
        assert ends["server", "4401"] == 0  # is there before the first, so that it is seen to rise


async def test_sessions_that_end(tmp_path):
    """Sockets closed with their session are counted as 4401."""
    async with running(tmp_path, SETTINGS) as app:
        ann = await app.client().register()
        async with ann.socket() as socket:
            await ann.post("/user/logout")
            assert await socket.closed() == 4401
        assert (await scrape(app))["magpie_closes_total", "by", "server", "code", "4401"] == 1


async def test_refusals_are_counted(tmp_path):
    """Who does too much is seen by the limit that they ran into, and what a socket was refused by its code;
    nobody is seen by name."""
    async with running(
        tmp_path,
        {**SETTINGS, "limits.enabled": True, "limits.message_burst": 3, "limits.message_rate": 0.001},
    ) as app:
        ann, bob = await friends(app)
        eve = await app.client().register()
        async with ann.socket() as socket, eve.socket() as other, eve.socket(v=None) as classic:
            for i in range(5):
                await socket.send(text(bob, f"{i}", f"c{i}"))
            for _ in range(5):
                await socket.receive(1, 2)
            await other.send(text(bob, "hi", "stranger"))
            assert (await other.receive(2))["code"] == -403
            await classic.send("{")
            numbers = await until(app, lambda n: n["magpie_frames_refused_total", "code", "-400"])
        assert numbers["magpie_limit_refusals_total", "limit", "message"] == 2
        assert numbers["magpie_limit_refusals_total", "limit", "login"] == 0
        assert numbers["magpie_frames_refused_total", "code", "-429"] == 2
        assert numbers["magpie_frames_refused_total", "code", "-403"] == 1
        assert numbers["magpie_limit_callers", "limit", "message"] == 2
        response = await app.client(Authorization=f"Bearer {TOKEN}").get("/metrics")
        for person in (ann, bob, eve):
            assert person.mobile.encode() not in response.body
        assert b"127.0.0.1" not in response.body


async def test_a_database_that_hangs_is_told(tmp_path, expect_logs):
    """While threads hang in the database the numbers can still be read, and say which threads are busy and
    what failed."""
    async with running(tmp_path, {**SETTINGS, "database.workers": 2, "database.deadline_s": 0.3}) as app:
        end = threading.Event()
        reads = [asyncio.create_task(app.services.db.read(end.wait, 30)) for _ in range(3)]
        done = await asyncio.gather(*reads, return_exceptions=True)
        assert all(isinstance(error, Exception) for error in done)
        numbers = await scrape(app)
        assert numbers["magpie_db_threads", "lane", "read"] == 2
        assert numbers["magpie_db_busy_threads", "lane", "read"] == 2  # though nobody waits for them any more
        assert numbers["magpie_db_waiting_calls", "lane", "read"] == 0
        # What the server asks by itself may be among them.
        assert numbers["magpie_db_expired_total", "lane", "read"] >= 3
        assert numbers["magpie_db_errors_total", "kind", "read"] >= 3
        assert numbers["magpie_db_seconds_sum", "kind", "read"] > 0.8
        assert numbers["magpie_db_away", "way", "read"] == 1
        end.set()
        numbers = await until(app, lambda n: not n["magpie_db_busy_threads", "lane", "read"])


async def test_the_whole_program(tmp_path):
    """`python server.py` with a port for it tells Prometheus of its loop, its garbage, its memory and its
    files, and drains as ever."""
    port = free_port()
    async with process(tmp_path, MAGPIE_METRICS_PORT=str(port)) as server:
        ann, bob = await friends(server)
        async with ann.socket() as socket, bob.socket():
            await socket.send(text(bob, "hi", "c1"))
            await socket.receive(1)
            first = await scrape_at(port)
            assert (first["magpie_messages_total"], first["magpie_connections"]) == (1, 2)
        async with asyncio.timeout(60):
            while (numbers := await scrape_at(port))["magpie_loop_lag_seconds_count"] < 20:
                await asyncio.sleep(0.1)
        assert numbers["process_cpu_seconds_total"] > 0
        assert numbers["process_resident_memory_bytes"] > 1 << 24
        assert 10 < numbers["process_open_fds"] < numbers["process_max_fds"]
        assert numbers["magpie_gc_pause_seconds_count", "generation", "2"] >= 1  # the one before it serves
        assert await server.stop() == 0
