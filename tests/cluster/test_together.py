"""Whichever process somebody is connected to, they get the same."""

from tests.cluster.cluster import Cluster
from tests.cluster.people import friends_at

TEXT = {"media": 1, "content": "hi"}


async def test_friends_at_two_processes(two):
    """Two people at different processes write to each other: each message comes once, in its order, and the
    other devices of both see it, too."""
    ann, bob = await friends_at(two)
    async with ann.socket() as a, two.at(1, ann).socket() as phone, bob.socket() as b:
        for i in range(20):
            await a.send({"cmd": 10, "dstid": bob.user_id, "cid": f"a{i}", **TEXT, "content": f"a{i}"})
            await b.send({"cmd": 10, "dstid": ann.user_id, "cid": f"b{i}", **TEXT, "content": f"b{i}"})
        for socket, acks in ((a, 20), (phone, 0), (b, 20)):
            frames = [await socket.receive(1, 10) for _ in range(40)]
            assert [frame["seq"] for frame in frames] == list(range(1, 41))
            assert sum(frame["cmd"] == 1 for frame in frames) == acks


async def test_who_is_there(two: Cluster):
    """Friends at another process see somebody come and go; whose process is killed is gone soon, too, and who
    has come to another one meanwhile is not."""
    ann, bob = await friends_at(two)
    async with bob.socket() as b:
        async with ann.socket():
            assert await presence(b) == (ann.user_id, 1)
        assert await presence(b) == (ann.user_id, 0)
        async with ann.socket():
            assert await presence(b) == (ann.user_id, 1)
            await two.kill(0)
        assert await presence(b) == (ann.user_id, 0)
        [row] = (await bob.post("/contact/loadfriend"))["rows"]
        assert row["online"] == 0
        async with two.at(1, ann).socket():
            assert await presence(b) == (ann.user_id, 1)


async def presence(socket) -> tuple[int, int]:
    frame = await socket.receive(17)
    return frame["userid"], frame["online"]
