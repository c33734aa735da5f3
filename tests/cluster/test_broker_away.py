"""Without Redis each process goes on by itself."""

from tests.cluster.cluster import cluster
from tests.cluster.people import friends_at
from tests.handlers.people import text


async def test_redis_is_away(mariadb, own_redis, io_loop, tmp_path):
    """People at one process go on hearing each other, nobody is refused, and a proxy goes on sending people
    to all; when Redis is back, who is elsewhere is told to catch up, and what is said then comes to them."""
    name = mariadb.create()
    async with cluster(tmp_path / "data", mariadb.url(name), own_redis.url) as two:
        ann, bob = await friends_at(two, 0, 0)
        async with ann.socket() as a, bob.socket() as b, two.at(1, bob).socket() as far:
            await a.receive(17)
            own_redis.end()
            for i in range(1, 21):
                await a.send(text(bob, f"{i}", f"a{i}"))
                assert (await a.receive(1, 2))["cmd"] == 1
                assert (await b.receive(10))["seq"] == i
            for number in (0, 1):
                assert await two.ready(number) == 200
            own_redis.start()
            assert (await far.receive(3))["epoch"] > 0
            caught = await two.at(1, bob).post("/message/history", kind=10, dstid=ann.user_id)
            assert [row["seq"] for row in caught["rows"]] == list(range(1, 21))
            await a.send(text(bob, "again", "a21"))
            while (told := await far.receive(10))["seq"] < 21:
                pass  # what came late, in its order
            assert told["content"] == "again"
    mariadb.drop(name)
