"""Two servers with MariaDB and Redis behind nginx, as deploy/ sets them up."""

import signal
from pathlib import Path

import yaml

from tests.cluster.cluster import cluster
from tests.deploy.nginx import behind_nginx

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def port_of(process) -> int:
    return int(process.url.rpartition(":")[2])


async def test_two_servers_behind_nginx(tmp_path, mariadb, redis):
    """People who come by one address talk to each other, whichever server they are led to; when one server
    is killed all go on at the other, and nothing that was acked is lost."""
    name = mariadb.create()
    settings = {"MAGPIE_SERVER_PROXIES": "127.0.0.1"}
    async with (
        cluster(tmp_path / "data", mariadb.url(name), redis.url, **settings) as two,
        behind_nginx(tmp_path, [port_of(process) for process in two.processes]) as proxied,
    ):
        ann, bob = await proxied.client().register("Ann"), await proxied.client().register("Bob")
        await ann.post("/contact/addfriend", dstid=bob.user_id)
        sockets = [client.socket() for client in (ann, bob) for _ in range(4)]
        for socket in sockets:
            await socket.__aenter__()
        await ann.post("/message/send", cmd=10, dstid=bob.user_id, media=1, content="to all of them")
        for socket in sockets:
            assert (await socket.receive(10))["content"] == "to all of them"
        await two.processes[0].stop(signal.SIGKILL)
        for number in range(20):  # nobody sees that one of two is gone
            said = await bob.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content=f"{number}")
            assert said["code"] == 0
        async with ann.socket() as back:
            rows = (await ann.post("/message/history", kind=10, dstid=bob.user_id))["rows"]
            assert [row["content"] for row in rows] == ["to all of them", *map(str, range(20))]
            await bob.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content="hi again")
            assert (await back.receive(10))["content"] == "hi again"
    mariadb.drop(name)


def test_the_units_are_one():
    """The unit for several servers on a machine has the same rights as the one for a single one."""
    one, many = ((DEPLOY / f"magpie{at}.service").read_text("utf-8").splitlines() for at in ("", "@"))
    differ = [line for line in many if line not in one and not line.startswith("#")]
    assert differ == [
        "Description=Magpie chat server on port %i",
        "ExecStart=/opt/magpie/.venv/bin/python server.py --port %i",
    ]
    assert [line for line in one if line not in many and not line.startswith("#")] == [
        "Description=Magpie chat server",
        "ExecStart=/opt/magpie/.venv/bin/python server.py",
    ]


def test_the_containers_are_the_same():
    """Both compose files run the server with the same rights; the names of settings are those there are."""
    one = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["magpie"]
    several = yaml.safe_load((DEPLOY / "cluster.yaml").read_text("utf-8"))["services"]
    for server in (several["one"], several["two"]):
        for right in ("read_only", "tmpfs", "cap_drop", "security_opt", "pids_limit", "mem_limit", "init"):
            assert server[right] == one[right], right
        assert server["environment"].keys() >= {"MAGPIE_DATABASE_URL", "MAGPIE_BROKER_URL"}
