"""Taking one's data along: an archive of all that is one's own, and nothing of anybody else's."""

import asyncio
import io
import json
import re
import zipfile

import pytest
from tornado.simple_httpclient import HTTPStreamClosedError

from protocol.errors import TryAgain
from tests import samples
from tests.app import envelope, running
from tests.handlers.http.moderated import held
from tests.handlers.people import make_operator


async def archive_of(client, **headers):
    response = await client.fetch("/user/export", f"userid={client.user_id}".encode(), **headers)
    assert response.headers["Content-Type"] == "application/zip"
    assert re.fullmatch(
        rf'attachment; filename="magpie-{client.user_id}-\d{{8}}\.zip"',
        response.headers["Content-Disposition"],
    )
    archive = zipfile.ZipFile(io.BytesIO(response.body))
    assert archive.testzip() is None
    return archive


def read(archive, name):
    return json.loads(archive.read(name))


async def test_all_that_is_ones_own(app):
    """Profile, settings, lists, one's own messages wherever they were said, what one keeps, and the files."""
    ann, bo = await app.client().register("Ann <b>", avatar="/asset/a.png"), await app.client().register("Bo")
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    group = (await bo.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    await ann.post("/contact/joincommunity", dstid=group)
    picture = samples.picture("PNG")
    url = (await ann.upload(picture))["data"]
    place = {"cmd": 10, "dstid": bo.user_id}
    said = (await ann.post_json("/message/send", **place, media=1, content="from Ann"))["data"]
    await ann.post_json("/message/send", **place, media=4, url=url)
    await bo.post_json("/message/send", cmd=10, dstid=ann.user_id, media=1, content="from Bo")
    await bo.post_json("/message/send", cmd=11, dstid=group, media=1, content="Bo in the group")
    await ann.post("/favorite/add", kind=10, dstid=bo.user_id, id=said["id"])
    await ann.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")
    archive = await archive_of(ann)
    profile = read(archive, "profile.json")
    assert (profile["id"], profile["mobile"], profile["nickname"]) == (ann.user_id, ann.mobile, "Ann <b>")
    assert "passwd" not in profile
    assert read(archive, "settings.json")["approval"] == "auto"
    assert [row["ip"] for row in read(archive, "sessions.json")] == ["127.0.0.1"]
    assert [(row["id"], row["name"]) for row in read(archive, "contacts.json")] == [(bo.user_id, "Bo")]
    assert [(row["id"], row["name"]) for row in read(archive, "groups.json")] == [(group, "Birds")]
    assert [row["message"]["content"] for row in read(archive, "favorites.json")] == ["from Ann"]
    assert [row["url"] for row in read(archive, "stickers.json")] == ["/asset/stickers/magpie/hello.webp"]
    purse = read(archive, "wallet.json")
    assert (purse["balance"], [row["what"] for row in purse["entries"]]) == (10000, ["welcome"])
    told = read(archive, f"messages/user-{bo.user_id}.json")
    assert [row.get("content", row.get("url")) for row in told] == ["from Ann", url]
    notices = read(archive, f"messages/group-{group}.json")
    assert {row["userid"] for row in notices} == {ann.user_id}
    [file] = [name for name in archive.namelist() if name.startswith("media/")]
    assert f"/mnt/{file.removeprefix('media/')}" == url
    overview = archive.read("index.html").decode()
    assert "Ann &lt;b&gt;" in overview
    links = re.findall(r'href="([^"]+)"', overview)
    assert sorted(links) == sorted(set(archive.namelist()) - {"index.html"})


async def test_reports_and_what_waits(app):
    """What one has reported, and said for a review, without others' words and operators' remarks."""
    ann, bo = await app.client().register("Ann"), await app.client().register("Bo")
    await make_operator(app, ann)
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    said = await ann.post_json("/message/send", cmd=10, dstid=bo.user_id, media=1, content="a secret")
    which = {"what": "message", "id": said["data"]["id"], "kind": 10, "dstid": ann.user_id}
    assert (await bo.post_json("/report/add", **which, reason="rude"))["code"] == 0
    await bo.post_json("/report/add", what="user", id=ann.user_id, reason="a bore")
    await ann.post("/ops/report/answer", id=1, what="dismiss", note="he always does")
    await held(app, bo, 2)
    archive = await archive_of(bo)
    rows = read(archive, "reports.json")
    assert [(row["what"], row["reason"], row["state"]) for row in rows] == [
        ("message", "rude", "dismissed"),
        ("user", "a bore", "open"),
    ]
    assert [row["content"] for row in read(archive, "waiting.json")] == ["held"] * 2
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"secret" not in whole and b"he always does" not in whole


async def test_nothing_of_others(app):
    """Others' messages, files and numbers are not in it, and nobody exports for another."""
    ann, bo = await app.client().register("Ann"), await app.client().register("Bo")
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    await bo.upload(samples.picture("PNG"))
    await bo.post_json("/message/send", cmd=10, dstid=ann.user_id, media=1, content="Bo's secret")
    archive = await archive_of(ann)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"secret" not in whole and bo.mobile.encode() not in whole
    assert not [name for name in archive.namelist() if name.startswith(("media/", "messages/"))]
    assert (await bo.post("/user/export", userid=ann.user_id))["code"] == -401
    assert (await app.client().post("/user/export", userid=ann.user_id))["code"] == -401


async def test_many_messages(app, monkeypatch):
    """However many there are, they come in pieces, in their order."""
    monkeypatch.setattr("models.exports.WINDOW", 3)
    ann, bo = await app.client().register(), await app.client().register()
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    for number in range(20):
        who, other = (bo, ann) if number in (4, 5, 6, 7, 8, 9, 11) else (ann, bo)
        await who.post_json("/message/send", cmd=10, dstid=other.user_id, media=1, content=str(number))
    told = read(await archive_of(ann), f"messages/user-{bo.user_id}.json")
    assert [int(row["content"]) for row in told] == [n for n in range(20) if n not in (4, 5, 6, 7, 8, 9, 11)]


async def test_a_file_that_is_gone(app):
    """A file that the storage has lost is marked, and the rest is there."""
    ann = await app.client().register()
    await ann.upload(samples.picture("PNG"))
    await ann.upload(samples.picture("JPEG"))
    lost, *_ = [path for path in (app.services.config.data / "media").rglob("*.png") if "_s" not in path.name]
    lost.unlink()
    archive = await archive_of(ann)
    assert len([name for name in archive.namelist() if name.startswith("media/")]) == 1
    assert f"{lost.name} ✗" in archive.read("index.html").decode()


async def test_one_at_a_time(tmp_path):
    """Nobody has several made at once; the place is free again when one is done or its reader has gone."""
    async with running(tmp_path, {"limits.enabled": True}) as app:
        ann = await app.client().register()
        with app.services.budget.hold("exports", ann.user_id):
            assert (await ann.post("/user/export"))["code"] == -429
        await archive_of(ann)
        await archive_of(ann)
        assert app.services.budget.stats()["exports"]["held"] == 0


async def test_broken_off(app, monkeypatch):
    """An archive that can't be ended is no whole answer: its reader is not told that it is."""
    ann = await app.client().register()

    def away(*args):
        raise TryAgain()

    monkeypatch.setattr("models.exports.uploads_of", away)
    monkeypatch.setattr("actions.exports._PAUSE_S", 0)
    with pytest.raises(HTTPStreamClosedError):
        await ann.fetch("/user/export", f"userid={ann.user_id}".encode())
    monkeypatch.undo()
    while app.services.budget.stats()["exports"]["held"]:
        await asyncio.sleep(0.01)
    await archive_of(ann)


async def test_refused_before_it_begins(app, monkeypatch):
    """While the database is away the answer is an envelope, as ever."""
    ann = await app.client().register()

    def away(*args):
        raise TryAgain()

    monkeypatch.setattr("models.exports.contacts_of", away)
    response = await ann.fetch("/user/export", f"userid={ann.user_id}".encode())
    assert envelope(response)["code"] == -503
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]  # for the page's frame
