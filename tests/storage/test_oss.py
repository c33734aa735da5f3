"""The OSS backend against a stand-in that verifies signatures, with all that goes wrong on a network."""

import asyncio
import socket

import pytest
from tornado.httpclient import AsyncHTTPClient

from protocol.errors import TryAgain
from storage import open_storage
from tests.integration.oss_standin import Fault
from tests.storage.settings import storage_settings

KEY = "2026/11/AAAAAAAAAAAAAAAAAAAAAA.png"


def fetch(url, **options):
    return AsyncHTTPClient().fetch(url, raise_error=False, **options)


async def test_a_signed_address_gives_the_bytes(make_oss, picture):
    """A browser sent to a private bucket gets the picture, with its type and told to show it."""
    storage = make_oss()
    await storage.put(KEY, str(picture), "image/png", True)
    answer = await fetch(storage.url_for(KEY))
    assert answer.code == 200
    assert answer.body == picture.read_bytes()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "inline"
    head = await fetch(storage.url_for(KEY, "HEAD"), method="HEAD")
    assert (head.code, head.headers["Content-Length"]) == (200, "300000")
    assert storage.url_seconds == 3600


async def test_what_is_not_for_showing_is_saved(make_oss, picture):
    """A document fetched from the bucket is offered for saving, not shown."""
    storage = make_oss()
    await storage.put(KEY, str(picture), "application/octet-stream", False)
    answer = await fetch(storage.url_for(KEY))
    assert answer.headers["Content-Disposition"] == "attachment"


async def test_a_tampered_address_is_refused(make_oss, picture):
    """Nobody can turn the address of one picture into that of another."""
    storage = make_oss()
    await storage.put(KEY, str(picture), "image/png", True)
    url = storage.url_for(KEY)
    assert (await fetch(url.replace("AAAA", "AAAB", 1))).code == 403
    assert (await fetch(url.replace("signature=", "signature=0", 1))).code == 403
    assert (await fetch(url.replace("expires=3600", "expires=36000"))).code == 403
    assert (await fetch(url.partition("?")[0])).code == 403


async def test_a_public_bucket_has_plain_addresses(make_oss, standin, picture):
    """With a public address configured, pictures come from there without a signature."""
    standin.public = True
    storage = make_oss(oss_public_url=f"{standin.endpoint}/test-bucket/")
    await storage.put(KEY, str(picture), "image/png", True)
    assert storage.url_for(KEY) == f"{standin.endpoint}/test-bucket/{KEY}"
    assert storage.url_seconds == 0
    assert (await fetch(storage.url_for(KEY))).body == picture.read_bytes()


async def test_a_wrong_secret_is_no_users_fault(make_oss, standin, picture, expect_logs):
    """With a wrong credential uploads are refused for now, and the log tells the operator why."""
    expect_logs("magpie.storage", "403 SignatureDoesNotMatch")
    with pytest.raises(TryAgain):
        await make_oss(oss_key_secret="wrong").put(KEY, str(picture), "image/png", True)
    assert standin.objects == {}
    assert len(standin.requests) == 1


async def test_two_failures_go_unnoticed(make_oss, standin, picture):
    """An upload succeeds although OSS answered 503 twice."""
    standin.faults.append(Fault(status=503, times=2, method="PUT"))
    await make_oss().put(KEY, str(picture), "image/png", True)
    assert standin.requests == [f"PUT {KEY}"] * 3
    assert standin.objects[KEY].body == picture.read_bytes()


async def test_a_lost_connection_goes_unnoticed(make_oss, standin, picture):
    """An upload succeeds although the connection broke once."""
    standin.faults.append(Fault(reset=True))
    await make_oss().put(KEY, str(picture), "image/png", True)
    assert standin.objects[KEY].body == picture.read_bytes()


async def test_three_failures_are_told(make_oss, standin, picture, expect_logs):
    """When OSS keeps failing the sender is asked to try again."""
    expect_logs("magpie.storage", "503 ServiceUnavailable")
    standin.faults.append(Fault(status=503, times=3))
    with pytest.raises(TryAgain):
        await make_oss().put(KEY, str(picture), "image/png", True)
    assert len(standin.requests) == 3


