"""What all tests share: an event loop for `async def` tests, databases, and quiet logs.

Fixtures to use in tests:

- `io_loop`: the test's own event loop; every `async def` test gets it, sync fixtures use `io_loop.run_sync`.
- `expect_logs`: names the log lines a test provokes; any other warning or error line fails the test.
- `database`, `migrated_url`, `database_url`: a database, open, its address, or that of one without a schema,
  on SQLite, MariaDB and PostgreSQL in turn (tests/databases.py).
"""

import gc
import inspect
import logging
import os
import re

import hypothesis
import pytest
from PIL import Image

from tests.forks import FORKS
from tests.loop import event_loop
from tests.memory import roomy_folder

pytest_plugins = [
    "tests.servers",
    "tests.redis_server",
    "tests.databases",
    "tests.app",
    "tests.gateway",
    "tests.integration.oss_standin",
    "tests.log.scribe",
]

if folder := roomy_folder():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)

# A busy machine is no failure. In CI the examples are the same in every run; elsewhere each run tries new
# ones.
hypothesis.settings.register_profile("magpie", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("magpie")


def pytest_collection_modifyitems(items):
    """Let pytest-tornado run native coroutines without a mark on each."""
    for item in items:
        if inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker("gen_test")


def pytest_collection_finish(session):
    """What exists before the first test stays: collecting garbage after a test need not walk it."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    FORKS.close()


@pytest.fixture
def io_loop():
    """A fresh event loop, current while the test runs; tasks left over are cancelled before it closes.

    Takes the place of pytest-tornado's fixture, which uses what Tornado and asyncio have deprecated.
    """
    yield from event_loop()


@pytest.fixture(autouse=True)
def pillow():
    """What a worker sets for its own process is undone after a test that does the work in this one."""
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


class ExpectedLogs(logging.Handler):
    """Collects records of WARNING and above; call it with a logger name and a pattern to allow some of
    them."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.expected: list[tuple[str, re.Pattern, bool]] = []

    def __call__(self, logger: str, pattern: str, required: bool = True) -> None:
        """Allow records of `logger` (and its children) whose text has `pattern`; `required`: at least one."""
        self.expected.append((logger, re.compile(pattern), required))

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def complaints(self) -> list[str]:
        """What was logged unexpectedly, and what was expected in vain."""
        matched, found = set(), []
        for record in self.records:
            hits = [entry for entry in self.expected if self._matches(record, *entry[:2])]
            matched.update(hits)
            if not hits:
                text = logging.Formatter("%(levelname)s %(name)s: %(message)s").format(record)
                found.append(f"unexpected log line: {text}")
        found += [
            f"expected log line did not come: {logger}: {pattern.pattern}"
            for logger, pattern, required in self.expected
            if required and (logger, pattern, required) not in matched
        ]
        return found

    @staticmethod
    def _matches(record: logging.LogRecord, logger: str, pattern: re.Pattern) -> bool:
        of_logger = record.name == logger or record.name.startswith(logger + ".")
        return of_logger and bool(pattern.search(record.getMessage()))


@pytest.fixture(autouse=True)
def expect_logs():
    """Call as expect_logs("tornado.general", "text") to allow a warning; all others fail the test."""
    collected = ExpectedLogs()
    root = logging.getLogger()
    root.addHandler(collected)
    yield collected
    root.removeHandler(collected)
    complaints = collected.complaints()
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)
