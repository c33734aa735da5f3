"""Uploads while something breaks."""

import asyncio

from tests import samples
from tests.app import running
from tests.handlers.http.multipart_body import CONTENT_TYPE, file
from tests.integration.oss_standin import Fault
from tests.process import process

PICTURE = samples.picture("JPEG", (800, 600))


async def test_text_goes_on_while_oss_is_away(tmp_path, standin, expect_logs):
    """While OSS fails, uploads are refused for now and messages go through; then uploads work again."""
    expect_logs("magpie.storage", "503 ServiceUnavailable")
    async with running(tmp_path, standin.settings()) as app:
        ann = await app.client().register()
        standin.faults.append(Fault(status=503, times=3, method="PUT"))
        refused, sent = await asyncio.gather(
            ann.upload(PICTURE),
            ann.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content="你好", cid="1"),
        )
        assert (refused["code"], refused["msg"]) == (-503, "文件存储暂时不可用，请稍后再试")
        assert sent["code"] == 0
        assert standin.objects == {}
        answer = await ann.upload(PICTURE)
        assert answer["code"] == 0
        assert len(standin.objects) == 2


async def test_a_crash_in_the_middle_of_an_upload(tmp_path):
    """A server killed while a file arrives starts again, and the file can be sent again."""
    data = tmp_path / "data"
    async with process(data) as server:
        ann = await server.client().register()
        host, _, port = server.url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /attach/upload HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {ann.token}\r\n"
            f"Content-Type: {CONTENT_TYPE['Content-Type']}\r\nContent-Length: 9000000\r\n\r\n"
        )
        writer.write(head.encode() + file(bytes(100_000)))
        while not any(path.stat().st_size for path in data.glob("spool/*/upload")):
            await asyncio.sleep(0.01)
        await server.stop(9)
        writer.close()
    async with process(data) as server:
        bob = server.client()
        bob.cookies, bob.user_id = ann.cookies, ann.user_id
        answer = await bob.upload(PICTURE)
        assert answer["code"] == 0
        assert (await bob.get(answer["data"])).code == 200
