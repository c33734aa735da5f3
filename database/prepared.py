"""Queries that run for every connection: their SQL is made by Peewee once, which costs more than running
them."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from peewee import SQL, Query

from database.base import database
from database.dialect import of_database


class Prepared:
    """`make()` builds the query with any values; calling gives rows as tuples for these parameters, in the
    order in which they stand in it."""

    def __init__(self, make: Callable[[], Query]) -> None:
        self._make = make
        self._sql: dict[type, str] = {}

    def __call__(self, *parameters: object) -> Sequence[tuple[Any, ...]]:
        return self._execute(parameters).fetchall()

    def each(self, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """The rows one after the other, for a caller who may not want all of them."""
        return iter(self._execute(parameters))

    def dicts(self, *parameters: object) -> list[Any]:
        """The rows as dicts, by the names of their columns."""
        cursor = self._execute(parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values)) for values in cursor.fetchall()]

    def _execute(self, parameters: Sequence[object]) -> Any:
        kind = type(database.obj)
        if kind not in self._sql:
            self._sql[kind] = self._make().sql()[0]
        return database.execute_sql(self._sql[kind], parameters)


class PreparedFor:
    """The same for a list of values, one at least and `MOST` at most: `make(listed)` builds the query with
    ``column.in_(listed)``. There are texts for a few sizes only, and a shorter list is filled up with its
    last value. Where the database takes `numbers` as one value, there is one text for all that are more than
    a few: PostgreSQL makes a new plan for each such list, which takes 0.2 ms."""

    MOST = 512
    _FEW = 8
    _SIZES = (1, _FEW, 64, MOST)

    def __init__(self, make: Callable[[Any], Query], numbers: bool = True) -> None:
        self._numbers = numbers
        self._of_size = {size: Prepared(partial(make, [0] * size)) for size in self._SIZES}
        self._of_any = Prepared(lambda: make(SQL(of_database(database.obj).numbers_in)))

    def __call__(
        self, values: Sequence[Any], *after: object, before: Sequence[object] = ()
    ) -> Sequence[tuple[Any, ...]]:
        """`before` and `after`: the parameters that stand before and after the list."""
        dialect = of_database(database.obj)
        if self._numbers and dialect.numbers_in and len(values) > self._FEW:
            return self._of_any(*before, dialect.numbers(values), *after)
        size = next(size for size in self._SIZES if size >= len(values))
        filled = [*values, *[values[-1]] * (size - len(values))]
        return self._of_size[size](*before, *filled, *after)
