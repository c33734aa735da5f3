"""The versions of the ports that are held to the contract."""

import pytest

from tests.hub.ports.line_network import postgresql_network, redis_network
from tests.hub.ports.network import MemoryNetwork

NETWORKS = {"redis": redis_network, "postgresql": postgresql_network}


@pytest.fixture(params=["memory", *NETWORKS])
def network(request, io_loop, expect_logs):
    expect_logs("magpie.bus", "silent|the line|Redis|PostgreSQL", required=False)
    server = None if request.param == "memory" else request.getfixturevalue(request.param)

    async def make():
        return NETWORKS[request.param](server) if server else MemoryNetwork()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.close)
