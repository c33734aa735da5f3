"""The usual batch in one pass: nothing but plain messages, of members, in conversations that are known.

`plain.py` has the rule and the numbers, `way.py` the seam, and the other files what differs between
databases. A batch with anything else in it takes the general way (`log/batch.py`): before a `Way` says no, it
has written nothing.
"""

from database import dialect
from log.statements import Statements
from log.usual.mysql import MySqlWay
from log.usual.plain import Plain as Plain
from log.usual.plain import pairs_of as pairs_of
from log.usual.postgresql import PostgresqlWay
from log.usual.sqlite import SqliteWay
from log.usual.way import Way as Way

_WAYS: dict[type[dialect.Dialect], type[Way]] = {
    dialect.Sqlite: SqliteWay,
    dialect.MySql: MySqlWay,
    dialect.Postgresql: PostgresqlWay,
}


def way_of(kind: dialect.Dialect, statements: Statements) -> Way | None:
    """The one of this kind of database, if there is one."""
    way = _WAYS.get(type(kind))
    return way(statements) if way is not None else None
