"""What every table shares: the database it lives in, and how ids and times are kept.

Ids are BIGINT autoincrement below 2^53 (JavaScript keeps them exact), times BIGINT ms since 1970 UTC, money
BIGINT fen. Names that pages know (`ownerid`, `dstobj`, `createat` …) are columns of the same name.
"""

import time

from peewee import DatabaseProxy, Model

#: Set once, when `models.database.Database` opens.
database = DatabaseProxy()


class Base(Model):
    class Meta:
        database = database
        legacy_table_names = False


def now_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return int(time.time() * 1000)
