"""Groups: listing and finding them, dissolving one."""

import argparse

from actions import operators
from actions.services import Services
from admin import paging
from admin.commands import Commands, Effect, an_id, at, checked
from admin.output import Output
from models.operators import find_groups
from protocol.operators import FindGroups


def declare(commands: Commands) -> None:
    commands.subject("groups", "list, find and dissolve groups")
    paging.from_row(commands.add("groups list", _list, "all of them, by id"), "--after", "group")
    command = commands.add("groups search", _list, "by id, or how a name begins")
    command.argument("q", metavar="TEXT", help="what to look for")
    paging.from_row(command, "--after", "group")
    command = commands.add("groups dissolve", _dissolve, "end a group; it stays readable", Effect.CLIENTS)
    command.argument("id", type=an_id, metavar="ID")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    q = checked(FindGroups, q=getattr(said, "q", "")).q
    found, more = await paging.wanted(lambda *page: app.db.read(find_groups, q, *page), said, out, "groups")
    shown = [
        {**row, "made": at(row["createat"]), "owner": row["ownerid"], "dissolved": at(row["dissolved"])}
        for row in found
    ]
    out.rows(shown, ("id", "name", "owner", "members", "made", "dissolved"), more, found)


async def _dissolve(app: Services, said: argparse.Namespace, out: Output) -> None:
    await operators.dissolve(app, 0, said.id)
    out.answer({"id": said.id}, f"group {said.id} is dissolved")
