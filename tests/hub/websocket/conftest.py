"""What the tests of both transports share."""

import pytest

from tests.app import start


@pytest.fixture(params=["direct", "stream"])
def app_on_each(io_loop, tmp_path, request):
    """A server with one transport and then with the other."""

    async def begin():
        return start(tmp_path / "data", {"hub.transport": request.param, "hub.max_frame": 4096})

    running_app = io_loop.run_sync(begin)
    assert running_app.services.transports.direct == (request.param == "direct")
    yield running_app
    io_loop.run_sync(running_app.stop)