async def test_no_answer_ends_in_time(make_oss, standin, picture, expect_logs):
    """An OSS that never answers holds nobody longer than the deadline."""
    expect_logs("magpie.storage", "no answer within 0.3 s|ReadTimeout")
    standin.faults.append(Fault(silent=True, times=9))
    with pytest.raises(TryAgain):
        await make_oss(timeouts=(0.2, 0.2), oss_deadline=0.3).put(KEY, str(picture), "image/png", True)


async def test_nobody_at_home(make_oss, picture, expect_logs):
    """With nothing at the address of OSS the sender is asked to try again."""
    expect_logs("magpie.storage", "ConnectionError")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        storage = make_oss(oss_endpoint="http://127.0.0.1:%d" % unused.getsockname()[1])
        with pytest.raises(TryAgain):
            await storage.put(KEY, str(picture), "image/png", True)


@pytest.mark.parametrize("fault", [{"truncate": True}, {"wrong_crc": True}, {"status": 500}])
async def test_a_damaged_answer_is_asked_for_again(make_oss, standin, picture, fault):
    """Half an answer, or one with a wrong checksum, is never taken for the picture."""
    storage = make_oss()
    await storage.put(KEY, str(picture), "image/png", True)
    blob = await storage.open(KEY)
    standin.faults.append(Fault(method="GET", times=2, **fault))
    assert await blob.read(0, blob.size) == picture.read_bytes()
    assert standin.requests.count(f"GET {KEY}") == 3


async def test_always_truncated_is_refused(make_oss, standin, picture, expect_logs):
    """A picture that only ever comes in half is not handed out."""
    expect_logs("magpie.storage", "oss failed")
    storage = make_oss()
    await storage.put(KEY, str(picture), "image/png", True)
    blob = await storage.open(KEY)
    standin.faults.append(Fault(method="GET", times=3, truncate=True))
    with pytest.raises(TryAgain):
        await blob.read(0, blob.size)


async def test_an_answer_that_drips(make_oss, standin, picture, clock, expect_logs):
    """An OSS that sends a byte now and then holds nobody longer than the deadline, and no thread: once it is
    well, uploads work at once."""
    expect_logs("magpie.storage", "no answer within 0.5 s")
    storage = make_oss(oss_deadline=0.5)
    standin.faults.append(Fault(drip=True, times=100, method="PUT"))
    puts = [storage.put(KEY, str(picture), "image/png", True) for _ in range(12)]
    refused = await asyncio.gather(*puts, return_exceptions=True)
    assert {type(answer) for answer in refused} == {TryAgain}
    async with asyncio.timeout(10):
        while standin.dripping:
            await asyncio.sleep(0.01)
    standin.faults.clear()
    clock.now += 10
    await storage.put(KEY, str(picture), "image/png", True)
    assert standin.objects[KEY].body == picture.read_bytes()


async def test_an_answer_that_drips_on_a_kept_connection(make_oss, standin, picture, expect_logs):
    """The same on a connection that served before, and for what is read or removed."""
    expect_logs("magpie.storage", "no answer within 0.5 s")
    storage = make_oss(oss_deadline=0.5)
    await storage.put(KEY, str(picture), "image/png", True)
    blob = await storage.open(KEY)
    for call in (lambda: storage.open(KEY), lambda: blob.read(0, 10), lambda: storage.delete(KEY)):
        standin.faults.append(Fault(drip=True))
        with pytest.raises(TryAgain):
            await call()
        async with asyncio.timeout(10):
            while standin.dripping:
                await asyncio.sleep(0.01)
        assert await blob.read(0, 10) == bytes(range(10))


