"""How much one answer has room for."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

#: Bytes of an answer, as far as they can be told before it is written; the first row always fits.
MAX_ANSWER_BYTES = 1 << 20


def fitting(rows: Iterable[T], size_of: Callable[[T], int], limit: int | None = None) -> tuple[list[T], bool]:
    """As many rows as are wanted, and one answer has room for, one at least; and whether there are more.
    `size_of`: the bytes of one."""
    taken: list[T] = []
    size = 0
    for row in rows:
        size += size_of(row)
        if len(taken) == limit or (taken and size > MAX_ANSWER_BYTES):
            return taken, True
        taken.append(row)
    return taken, False
