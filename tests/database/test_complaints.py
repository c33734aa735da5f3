"""Who runs the server reads of each trouble with the database, once a minute."""

import logging

import peewee
import psycopg
import pymysql
import pytest

from database.complaints import Complaints
from tests.database.test_health import Clock


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def as_peewee(error: Exception) -> peewee.PeeweeException:
    with pytest.raises(peewee.PeeweeException) as raised, peewee.__exception_wrapper__:
        raise error
    return raised.value


def test_a_line_for_each_kind():
    """What is of one kind is said again after a minute, with how often it came meanwhile; another kind is
    said at once, whatever their texts have in common."""
    clock, kept = Clock(), Kept()
    logger = logging.Logger("mine")
    logger.addHandler(kept)
    complaints = Complaints(logger, clock)
    for i in range(4):
        complaints.say(as_peewee(pymysql.OperationalError(1226, f"{i} connections")), "%s failed", "touch")
        complaints.say(as_peewee(pymysql.OperationalError(1290, "read-only")), "%s failed", "touch")
        complaints.say(as_peewee(psycopg.errors.ReadOnlySqlTransaction(f"no {i}")), "gave up")
        complaints.say(peewee.OperationalError(f"lock {i}"), "gave up")
    assert [line.partition(": ")[0] for line in kept.lines] == ["touch failed"] * 2 + ["gave up"] * 2
    clock.now += 61
    complaints.say(as_peewee(pymysql.OperationalError(1226, "9 connections")), "%s failed", "touch")
    assert "9 connections" in kept.lines[-1] and "and 3 times" in kept.lines[-1] and len(kept.lines) == 5
