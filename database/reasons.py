"""Why a database has said no, where that is more than a lost connection: by the numbers of its errors."""

import peewee

#: MySQL and MariaDB: a full disk (ER_DISK_FULL), a full table or tablespace (ER_RECORD_FILE_FULL).
MYSQL_FULL = (1021, 1114)
#: `read_only`, or a host that locks what has outgrown its disk (ER_OPTION_PREVENTS_STATEMENT); a read-only
#: session (ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION), and server (ER_READ_ONLY_MODE).
MYSQL_READ_ONLY = (1290, 1792, 1836)
#: PostgreSQL's `disk_full` and `read_only_sql_transaction`.
POSTGRESQL_FULL = "53100"
POSTGRESQL_READ_ONLY = "25006"

# Peewee would call these InternalErrors, by the first two digits of their codes. Two say that the connection
# has ended, one that another server, or this one later, takes what is written.
for _name in ("IdleInTransactionSessionTimeout", "TransactionTimeout", "ReadOnlySqlTransaction"):
    peewee.EXCEPTIONS[_name] = peewee.OperationalError


def mysql_says(error: BaseException, *numbers: int) -> bool:
    """Whether `error`, PyMySQL's or as Peewee hands it on, has one of these numbers."""
    return any(number in numbers for number in error.args[:2])


def postgresql_says(error: BaseException, state: str) -> bool:
    """Whether `error`, psycopg's or as Peewee hands it on, has this code."""
    causes = (error, getattr(error, "orig", None), error.__cause__, error.__context__)
    return any(getattr(cause, "sqlstate", None) == state for cause in causes)


def kind_of(error: BaseException) -> tuple[object, ...]:
    """What errors have in common that are of one kind, whatever names and times their texts have in them."""
    said: BaseException = getattr(error, "orig", error)
    return type(said), *(part for part in said.args[:1] if isinstance(part, int))