async def test_a_dripping_handshake(make_oss, picture, expect_logs):
    """A server that never ends its TLS handshake keeps no thread either."""
    expect_logs("magpie.storage", "no answer within 0.5 s|ConnectionError|ReadTimeout")
    lost = asyncio.Event()

    async def drip(reader, writer):
        try:
            writer.write(b"\x16\x03\x03\x3f\xff")
            while await reader.read(1) or True:
                writer.write(b"\0")
                await writer.drain()
                await asyncio.sleep(0.02)
                if writer.is_closing():
                    break
        except ConnectionError:
            pass
        lost.set()
        writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        storage = make_oss(oss_endpoint=f"https://127.0.0.1:{port}", oss_deadline=0.5, timeouts=(5, 5))
        with pytest.raises(TryAgain):
            await storage.put(KEY, str(picture), "image/png", True)
        async with asyncio.timeout(10):
            await lost.wait()


async def test_too_many_wait(make_oss, standin, picture, expect_logs):
    """While OSS hangs, callers beyond a certain number are refused at once."""
    expect_logs("magpie.storage", "no answer within 2 s")
    storage = make_oss(oss_deadline=2)
    standin.faults.append(Fault(silent=True, times=200))
    waiting = [asyncio.ensure_future(storage.put(KEY, str(picture), "image/png", True)) for _ in range(72)]
    await asyncio.sleep(0)
    with pytest.raises(TryAgain):
        async with asyncio.timeout(1):
            await storage.put(KEY, str(picture), "image/png", True)
    assert not any(each.done() for each in waiting)
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_breaker_opens_and_closes(make_oss, standin, picture, clock, expect_logs):
    """While OSS is down callers are refused at once; it is used again soon after it is back."""
    expect_logs("magpie.storage", "pausing calls")
    expect_logs("magpie.storage", "503 ServiceUnavailable")
    storage = make_oss()
    fault = Fault(status=503, times=100)
    standin.faults.append(fault)
    for _ in range(3):
        with pytest.raises(TryAgain):
            await storage.put(KEY, str(picture), "image/png", True)
    asked = len(standin.requests)
    fault.times = 0

    with pytest.raises(TryAgain):
        await storage.put(KEY, str(picture), "image/png", True)
    assert len(standin.requests) == asked
    numbers = storage.stats()
    assert (numbers["storage_failed"], numbers["storage_breaker_open"]) == (4, 1)

    clock.now += 10
    await storage.put(KEY, str(picture), "image/png", True)
    await storage.delete(KEY)


def test_the_breaker_lets_one_try_at_a_time(clock):
    """While OSS is down, one caller in each pause finds out for all."""
    from storage.breaker import Breaker

    breaker = Breaker(failures=2, pause=10, clock=clock)
    breaker.failure()
    assert breaker.allow()
    breaker.failure()
    assert not breaker.allow()
    clock.now += 10
    assert [breaker.allow() for _ in range(3)] == [True, False, False]
    breaker.failure()
    assert not breaker.allow()
    clock.now += 10
    assert breaker.allow()
    assert breaker.stats() == {
        "storage_breaker_open": 1,
        "storage_breaker_failures": 3,
        "storage_breaker_refused": 4,
    }
    breaker.success()
    assert [breaker.allow() for _ in range(3)] == [True] * 3
    assert breaker.stats() == {
        "storage_breaker_open": 0,
        "storage_breaker_failures": 0,
        "storage_breaker_refused": 4,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oss_endpoint", "ftp://example.com"),
        ("oss_endpoint", "https://example.com/bucket"),
        ("oss_browser_endpoint", "https://example.com/bucket"),
        ("oss_bucket", "Bad_Bucket"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    """A wrong OSS setting stops the start with a line that names it."""
    settings = {"oss_endpoint": "https://oss-cn-hangzhou.aliyuncs.com", name: value}
    with pytest.raises(ValueError, match=f"^storage.{name} "):
        open_storage(storage_settings(backend="oss", **settings), tmp_path)


def test_the_sdk_keeps_signatures_to_itself(make_oss, caplog):
    """Even with every log line switched on, none shows a signature."""
    with caplog.at_level("DEBUG"):
        storage = make_oss()
        storage.url_for(KEY)
    assert "ignature" not in caplog.text
