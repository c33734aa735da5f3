"""Whichever process somebody is connected to, they get the same."""

import pytest

from tests.cluster.cluster import cluster

TEXT = {"media": 1, "content": "hi"}


@pytest.fixture(
    params=[("mariadb", "redis"), ("postgresql", "redis"), ("postgresql", "postgresql")], ids="+".join
)
def two(request, io_loop, tmp_path):
    database, broker = request.param
    server = request.getfixturevalue(database)
    name = server.create()
    url = request.getfixturevalue(broker).url if broker == "redis" else broker
    made = cluster(tmp_path / "data", server.url(name), url)
    yield io_loop.run_sync(made.__aenter__)
    io_loop.run_sync(lambda: made.__aexit__(None, None, None))
    server.drop(name)


async def test_friends_at_two_processes(two):
    """Two people at different processes write to each other: each message comes once, in its order, and the
    other devices of both see it, too."""
    ann, bob = await two.client(0).register("Ann"), await two.client(1).register("Bob")
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0
    async with ann.socket() as a, two.at(1, ann).socket() as phone, bob.socket() as b:
        for i in range(20):
            await a.send({"cmd": 10, "dstid": bob.user_id, "cid": f"a{i}", **TEXT, "content": f"a{i}"})
            await b.send({"cmd": 10, "dstid": ann.user_id, "cid": f"b{i}", **TEXT, "content": f"b{i}"})
        for socket, acks in ((a, 20), (phone, 0), (b, 20)):
            frames = [await socket.receive() for _ in range(40)]
            assert sorted(frame["seq"] for frame in frames) == list(range(1, 41))
            assert [frame["seq"] for frame in frames] == list(range(1, 41))
            assert sum(frame["cmd"] == 1 for frame in frames) == acks
