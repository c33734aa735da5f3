"""/attach/upload: what may be sent, by whom, and what the sender is told."""

import asyncio

import pytest
import ujson

from models.tables import User
from tests import samples
from tests.app import envelope, running
from tests.handlers.http.connection import Connection
from tests.handlers.http.multipart_body import CONTENT_TYPE, END, field, file

SMALL = samples.picture("PNG")


async def post(client, *parts: bytes, **headers: str) -> dict:
    return envelope(await client.fetch("/attach/upload", b"".join(parts), **CONTENT_TYPE, **headers))


async def media_bytes(app, user_id: int) -> int:
    """The user's quota in use."""
    return await app.services.db.read(lambda: User.get_by_id(user_id).media_bytes)


async def test_a_picture(app):
    """A picture that is sent gets an address with the extension of its content, and a thumbnail."""
    ann = await app.client().register()
    answer = await ann.upload(samples.picture("JPEG", (1000, 500)), "photo.png", filetype=".png")
    assert answer["code"] == 0
    assert answer["data"].startswith("/mnt/20") and answer["data"].endswith(".jpg")
    assert (answer["type"], answer["width"], answer["height"]) == ("image", 1000, 500)
    assert len((await ann.get(answer["data"])).body) == answer["bytes"]
    assert (await ann.get(answer["pic"])).headers["Content-Type"] == "image/jpeg"


async def test_addresses_are_not_guessed(app):
    """Two uploads of one picture have two addresses that tell nothing of each other."""
    ann = await app.client().register()
    urls = {(await ann.upload(SMALL))["data"] for _ in range(3)}
    assert len(urls) == 3
    assert all(len(url.rpartition("/")[2]) == 22 + len(".png") for url in urls)


async def test_a_file_is_a_file(app):
    """A web page that is called a picture is stored as text to be saved."""
    ann = await app.client().register()
    answer = await ann.upload(b"<script>alert(1)</script>", "a.png", filetype=".png")
    assert (answer["type"], answer["data"][-4:], answer["pic"]) == ("file", ".txt", "")


@pytest.mark.parametrize("before", [True, False])
async def test_userid_before_or_after_the_file(app, before):
    """A form may name its user in front of the file or behind it."""
    ann = await app.client().register()
    parts = [field("userid", ann.user_id), file(SMALL)]
    assert (await post(ann, *(parts if before else parts[::-1]), END))["code"] == 0


async def test_nobody_uploads_for_another(app):
    """A form that names another user, or a user without being logged in, is refused."""
    ann, bob = await app.client().register(), await app.client().register()
    assert (await post(ann, field("userid", bob.user_id), file(SMALL), END))["code"] == -401
    assert (await post(ann, file(SMALL), field("userid", bob.user_id), END))["code"] == -401
    assert (await post(app.client(), file(SMALL), field("userid", bob.user_id), END))["code"] == -401
    assert (await post(ann, file(SMALL), field("userid", "1 or 1=1"), END))["code"] == -400
    assert (await post(ann, field("userid", ann.user_id), file(SMALL), field("userid", ann.user_id), END))[
        "code"
    ] == -400


async def test_the_owner_among_two_users(app):
    """In a browser that holds two users, the upload belongs to the one the form names."""
    ann = await app.client().register()
    first = ann.user_id
    await ann.register()
    assert first != ann.user_id
    await post(ann, file(SMALL), field("userid", first), END)
    assert await media_bytes(app, first) > 0
    assert await media_bytes(app, ann.user_id) == 0


@pytest.mark.parametrize("before", [True, False])
async def test_a_token_in_the_form(app, before):
    """A bot without cookies sends its token in the form or in the Authorization header."""
    ann = await app.client().register()
    parts = [field("token", ann.token), file(b"a text")]
    assert (await post(app.client(), *(parts if before else parts[::-1]), END))["code"] == 0
    assert (await post(app.client(Authorization=f"Bearer {ann.token}"), file(b"a text"), END))["code"] == 0
    assert (await post(app.client(), field("token", "wrong"), file(SMALL), END))["code"] == -401
    assert (await post(app.client(Authorization="Bearer wrong"), file(b"a text"), END))["code"] == -401


