"""What every table shares: the database it lives in, and how ids and times are kept.

Ids are BIGINT autoincrement below 2^53 (JavaScript keeps them exact), times BIGINT ms since 1970 UTC, money
BIGINT fen. Names that pages know (`ownerid`, `dstobj`, `createat` …) are columns of the same name.
"""

import sqlite3

from peewee import DatabaseProxy, InterfaceError, Model, OperationalError

#: Set once, when `database.door.Database` opens.
database = DatabaseProxy()

#: What a deadlock, a locked file or a connection killed by its server looks like. The transaction is gone, so
#: the function runs again; for a lost COMMIT, unique keys make a second run safe. What SQLite finds while
#: rows are fetched, Peewee hands on as it is.
TRANSIENT = (OperationalError, InterfaceError, sqlite3.OperationalError)


class Base(Model):
    class Meta:
        database = database
        legacy_table_names = False
