"""The versions of the ports that are held to the contract."""

import pytest

from tests.hub.ports.network import MemoryNetwork

NETWORKS = {"memory": MemoryNetwork}


@pytest.fixture(params=NETWORKS)
def network(request, io_loop):
    async def make():
        return NETWORKS[request.param]()

    made = io_loop.run_sync(make)
    yield made
    io_loop.run_sync(made.close)
