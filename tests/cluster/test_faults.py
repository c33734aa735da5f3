"""Whatever goes wrong between processes: nothing acknowledged is lost, nothing comes twice or too early, and
everybody knows everything soon. More of it, and a table of what came of it: ``python -m tests.cluster``."""

import os
import re

import pytest

from tests.cluster import faults
from tests.cluster.network import network
from tests.cluster.stage import stage

#: What a process says that has no database for longer than a call waits, as on a busy machine.
TOLD = re.compile(r"ERROR magpie\.(log log: gave up|database database: \w+ failed: connection failed)")
#: What goes wrong, one after the other, on one cluster.
COURSES = {
    "mariadb": [faults.process_killed, faults.redis_connections_cut, faults.redis_killed],
    "postgresql": [
        faults.redis_held_up,
        faults.process_held_up,
        faults.database_restarted,
        faults.rolling_restart,
    ],
}


@pytest.mark.parametrize("kind", COURSES)
async def test_nothing_is_lost(kind, request, tmp_path, own_redis):
    """People who write through it all lose nothing, and their devices know everything; what happens to Redis
    refuses nobody."""
    async with stage(tmp_path / "data", request.getfixturevalue(kind), own_redis) as made:
        for fault in COURSES[kind]:
            result = await made.play(fault)
            assert not result.harm, f"{result}\n{made.cluster.logged()[-5000:]}"
            if fault in faults.OF_REDIS:
                assert (result.refused, result.not_ready) == (0, 0), result
        assert " ERROR " not in TOLD.sub("", made.cluster.logged())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may cut a network off")
async def test_a_network_that_is_cut(mariadb, own_redis, tmp_path):
    """A process that is cut off from Redis, and then from the database, without a word: its people lose
    nothing, and nobody else is held up by what it has locked."""
    async with network(redis=own_redis.port, database=mariadb.port) as net:
        env = {"MAGPIE_DATABASE_DEADLINE_S": "4"}
        async with stage(tmp_path / "data", mariadb, own_redis, net=net, **env) as made:
            for fault in faults.OF_NETWORK:
                result = await made.play(fault)
                assert not result.harm, f"{result}\n{made.cluster.logged()[-5000:]}"
                if fault is faults.cut_off_from_redis:
                    assert (result.refused, result.not_ready) == (0, 0), result
