"""Both storages, ready to use, and the stand-in behind one of them."""

import pytest

from storage import LocalStorage
from storage.breaker import Breaker
from storage.oss import OssStorage
from tests.storage.settings import storage_settings


@pytest.fixture
def clock():
    """A clock that moves when it is told to: `clock.now += 10`."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def make_oss(io_loop, standin, clock):
    """Make an OssStorage on the stand-in: make_oss(oss_key_secret="wrong")."""
    made = []

    def make(timeouts=(1, 5), **changes):
        changes.setdefault("oss_endpoint", standin.endpoint)
        settings = storage_settings(backend="oss", **changes)
        made.append(OssStorage(settings, timeouts, Breaker(failures=3, pause=10, clock=clock)))
        return made[-1]

    yield make
    for storage in made:
        io_loop.run_sync(storage.close)


@pytest.fixture(params=["local", "oss"])
def storage(request, io_loop, tmp_path):
    """Each backend in turn, for the tests of what both promise."""
    if request.param == "oss":
        yield request.getfixturevalue("make_oss")()
        return
    local = LocalStorage(tmp_path / "media")
    yield local
    io_loop.run_sync(local.close)


@pytest.fixture
def picture(tmp_path):
    """A file of 300 000 different bytes to store."""
    path = tmp_path / "spooled"
    path.write_bytes(bytes(range(250)) * 1200)
    return path
