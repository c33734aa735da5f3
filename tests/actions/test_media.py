"""Collecting what nothing shows: in the right order, whatever fails on the way."""

import asyncio
import os

import pytest

from actions import media
from media.spool import Spool, sweep
from models import media as media_rows
from models.tables import GONE, Attachment, User
from protocol.errors import TryAgain
from tests import samples
from tests.app import running

PICTURE = samples.picture("JPEG", (1000, 1000))


@pytest.fixture
def hasty(io_loop, tmp_path):
    """A server that collects at once what is not attached."""
    context = running(tmp_path, {"uploads.unattached_seconds": 1})
    app = io_loop.run_sync(context.__aenter__)
    yield app
    io_loop.run_sync(lambda: context.__aexit__(None, None, None))


async def age(app) -> None:
    """Make all uploads two seconds older."""
    await app.services.db.write(Attachment.update(createat=Attachment.createat - 2000).execute)


async def rows(app) -> int:
    """Uploads that are kept; of those that are gone it is only known that they were here."""
    return await app.services.db.read(Attachment.select().where(Attachment.state != GONE).count)


async def used(app, user_id: int) -> int:
    return await app.services.db.read(lambda: User.get_by_id(user_id).media_bytes)


def stored(app) -> int:
    return len(list((app.services.config.data / "media").glob("20*/*/*")))


async def test_what_nobody_shows_goes(hasty):
    """A picture that was uploaded and never sent is gone later, with its thumbnail, and its room is free."""
    ann = await hasty.client().register()
    url = (await ann.upload(PICTURE))["data"]
    assert await media.collect_unattached(hasty.services) == 0
    assert stored(hasty) == 2
    await age(hasty)
    assert await media.collect_unattached(hasty.services) == 1
    assert (await ann.get(url)).code == 404
    assert (stored(hasty), await rows(hasty), await used(hasty, ann.user_id)) == (0, 0, 0)


async def test_what_is_shown_stays(hasty):
    """A picture in a message, as an avatar or as a group's icon stays."""
    ann = await hasty.client().register()
    urls = [(await ann.upload(PICTURE)) for _ in range(3)]
    sent = await ann.post(
        "/message/send", cmd=10, dstid=ann.user_id, media=4, url=urls[0]["data"], pic=urls[0]["pic"], cid="1"
    )
    assert sent["code"] == 0, sent
    assert (await ann.post("/user/profile", avatar=urls[1]["pic"]))["code"] == 0
    group = await ann.post("/contact/createcommunity", ownerid=ann.user_id, name="g", icon=urls[2]["data"])
    assert group["code"] == 0, group
    await age(hasty)
    assert await media.collect_unattached(hasty.services) == 0
    for answer in urls:
        assert (await ann.get(answer["data"])).code == 200
        assert (await ann.get(answer["pic"])).code == 200


async def test_an_avatar_from_before_registration(hasty):
    """The avatar that was chosen on the registration page is kept."""
    client = hasty.client()
    avatar = (await client.upload(samples.picture("PNG")))["data"]
    await client.register(avatar=avatar)
    await age(hasty)
    assert await media.collect_unattached(hasty.services) == 0
    assert (await client.get(avatar)).code == 200


async def test_the_storage_is_away(hasty, monkeypatch, expect_logs):
    """When the storage is away during a collection, a later one finishes it."""
    ann = await hasty.client().register()
    await ann.upload(PICTURE)
    await age(hasty)

    async def away(name):
        raise TryAgain()

    expect_logs("magpie.uploads", "collecting uploads")
    with monkeypatch.context() as patch:
        patch.setattr(hasty.services.storage, "delete", away)
        assert await media.collect_unattached(hasty.services) == 0
    assert (await used(hasty, ann.user_id), stored(hasty)) != (0, 0)
    assert await media.collect_unattached(hasty.services) == 1
    assert (stored(hasty), await used(hasty, ann.user_id)) == (0, 0)


async def test_a_crash_between_the_steps(hasty, monkeypatch):
    """A collection that ended after each of its steps is finished by the next; the room comes back once."""
    ann = await hasty.client().register()
    await ann.upload(PICTURE)
    kept = await ann.upload(samples.picture("PNG"))
    await ann.post("/user/profile", avatar=kept["data"])
    await age(hasty)

    class Crash(Exception):
        pass

    def crash(*args):
        raise Crash

    for part, step in [
        (hasty.services.storage, "delete"),
        (media_rows, "forget"),
    ]:  # after the claim, after the bytes
        with monkeypatch.context() as patch:
            patch.setattr(part, step, crash)
            with pytest.raises(Crash):
                await media.collect_unattached(hasty.services)
    assert stored(hasty) == 1
    assert await media.collect_unattached(hasty.services) == 1
    assert (await ann.get(kept["data"])).code == 200
    assert await used(hasty, ann.user_id) == kept["bytes"]


async def test_two_collect_at_once(hasty):
    """Two processes that collect at once free a user's room once."""
    ann = await hasty.client().register()
    for _ in range(8):
        await ann.upload(b"x" * 1000)
    await age(hasty)
    await asyncio.gather(*(media.collect_unattached(hasty.services) for _ in range(3)))
    assert (await rows(hasty), stored(hasty), await used(hasty, ann.user_id)) == (0, 0, 0)


async def test_the_storage_fails_an_upload(app, monkeypatch):
    """An upload that the storage does not take is refused for now, and costs the user no room."""
    ann = await app.client().register()

    async def away(*args):
        raise TryAgain("文件存储暂时不可用，请稍后再试")

    monkeypatch.setattr(app.services.storage, "put", away)
    answer = await ann.upload(PICTURE)
    assert (answer["code"], answer["msg"]) == (-503, "文件存储暂时不可用，请稍后再试")
    assert await used(app, ann.user_id) == 0


async def test_keys_are_random():
    """Addresses have 128 random bits."""
    keys = {media.new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(key) for key in keys} == {30}


async def test_the_spool_is_tidied(tmp_path):
    """What a crash left of uploads goes the next day; an upload under way is left alone."""
    spool = await Spool.open(tmp_path / "spool")
    old = tmp_path / "spool" / "old"
    old.mkdir()
    os.utime(old, (0, 0))
    sweep(tmp_path / "spool")
    assert [str(path) for path in (tmp_path / "spool").iterdir()] == [spool.folder]
    await spool.remove()
    await spool.write(b"too late")
    assert list((tmp_path / "spool").iterdir()) == []
    sweep(tmp_path / "nothing")


async def test_a_full_disk(app, monkeypatch):
    """When the disk is full the sender is asked to try again."""

    def full(self, data):
        raise OSError(28, "No space left on device")

    ann = await app.client().register()
    monkeypatch.setattr(Spool, "_write", full)
    assert (await ann.upload(PICTURE))["code"] == -503
    assert list(app.services.config.data.glob("spool/*")) == []
