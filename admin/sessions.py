"""Where people are logged in."""

import argparse

from actions import operators
from actions.services import Services
from admin.commands import Commands, Effect, an_id, at
from admin.output import Output


def declare(commands: Commands) -> None:
    commands.subject("sessions", "where a user is logged in")
    command = commands.add("sessions list", _list, "their sessions")
    command.argument("id", type=an_id, metavar="ID", help="of the user")
    command = commands.add("sessions close", _close, "end all of them", Effect.MEMORY)
    command.argument("id", type=an_id, metavar="ID", help="of the user")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    _, living = await operators.show_with_sessions(app, said.id)
    shown = [{**one, "since": at(one["created"]), "last seen": at(one["last_seen"])} for one in living]
    out.rows(shown, ("id", "since", "last seen", "ip", "ua"), data=living)


async def _close(app: Services, said: argparse.Namespace, out: Output) -> None:
    count = await operators.close_sessions(app, 0, said.id)
    out.answer({"sessions": count}, f"{count} session{'' if count == 1 else 's'} ended")
