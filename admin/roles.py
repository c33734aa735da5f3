"""Who is an operator."""

import argparse

from actions import operators
from actions.services import Services
from admin import users
from admin.commands import Commands, Effect, an_id
from admin.output import Output


def declare(commands: Commands) -> None:
    commands.subject("roles", "who is an operator")
    commands.add("roles list", _list, "all operators")
    for words, about in (
        ("roles on", "make a user an operator"),
        ("roles off", "let them be one no longer; the last one stays"),
    ):
        command = commands.add(words, _switch, about, Effect.MEMORY)
        command.argument("id", type=an_id, metavar="ID")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    users.show(out, await operators.all_operators(app))


async def _switch(app: Services, said: argparse.Namespace, out: Output) -> None:
    user = await operators.make_operator(app, 0, said.id, said.command.words == "roles on")
    told = "an operator" if user.get("op") else "no operator"
    out.answer(
        {"id": user["id"], "op": user.get("op", 0)}, f"user {user['id']} ({user['nickname']}) is {told}"
    )
