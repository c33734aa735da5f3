"""Groups: listing and finding them, dissolving one."""

import argparse

from actions import operators
from actions.services import Services
from admin.commands import Command, Commands, Effect, an_id, at, checked
from admin.output import Output
from models.operators import find_groups
from protocol.operators import AnyGroup, FindGroups

#: Groups read at once.
_PAGE = 200


def declare(commands: Commands) -> None:
    commands.subject("groups", "list, find and dissolve groups")
    _page(commands.add("groups list", _list, "all of them, by id"))
    command = commands.add("groups search", _list, "by id, or how a name begins")
    command.argument("q", metavar="TEXT", help="what to look for")
    _page(command)
    command = commands.add("groups dissolve", _dissolve, "end a group; it stays readable", Effect.CLIENTS)
    command.argument("id", type=an_id, metavar="ID")


def _page(command: Command) -> None:
    command.rows()
    command.argument("--after", type=an_id, metavar="ID", help="go on behind this group")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    q = checked(FindGroups, q=getattr(said, "q", "")).q
    found: list[AnyGroup] = []
    after, more = said.after, True
    while more and (not said.limit or len(found) < said.limit):
        size = min(_PAGE, said.limit - len(found)) if said.limit else _PAGE
        page, more = await app.db.read(find_groups, q, after, size)
        found += page
        after = found[-1]["id"] if found else None
        out.progress(len(found), said.limit, "groups")
    if out.as_json:
        out.answer(found)
        return
    shown = [
        {**row, "made": at(row["createat"]), "owner": row["ownerid"], "dissolved": at(row["dissolved"])}
        for row in found
    ]
    more_text = f"there are more: go on with --after {after}" if more else ""
    out.rows(shown, ("id", "name", "owner", "members", "made", "dissolved"), more_text)


async def _dissolve(app: Services, said: argparse.Namespace, out: Output) -> None:
    await operators.dissolve(app, 0, said.id)
    out.answer({"id": said.id}, f"group {said.id} is dissolved")
