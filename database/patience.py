"""How long a database server and a process wait for each other. A transaction of whose process nothing is
heard for longer than the deadline is taken back: it would keep all others from writing, for hours when a
machine has lost its power."""

#: In one statement. Each server reads what is meant for it; MySQL has no word for a transaction that stands
#: still.
_MYSQL = (
    "SET SESSION /*M! tx_isolation = 'READ-COMMITTED', */"
    " /*!50720 transaction_isolation = 'READ-COMMITTED', */"
    " /*M!100300 idle_write_transaction_timeout = {seconds}, */ innodb_lock_wait_timeout = {seconds}"
)


def mysql(deadline_s: float) -> str:
    """What is said on each new connection to MySQL or MariaDB."""
    return _MYSQL.format(seconds=max(1, round(deadline_s)))


def postgresql(deadline_s: float) -> dict[str, int | str]:
    """Arguments of a connection to PostgreSQL. Who is gone while the other waits for an answer is noticed as
    soon, on both sides."""
    milliseconds = int(deadline_s * 1000)
    half, quarter = (max(1, int(deadline_s / part)) for part in (2, 4))
    keepalives = {"idle": half, "interval": quarter, "count": 2}
    session = {f"tcp_keepalives_{name}": number for name, number in keepalives.items()}
    for name in ("statement", "lock", "idle_in_transaction_session"):
        session[f"{name}_timeout"] = milliseconds
    return {
        "tcp_user_timeout": milliseconds,
        **{f"keepalives_{name}": number for name, number in keepalives.items()},
        "options": " ".join(f"-c {name}={number}" for name, number in session.items()),
    }
