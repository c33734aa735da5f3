"""A server that is killed while it deletes an account: it is there as it was, or closed; and what is left of
it goes when a server runs again."""

import asyncio
import signal
import sqlite3
from contextlib import closing, suppress

import pytest
from tornado.simple_httpclient import HTTPStreamClosedError

from tests.app import PASSWD
from tests.process import process

FRIENDS = 12


@pytest.mark.parametrize("seconds", [0.0, 0.06, 0.1, None])
async def test_killed(tmp_path, seconds):
    """Whenever it happens, nobody is left with half a friend; None: as soon as the account is closed."""
    data = tmp_path / "data"
    async with process(data) as server:
        # The first is the operator, whose account stays.
        friends = [await server.client().register(f"friend {number}") for number in range(FRIENDS)]
        ann = await server.client().register("Ann")
        for friend in friends:
            await ann.post("/contact/addfriend", dstid=friend.user_id)
        await ann.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")
        deleting = asyncio.ensure_future(ann.post("/user/delete", passwd=PASSWD))
        await (_until_closed(data) if seconds is None else asyncio.sleep(seconds))
        await server.stop(signal.SIGKILL)
        with suppress(HTTPStreamClosedError, ConnectionError, AssertionError):
            await deleting
    with closing(sqlite3.connect(data / "magpie.db")) as rows:
        rows.execute("UPDATE departed SET createat = 1")  # so that it is tidied up at once
        rows.commit()
    async with process(data) as server:
        again = server.client()
        answer = await again.post("/user/login", mobile=ann.mobile, passwd=PASSWD)
        closed = answer["code"] != 0
        assert closed or seconds is not None
        lists = []
        async with asyncio.timeout(30):
            while not lists or (closed and any(lists)):
                await asyncio.sleep(0.05)
                lists = [await _friends_of(server, friend) for friend in friends]
        assert lists == [[] if closed else [ann.user_id]] * FRIENDS
        if closed:
            name = await server.client().post(
                "/user/find", id=ann.user_id, token=friends[0].token, userid=None
            )
            assert name["data"]["nickname"] == "已注销"
            await server.client().register("New", ann.mobile)


async def _until_closed(data):
    with closing(sqlite3.connect(data / "magpie.db")) as rows:
        while not rows.execute("SELECT 1 FROM departed").fetchall():
            await asyncio.sleep(0.001)


async def _friends_of(server, friend):
    client = server.client()
    client.user_id = friend.user_id
    return [row["id"] for row in (await client.post("/contact/loadfriend", token=friend.token))["rows"]]
