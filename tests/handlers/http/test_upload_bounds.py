"""What uploads that are under way may take, and who is told what when it is too much."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import ujson

from handlers.http import listener, streams
from tests import samples
from tests.app import App, envelope, running
from tests.handlers.http.connection import Connection
from tests.handlers.http.multipart_body import CONTENT_TYPE, END, field, file

SMALL = samples.picture("PNG")
MIB = 1 << 20


def spooled(app: App) -> list[int]:
    """Bytes of the files that are on their way in."""
    return [path.stat().st_size for path in app.services.config.data.glob("spool/*/upload")]


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def begun(app: App, stack: AsyncExitStack, token: str = "", size: int = 1000) -> Connection:
    """An upload of which so much has arrived."""
    before = len(spooled(app))
    connection = await stack.enter_async_context(Connection(app))
    await connection.begin_upload(file(bytes(size))[:-2], length=30 * MIB, token=token)
    await until(lambda: len(spooled(app)) > before)
    return connection


async def test_an_invented_token(app):
    """Who invents a token gets nothing onto the disk, however much is sent; the answer says why."""
    async with Connection(app) as connection:
        parts = field("token", "invented") + file(bytes(8 * MIB)) + END
        await connection.begin_upload(parts[: 4 * MIB], length=len(parts))
        await asyncio.sleep(0.2)
        assert spooled(app) == []
        await connection.write(parts[4 * MIB :])
        status, answer = await connection.answer()
        assert (status, ujson.loads(answer)["code"]) == (200, -401)


async def test_a_right_token(app):
    """A token that is right lifts the bound of those who are not logged in, for its own user and once."""
    ann = await app.client().register()
    large = bytes(3 * MIB)
    anonymous = app.client()
    for parts, code in [
        ([field("token", ann.token), file(large)], 0),
        ([field("userid", ann.user_id), field("token", ann.token), file(large)], 0),
        ([field("token", ann.token), field("userid", ann.user_id + 1), file(large)], -401),
        ([field("token", ann.token), file(large), field("userid", ann.user_id + 1)], -401),
        ([field("token", ann.token), field("token", "x"), file(large)], -400),
        ([field("token", "x"), field("token", ann.token), file(large)], -400),
        ([file(large), field("token", ann.token)], -413),
        ([field("userid", ann.user_id), file(SMALL), field("token", ann.token)], 0),
    ]:
        response = await anonymous.fetch("/attach/upload", b"".join([*parts, END]), **CONTENT_TYPE)
        assert envelope(response)["code"] == code, parts[0][:200]


async def test_too_large_leaves_the_disk_at_once(app):
    """A file that is too large goes from the disk while the rest of it is still being sent."""
    async with Connection(app) as connection:
        await connection.begin_upload(file(bytes(4 * MIB))[:-2], length=30 * MIB)
        await until(lambda: app.services.budget.stats()["uploads"]["keys"] == 0 and not spooled(app))


async def test_files_under_way(tmp_path):
    """A user has only so many files on their way at once; others go on, and there is room again later."""
    limits = {"limits.enabled": True, "limits.uploads_most": 3}
    async with running(tmp_path, limits) as app, AsyncExitStack() as stack:
        ann, bob = await app.client().register(), await app.client().register()
        under_way = [await begun(app, stack, ann.token) for _ in range(3)]
        answer = await ann.upload(b"one more")
        assert answer["code"] == -429 and answer["data"]["retry_after"] > 0
        assert (await bob.upload(b"one more"))["code"] == 0
        under_way[0].close()
        await until(lambda: len(spooled(app)) == 2)
        assert (await ann.upload(b"one more"))["code"] == 0


async def test_files_under_way_of_an_address(tmp_path):
    """One address has only so many files on their way, whoever sends them; those without a session share
    what one user has."""
    limits = {"limits.enabled": True, "limits.uploads_most": 2, "limits.address_uploads_most": 3}
    async with running(tmp_path, limits) as app, AsyncExitStack() as stack:
        for _ in range(2):
            await begun(app, stack)
        nobody = await Connection(app).open()
        stack.callback(nobody.close)
        assert (await nobody.upload(app.client(), file(SMALL), END))["code"] == -429
        ann, bob = await app.client().register(), await app.client().register()
        await begun(app, stack, ann.token)
        assert (await bob.upload(b"one more"))["code"] == -429


@pytest.mark.parametrize("enabled", [True, False])
async def test_bytes_under_way(tmp_path, enabled):
    """What one user, and all together, may have on the disk of files on their way has a bound."""
    most = {"limits.spool_bytes_most": 2 * MIB} if enabled else {"limits.spool_bytes_total": 2 * MIB}
    settings = {"limits.enabled": enabled, "uploads.max_bytes": 2 * MIB, **most}
    async with running(tmp_path, settings) as app, AsyncExitStack() as stack:
        ann, bob = await app.client().register(), await app.client().register()
        first = await begun(app, stack, ann.token, MIB)
        await until(lambda: sum(spooled(app)) == MIB)
        assert (await ann.upload(bytes(MIB + 1)))["code"] == -429
        assert (await bob.upload(bytes(MIB + 1)))["code"] == (0 if enabled else -429)
        first.close()
        await until(lambda: not spooled(app))
        assert (await ann.upload(bytes(MIB + 1)))["code"] == 0
        assert app.services.budget.stats()["spool_bytes"]["held"] == 0


async def test_given_up_counts_for_nothing(tmp_path):
    """Somebody who breaks off choosing an avatar may choose another; what was refused counts."""
    limits = {"limits.enabled": True, "limits.anonymous_upload_burst": 2}
    async with running(tmp_path, limits) as app:
        for _ in range(4):
            async with AsyncExitStack() as stack:
                await begun(app, stack)
            await until(lambda: not spooled(app))
        codes = []
        for content in (b"no picture", SMALL, SMALL):
            async with Connection(app) as connection:
                codes.append((await connection.upload(app.client(), file(content), END))["code"])
        assert codes == [-401, 0, -429]


async def test_a_nearly_full_disk(app, monkeypatch):
    """While the disk is nearly full uploads are refused with the reason, at their beginning and on their
    way; messages go on, and afterwards uploads do."""
    ann = await app.client().register()

    class Nearly:
        """Room for rows, none for uploads."""

        f_blocks, f_frsize, f_bavail = 1 << 40, 1, app.services.config.server.min_free_bytes * 3 // 2

    async with AsyncExitStack() as stack:
        connection = await begun(app, stack, ann.token)
        monkeypatch.setattr("os.statvfs", lambda _path: Nearly)
        answer = await ann.upload(b"a text")
        assert (answer["code"], answer["msg"]) == (-503, "服务器磁盘空间不足，暂时无法上传")
        await connection.write(bytes(2 * MIB))
        await until(lambda: not spooled(app))
        sent = await ann.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content="你好", cid="1")
        assert sent["code"] == 0
    monkeypatch.undo()
    assert (await ann.upload(b"a text"))["code"] == 0


async def test_a_sender_that_is_too_slow(app, monkeypatch):
    """An upload that hardly comes is cut off and leaves nothing; one that comes slowly but steadily goes
    through."""
    monkeypatch.setattr(listener, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(streams, "PIECE_SECONDS", 2)
    monkeypatch.setattr(streams, "PIECE_BYTES", 1000)
    ann = await app.client().register()
    async with AsyncExitStack() as stack:
        silent = await begun(app, stack, ann.token)
        body = file(bytes(20_000)) + END
        steady = await stack.enter_async_context(Connection(app))
        await steady.begin_upload(body[:2000], len(body), ann.token)
        for start in range(2000, len(body), 2000):
            await asyncio.sleep(0.3)
            await steady.write(body[start : start + 2000])
        assert ujson.loads((await steady.answer())[1])["code"] == 0
        await silent.closed()
        await until(lambda: not spooled(app))
        await asyncio.sleep(3)  # a connection that is kept afterwards is not cut off
        assert (await steady.upload(ann, file(b"a text"), END))["code"] == 0
