"""What operators did."""

import argparse

from actions.services import Services
from admin.commands import Commands, an_id, at
from admin.output import Output
from models import operators
from protocol import rows

#: Rows read at once.
_PAGE = 200


def declare(commands: Commands) -> None:
    command = commands.add("audit", _list, "what operators did, the latest first")
    command.rows()
    command.argument("--before", type=an_id, metavar="ID", help="go on behind this row")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    found: list[rows.Act] = []
    before, more = said.before, True
    while more and (not said.limit or len(found) < said.limit):
        size = min(_PAGE, said.limit - len(found)) if said.limit else _PAGE
        page, more = await app.db.read(operators.acts, before, size)
        found += page
        before = found[-1]["id"] if found else None
        out.progress(len(found), said.limit, "audit")
    if out.as_json:
        out.answer(found)
        return
    shown = [
        {
            **act,
            "at": at(act["createat"]),
            "by": act["op_name"] or act["op"] or "command line",
            "before": _value(act["what"], act["before"]),
            "after": _value(act["what"], act["after"]),
        }
        for act in found
    ]
    columns = ("id", "at", "by", "what", "target", "target_name", "before", "after")
    out.rows(shown, columns, f"there are more: go on with --before {before}" if more else "")


def _value(what: str, text: str) -> str:
    """A mute's end as a time."""
    return at(int(text)) or "off" if what == "mute" and text.isdecimal() else text