async def test_before_login_pictures_only(app):
    """Whoever registers can send an avatar, and nothing else."""
    answer = await post(app.client(), file(SMALL), END)
    assert (answer["code"], answer["data"][-4:]) == (0, ".png")
    assert (await post(app.client(), file(b"a text"), END))["code"] == -401


async def test_before_login_small_pictures_only(tmp_path):
    """An avatar before login has a limit of its own; a user of the same server does not meet it."""
    async with running(tmp_path, {"uploads.anonymous_max_bytes": 1000}) as app:
        large = samples.picture("PNG", (600, 600), "RGB", None) + bytes(2000)
        answer = await post(app.client(), file(large), END)
        assert answer["code"] == -413
        ann = await app.client().register()
        assert (await ann.upload(large))["code"] == 0
        assert (await post(app.client(), field("token", ann.token), file(large), END))["code"] == 0


async def test_before_login_a_few_an_hour(tmp_path):
    """One address cannot fill the disk with avatars; who is logged in at that address goes on."""
    async with running(tmp_path, {"limits.enabled": True, "limits.anonymous_upload_burst": 2}) as app:
        ann = await app.client().register()
        codes = [(await post(app.client(), file(SMALL), END))["code"] for _ in range(3)]
        assert codes == [0, 0, -429]
        assert (await ann.upload(SMALL))["code"] == 0
        assert (await post(app.client(), field("token", ann.token), file(SMALL), END))["code"] == 0


async def test_uploads_of_a_user_are_limited(tmp_path):
    """A user who uploads very fast is told to slow down."""
    async with running(tmp_path, {"limits.enabled": True, "limits.upload_burst": 2}) as app:
        ann = await app.client().register()
        answers = [await ann.upload(SMALL) for _ in range(3)]
        assert [answer["code"] for answer in answers] == [0, 0, -429]
        assert answers[2]["data"]["retry_after"] > 0


@pytest.mark.parametrize(
    "content", [b"GIF89a<script>alert(1)</script>", samples.picture("JPEG", (200, 200))[:900]]
)
async def test_a_broken_picture(app, content):
    """A broken picture arrives as a file, which is saved and never shown; as an avatar before log-in it is
    refused with a reason a person can read, and leaves nothing behind."""
    ann = await app.client().register()
    answer = await ann.upload(content)
    assert (answer["code"], answer["type"], answer["data"][-4:], answer["pic"]) == (0, "file", ".bin", "")
    stored = await ann.get(answer["data"])
    assert (stored.body, stored.headers["Content-Disposition"]) == (content, "attachment")
    answer = await post(app.client(), file(content), END)
    assert (answer["code"], answer["msg"]) == (-400, "图片已损坏或格式不支持")
    assert list(app.services.config.data.glob("spool/*")) == []


async def test_as_a_file(app):
    """A picture that is sent as a file arrives bit for bit, with its notes, and is saved, not shown."""
    ann = await app.client().register()
    content = samples.picture("JPEG", (90, 60), comment=b"my notes")
    answer = await ann.upload(content, raw=1)
    assert (answer["code"], answer["type"], answer["pic"], answer["bytes"]) == (0, "file", "", len(content))
    stored = await ann.get(answer["data"])
    assert stored.body == content
    assert stored.headers["Content-Disposition"] == "attachment"
    assert stored.headers["Content-Type"] == "application/octet-stream"
    assert (await ann.upload(content, raw=2))["code"] == -400
    assert (await post(app.client(), field("raw", 1), file(SMALL), END))["code"] == -401


