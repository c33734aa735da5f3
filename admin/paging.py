"""Lists, which are read in pages."""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from admin.commands import Command, an_id
from admin.output import Output

#: Rows read at once.
_PAGE = 200

Row = TypeVar("Row", bound=Mapping[str, Any])

#: Rows behind the one with this id, at most so many, and whether there are more.
Read = Callable[[int | None, int], Awaitable[tuple[list[Row], bool]]]


def from_row(command: Command, option: str, where: str) -> None:
    """The command lists something: how much of it, and from where on, which `option` (``--after``) says."""
    command.rows()
    command.argument(option, dest="behind", type=an_id, metavar="ID", help=f"go on behind this {where}")
    command.parser.set_defaults(option=option)


async def wanted(read: Read[Row], said: argparse.Namespace, out: Output, what: str) -> tuple[list[Row], str]:
    """The rows that are asked for, and how to go on, "" at the end of the list."""
    found, more = await rows(read, out, what, said.behind, said.limit)
    return found, f"there are more: go on with {said.option} {found[-1]['id']}" if more else ""


async def rows(
    read: Read[Row], out: Output, what: str, behind: int | None = None, limit: int = 0
) -> tuple[list[Row], bool]:
    """`limit` rows, 0 for all, and whether there are more."""
    found: list[Row] = []
    more = True
    while more and (not limit or len(found) < limit):
        page, more = await read(behind, min(_PAGE, limit - len(found)) if limit else _PAGE)
        found += page
        behind = found[-1]["id"] if found else None
        out.progress(len(found), limit, what)
    return found, more
