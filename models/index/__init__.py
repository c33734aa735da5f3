"""The index that messages are found by: one contract (`index.py`), and a file for each kind of database."""

from database import dialect
from database.base import database
from models.index.index import Index as Index
from models.index.index import Place as Place
from models.index.index import Query as Query
from models.index.index import Term as Term
from models.index.mysql import MySqlIndex
from models.index.postgresql import PostgresqlIndex
from models.index.sqlite import SqliteIndex

_INDEXES: dict[type[dialect.Dialect], Index] = {
    dialect.Sqlite: SqliteIndex(),
    dialect.MySql: MySqlIndex(),
    dialect.Postgresql: PostgresqlIndex(),
}


def index() -> Index:
    """The one of the open database."""
    return _INDEXES[type(dialect.of_database(database.obj))]
