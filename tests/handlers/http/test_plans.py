"""No statement walks through a whole table: what people do costs the same however much there is.

SQLite tells its plan for each statement that was really made: by every route, by a walk of everything that is
done to messages, and by keeping house.
"""

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from actions.housekeeping import tidy
from tests import samples
from tests.databases import migrated_file
from tests.handlers.http.test_isolation import ATTEMPTS, World
from tests.handlers.socket.walk import Walk

#: Statements of people's; migrations are over when these begin.
_OURS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b(?!.*\bsqlite_master\b)", re.I | re.S)
#: Goes through a table or all of an index. Lists that a statement brings along are no tables.
_SCAN = re.compile(r"SCAN (?!.*VIRTUAL TABLE|.*CONSTANT ROW)")
#: With a handful of rows however big the installation is.
_SMALL = {"schema_migration"}
#: Gone through once an hour, while the house is kept, beside everything else.
_HOURLY = {"session", "rate"}


class Statements:
    """What SQLite is told, by its shape: an example of each."""

    def __init__(self) -> None:
        self.examples: dict[str, str] = {}

    def told(self, statement: str) -> None:
        if _OURS.match(statement):
            self.examples.setdefault(re.sub(r"\d+|'[^']*'", "?", statement), statement)

    def scans(self, file: Path) -> dict[str, list[str]]:
        """Those that go through a whole table, and what is said of it."""
        found = {}
        with closing(sqlite3.connect(file)) as connection:
            for shape, statement in self.examples.items():
                plan = [detail for *_, detail in connection.execute("EXPLAIN QUERY PLAN " + statement)]
                if scans := [detail for detail in plan if _SCAN.match(detail)]:
                    found[shape] = scans
        return found


@pytest.fixture
def statements(monkeypatch):
    migrated_file()
    found, connect = Statements(), sqlite3.connect

    def told(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(found.told)
        return connection

    monkeypatch.setattr("peewee.sqlite3.connect", told)
    return found


async def test_no_statement_scans(statements, app, tmp_path):
    """Of all statements that people cause none goes through a table that grows with the installation, and of
    those that keep house only two."""
    world = await World().begin(app)
    ann, bo, _ = world.people
    walk = Walk(random.Random(7), world.group, [ann, ann, bo, bo])
    for _ in range(3):
        await walk.go()
    await walk.compare()
    await ann.upload(samples.picture("PNG"))
    for path in ATTEMPTS.keys() - {"/user/logout", "/user/revoke", "/user/passwd"}:
        for fields, _ in ATTEMPTS[path]:
            single = fields.get("kind", fields.get("cmd")) == 10
            dst = {"dstid": bo.user_id if single else world.group} if "dstid" in fields else {}
            await ann.post(path, **world.filled(fields) | dst)
    await ann.post("/user/revoke")
    people = set(statements.examples)
    await tidy(app.services, alone=True)
    scans = statements.scans(tmp_path / "data" / "magpie.db")
    assert not {
        shape: said
        for shape, said in scans.items()
        if _table(shape) not in (_SMALL if shape in people else _SMALL | _HOURLY)
    }
    assert len(people) > 100  # it was really told what is done


def _table(shape: str) -> str:
    return re.findall(r'(?:FROM|UPDATE) "?(\w+)"?', shape)[0]
