"""Queries that run for every connection: their SQL is made by Peewee once, which costs more than running
them."""

from collections.abc import Callable, Sequence
from typing import Any

from peewee import Query

from database.base import database


class Prepared:
    """`make()` builds the query with any values; calling gives rows as tuples for these parameters, in the
    order in which they stand in it."""

    def __init__(self, make: Callable[[], Query]) -> None:
        self._make = make
        self._sql: dict[type, str] = {}

    def __call__(self, *parameters: object) -> Sequence[tuple[Any, ...]]:
        kind = type(database.obj)
        if kind not in self._sql:
            self._sql[kind] = self._make().sql()[0]
        return database.execute_sql(self._sql[kind], parameters).fetchall()
