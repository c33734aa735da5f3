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


@pytest.mark.parametrize("seconds", [0.0, 0.06, 0.09, 0.12])
async def test_killed(tmp_path, seconds):
    """Whenever it happens, nobody is left with half a friend."""
    data = tmp_path / "data"
    async with process(data) as server:
        ann = await server.client().register("Ann")
        friends = [await server.client().register(f"friend {number}") for number in range(FRIENDS)]
        for friend in friends:
            await ann.post("/contact/addfriend", dstid=friend.user_id)
        await ann.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")
        deleting = asyncio.ensure_future(ann.post("/user/delete", passwd=PASSWD))
        await asyncio.sleep(seconds)
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


async def _friends_of(server, friend):
    client = server.client()
    client.user_id = friend.user_id
    return [row["id"] for row in (await client.post("/contact/loadfriend", token=friend.token))["rows"]]
