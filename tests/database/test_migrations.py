"""The schema that migrations make is the one that the models expect."""

import importlib
from pathlib import Path

import peewee
import pytest
from playhouse.migrations import Runner

from database.base import Base

FOLDER = Path(__file__).parents[2] / "models"
MIGRATIONS = Path(__file__).parents[2] / "database" / "migrations"

for path in FOLDER.glob("*.py"):
    importlib.import_module(f"models.{path.stem}")


def notices_of(database):
    """The columns of the index of notices alone: SQLite needs another one in front."""
    columns = ("conversation_id", "seq", "userid")
    return ("media", *columns) if isinstance(database.peewee, peewee.SqliteDatabase) else columns


@pytest.mark.parametrize("model", Base.__subclasses__(), ids=lambda model: model._meta.table_name)
async def test_tables_are_as_the_models_say(database, model):
    """Every column is there with its NULLs, every index with its uniqueness, and nothing else."""

    def compare():
        table = model._meta.table_name
        columns = {column.name: column.null for column in database.peewee.get_columns(table)}
        assert columns == {field.column_name: field.null for field in model._meta.sorted_fields}
        assert database.peewee.get_primary_keys(table) == [
            f.column_name for f in model._meta.get_primary_keys()
        ]
        wanted = {
            ((field.column_name,), field.unique)
            for field in model._meta.sorted_fields
            if (field.index or field.unique) and not field.primary_key
        }
        wanted |= {(tuple(names), unique) for names, unique in model._meta.indexes}
        if table == "message" and database.dialect.partial_indexes:
            wanted.add((notices_of(database), False))
        primary = tuple(f.column_name for f in model._meta.get_primary_keys())
        there = {(tuple(index.columns), bool(index.unique)) for index in database.peewee.get_indexes(table)}
        assert there - {(primary, True)} == wanted

    await database.read(compare)


async def test_migrating_again_changes_nothing(database):
    """A server that starts on an up-to-date database has nothing to do."""
    assert database.pending() == []
    assert database.migrate() == []
    database.check()


async def test_a_missing_unique_key_stops_the_start(database):
    """Without a key that decides races the server would double messages, so it does not start."""

    def drop():
        name = next(
            index.name
            for index in database.peewee.get_indexes("message")
            if tuple(index.columns) == ("cid", "userid")
        )
        on = " ON message" if isinstance(database.peewee, peewee.MySQLDatabase) else ""
        database.peewee.execute_sql(f"DROP INDEX {name.join(database.peewee.quote)}{on}")

    await database.write(drop)
    with pytest.raises(RuntimeError, match="message has no unique key on cid, userid"):
        database.check()


async def test_down_undoes_up(database):
    """All migrations can be taken back, and made again."""

    def there_and_back():
        runner = Runner(database.peewee, str(MIGRATIONS))
        names = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))
        assert [name for _ in names for name in runner.down()] == names[::-1]
        assert set(database.peewee.get_tables()) == {"schema_migration"}
        assert runner.up() == names

    with database.peewee.connection_context():
        there_and_back()
