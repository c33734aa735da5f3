"""What operators did."""

import argparse

from actions.services import Services
from admin import paging
from admin.commands import Commands, at
from admin.output import Output
from models import operators


def declare(commands: Commands) -> None:
    paging.from_row(commands.add("audit", _list, "what operators did, the latest first"), "--before", "row")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    found, more = await paging.wanted(lambda *page: app.db.read(operators.acts, *page), said, out, "audit")
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
    out.rows(shown, columns, more, found)


def _value(what: str, text: str) -> str:
    """A mute's end as a time."""
    return at(int(text)) or "off" if what == "mute" and text.isdecimal() else text
