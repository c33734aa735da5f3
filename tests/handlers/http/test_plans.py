"""No statement walks through a whole table: what people do costs the same however much there is.

SQLite and PostgreSQL tell their plan for each statement that was really made: by every route, by walks of
everything that is done to messages, and by keeping house.
"""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from actions.housekeeping import tidy
from bench.run.tables import open_tables
from tests.app import running
from tests.databases import migrated_file
from tests.handlers.http.everything import do_everything

#: Statements of people's; migrations are over when these begin.
_OURS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b(?!.*\b(sqlite_master|findable_words_\w+)\b)", re.I | re.S
)
#: Goes through a table or all of an index. Lists that a statement brings along are no tables.
_SCAN = re.compile(r"(SCAN|SEARCH(?!.* USING )) (?!.*VIRTUAL TABLE|.*CONSTANT ROW)")
#: With a handful of rows however big the installation is; `part` has one for 50,000 messages.
_SMALL = {"schema_migration", "part"}
#: Asked once by a process that starts, the time of the newest message and who blocks whom; and once when the
#: index is empty, how many messages there are. (The last row of SQLite's `findable` is no walk: it is in that
#: order.)
_AT_START = re.compile(
    r'SELECT (MAX\("t."."(updateat|createat)"\)|COALESCE\(SUM\("t."."seq"\)|MAX\(id\) FROM findable'
    r'|"t."."user_id", "t."."blocked_id" FROM "block" AS "t."$)'
)
#: The first 2000 who asked for pushes, however many more there are.
_BOUNDED = re.compile(r'SELECT DISTINCT "t."."user_id" FROM "push_subscription" AS "t." LIMIT')
#: Which of few mentions are notices: an index has nothing but these, and PostgreSQL goes through it as long
#: as it is one page.
_NOTICES = re.compile(r'SELECT "t1"."conversation_id", COUNT\(DISTINCT\("t2"."seq"\)\) FROM "member"')
#: Gone through once an hour, while the house is kept, beside everything else.
_HOURLY = {"session", "rate"}
#: PostgreSQL's settings for telling.
_TELLING = (
    "enable_seqscan = off",
    "enable_hashjoin = off",  # or it joins by all of a table, when that has ten rows
    "enable_mergejoin = off",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_nested_statements = on",
    "auto_explain.log_format = json",
)
_FIRST_COLUMNS = """
SELECT i.relname, a.attname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
"""


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


async def test_none_scans(statements, app, tmp_path):
    """On SQLite: of all statements that people cause none goes through a table that grows with the
    installation, and of those that keep house only two."""
    await do_everything(app)
    people = set(statements.examples)
    await tidy(app.services, alone=True)
    scans = statements.scans(tmp_path / "data" / "magpie.db")
    left = {
        shape: said
        for shape, said in scans.items()
        if _table(shape) not in (_SMALL if shape in people else _SMALL | _HOURLY)
        and not (_AT_START.match(shape) or _BOUNDED.match(shape))
    }
    assert not left
    assert len(people) > 100  # it was really told what is done


async def test_none_scans_on_postgresql(postgresql, tmp_path):
    """On PostgreSQL, which is asked to avoid it wherever it can, and tells of statements within functions,
    too. It goes by how many rows there are."""
    name = postgresql.create_migrated()
    with open_tables(postgresql.url(name)) as tables:
        rows = [{"user_id": n, "conversation_id": 10**6 + n // 50} for n in range(1, 5000)]
        tables.insert("member", rows)
        numbers = {"b": 0, "seq": 0, "ver": 0, "updateat": 0, "change": 0, "bars": 0}
        rows = [
            {"id": 10**6 + n, "key": f"g{10**6 + n}", "kind": 11, "a": 10**6 + n, **numbers}
            for n in range(5000)
        ]
        tables.insert("conversation", rows)
        places = [{"createat": n, "conversation_id": 10**6, "seq": n, "words": ""} for n in range(1, 5000)]
        tables.insert("findable", places)
        tables.cursor.execute("ANALYZE member, conversation, findable")
    for setting in ("session_preload_libraries = auto_explain", *_TELLING):
        postgresql.execute(f"ALTER DATABASE {name} SET {setting}")
    first = len(postgresql.said)
    async with running(tmp_path / "data", {"database.url": postgresql.url(name)}) as app:
        await do_everything(app)
    with open_tables(postgresql.url(name)) as tables:
        tables.cursor.execute(_FIRST_COLUMNS)
        firsts = dict(tables.cursor.fetchall())
    postgresql.drop(name)
    plans = _plans("".join(postgresql.said[first:]))
    assert len(plans) > 1000
    left = {
        plan["Query Text"]: found
        for plan in plans
        if (found := _walked(plan["Plan"], firsts) - _SMALL)
        and not any(known.match(plan["Query Text"]) for known in (_AT_START, _BOUNDED, _NOTICES))
    }
    assert not left


def _table(shape: str) -> str:
    return (re.findall(r'(?:FROM|UPDATE) "?(\w+)"?', shape) or [shape])[0]


def _plans(said: str) -> list[dict]:
    """Those in a log of PostgreSQL's."""
    return [json.loads(text) for text in re.findall(r"plan:\n((?:\t.*\n)+)", said)]


def _walked(node: dict, firsts: dict[str, str]) -> set[str]:
    """Tables that this part of a plan goes through from end to end, or an index of theirs, whose first column
    it then does not ask for."""
    found = set().union(*(_walked(part, firsts) for part in node.get("Plans", ())))
    first = firsts.get(node.get("Index Name"), "")
    whole = "Index Name" in node and not re.search(rf"\b{first}\b", node.get("Index Cond", ""))
    if node["Node Type"] == "Seq Scan" or whole:
        found.add(node.get("Relation Name") or node["Index Name"])
    return {name for name in found if not name.startswith("pg_")}