async def test_no_file(app):
    """A form without a file, or with an empty one, is told so."""
    ann = await app.client().register()
    assert (await post(ann, field("filetype", ".png"), END))["code"] == -400
    assert (await post(ann, file(b""), END))["code"] == -400
    assert (await post(ann, file(SMALL), file(SMALL), END))["code"] == -400


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (file(SMALL), CONTENT_TYPE["Content-Type"]),  # not ended
        (b"no boundary at all" + END, CONTENT_TYPE["Content-Type"]),
        (file(SMALL) + END, "multipart/form-data"),
        (file(SMALL) + END, "multipart/form-data; boundary=" + "x" * 71),
    ],
)
async def test_broken_multipart(app, body, content_type):
    """A body that is not what it claims to be is a broken request: HTTP 400."""
    ann = await app.client().register()
    response = await ann.fetch("/attach/upload", body, **{"Content-Type": content_type})
    assert (response.code, envelope(response)["code"]) == (400, -400)
    assert list(app.services.config.data.glob("spool/*")) == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"userid=1&file=a", "application/x-www-form-urlencoded"),
        (b'{"file": "a"}', "application/json"),
        (file(SMALL) + END, "multipart/mixed; boundary=x"),
        (SMALL, "image/png"),
        (b"", ""),
    ],
)
async def test_no_multipart(app, body, content_type):
    """An upload that is sent as another kind of body is told so, as every call is: HTTP 200 and -400."""
    ann = await app.client().register()
    for client in (ann, app.client()):
        response = await client.fetch("/attach/upload", body, **{"Content-Type": content_type})
        assert (response.code, envelope(response)["code"]) == (200, -400)
        assert envelope(response)["msg"] == "请以 multipart/form-data 上传文件"


async def test_too_large(tmp_path):
    """Who sends too much reads why, and goes on over the same connection."""
    async with running(tmp_path, {"uploads.max_bytes": 1 << 20}) as app:
        ann = await app.client().register()
        async with Connection(app) as connection:
            answer = await connection.upload(ann, file(bytes(20 << 20)), END)
            assert (answer["code"], answer["msg"]) == (-413, "文件不能超过 1 MiB")
            assert (await connection.upload(ann, file(SMALL), END))["code"] == 0
        assert list(app.services.config.data.glob("spool/*")) == []


async def test_far_too_large(app):
    """An enormous upload is refused before it is read."""
    async with Connection(app) as connection:
        status, answer = await connection.send("POST /attach/upload HTTP/1.1\r\nContent-Length: 999999999")
    assert (status, ujson.loads(answer)["code"]) == (200, -413)


async def test_a_sender_that_goes_away(app):
    """An upload that breaks off leaves nothing on the disk."""
    ann = await app.client().register()
    spool = app.services.config.data / "spool"
    async with Connection(app) as connection:
        await connection.begin_upload(file(bytes(1000)), length=1_000_000, token=ann.token)
        while not any(spool.glob("*/upload")):
            await asyncio.sleep(0.01)
    while any(spool.glob("*")):
        await asyncio.sleep(0.01)


async def test_foreign_pages_may_not_upload(app):
    """A page of another site cannot upload in the name of whoever looks at it."""
    ann = await app.client().register()
    assert (await post(ann, file(SMALL), END, Origin="https://evil.example"))["code"] == -403
    assert (await ann.get("/attach/upload")).code == 405


async def test_the_quota(tmp_path):
    """When a user's space is full the next upload is refused, and other users' are not."""
    async with running(tmp_path, {"uploads.quota_bytes": 2500}) as app:
        ann, bob = await app.client().register(), await app.client().register()
        codes = [(await ann.upload(b"x" * 1000))["code"] for _ in range(3)]
        assert codes == [0, 0, -413]
        assert (await bob.upload(b"x" * 1000))["code"] == 0
        assert await media_bytes(app, ann.user_id) == 2000


async def test_twenty_at_once_against_a_quota_of_five(tmp_path):
    """Of twenty uploads at one moment, just as many are kept as there is room for."""
    async with running(tmp_path, {"uploads.quota_bytes": 5999}) as app:
        ann = await app.client().register()
        answers = await asyncio.gather(*(ann.upload(b"x" * 1000) for _ in range(20)))
        assert sorted(answer["code"] for answer in answers) == [-413] * 15 + [0] * 5
        assert await media_bytes(app, ann.user_id) == 5000
        kept = list((tmp_path / "media").rglob("*.txt"))
        assert len(kept) == 5


@samples.needs_ffmpeg
async def test_a_voice(app):
    """A voice recorded by a browser comes back as one that every browser plays."""
    ann = await app.client().register()
    answer = await ann.upload(samples.voice(), "voice.mp3", filetype=".mp3")
    assert (answer["type"], answer["data"][-4:]) == ("audio", ".m4a")
    response = await ann.get(answer["data"])
    assert response.headers["Content-Type"] == "audio/mp4"
    assert response.headers["Content-Disposition"] == "inline"
