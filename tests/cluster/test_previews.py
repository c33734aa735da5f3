"""Previews over two processes."""

import asyncio

import pytest

from tests.cluster.cluster import cluster
from tests.website import html, website


@pytest.fixture
def site(io_loop):
    """A website whose links both open."""
    made = website()
    yield io_loop.run_sync(made.__aenter__)
    io_loop.run_sync(lambda: made.__aexit__(None, None, None))


@pytest.fixture
def two(way, io_loop, tmp_path, site):
    database, broker_url = way
    name = database.create()
    env = {"MAGPIE_DATABASE_DEADLINE_S": "2", "MAGPIE_PREVIEWS_ALLOW": site.place}
    made = cluster(tmp_path / "data", database.url(name), broker_url, **env)
    yield io_loop.run_sync(made.__aenter__)
    io_loop.run_sync(lambda: made.__aexit__(None, None, None))
    database.drop(name)


async def test_looked_at_once(two, site):
    """The same link said at two processes is looked at by one of them, and everybody's devices at both hear
    of each preview once."""
    site.pages["/"] = html("<title>Trail</title>")
    ann, bob = await two.client(0).register("Ann"), await two.client(1).register("Bob")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    async with ann.socket() as near, two.at(1, ann).socket() as far, bob.socket() as bobs:
        said = {"cmd": 10, "media": 1, "content": f"{site.url}/"}
        await asyncio.gather(
            ann.post_json("/message/send", dstid=bob.user_id, **said),
            bob.post_json("/message/send", dstid=ann.user_id, **said),
        )
        heard = [[await socket.receive(29) for _ in range(2)] for socket in (near, far, bobs)]
    for events in heard:
        assert sorted(event["seq"] for event in events) == [1, 2]
        assert {event["preview"]["title"] for event in events} == {"Trail"}
    assert site.asked == {"/": 1}
    rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    assert sorted(row["ver"] for row in rows) == [3, 4]
