"""The versions of the ports that are held to the contract."""

import pytest

from tests.hub.ports.line_network import redis_network
from tests.hub.ports.network import MemoryNetwork


@pytest.fixture(params=["memory", "redis"])
def network(request, io_loop, expect_logs):
    expect_logs("magpie.bus", "silent|the line|Redis", required=False)
    server = None if request.param == "memory" else request.getfixturevalue(request.param)

    async def make():
        return redis_network(server) if request.param == "redis" else MemoryNetwork()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.close)
