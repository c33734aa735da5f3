"""People: listing and finding them, muting and deactivating them."""

import argparse
from collections.abc import Sequence
from functools import partial

from actions import operators
from actions.services import Services
from admin import paging
from admin.commands import Commands, Effect, an_id, at, checked, until
from admin.output import Output
from protocol.operators import Account, FindUsers

_COLUMNS = ("id", "mobile", "nickname", "joined", "state")


def declare(commands: Commands) -> None:
    commands.subject("users", "list and find people")
    paging.from_row(commands.add("users list", _list, "all of them, by id"), "--after", "user")
    command = commands.add("users search", _list, "by id, or how a mobile number or a name begins")
    command.argument("q", metavar="TEXT", help="what to look for")
    paging.from_row(command, "--after", "user")
    command = commands.add("users show", _show, "one user, and where they are logged in")
    command.argument("id", type=an_id, metavar="ID")

    command = commands.add("mute", _mute, "let a user say nothing until a time", Effect.MEMORY)
    command.argument("id", type=an_id, metavar="ID")
    command.argument("until", type=until, metavar="UNTIL", help="30m, 2h, 7d, 2030-12-31, forever, off")
    for name, about in (
        ("deactivate", "end a user's sessions, and let them log in no more"),
        ("activate", "undo it"),
    ):
        command = commands.add(name, _activate, about, Effect.MEMORY)
        command.argument("id", type=an_id, metavar="ID")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    q = checked(FindUsers, q=getattr(said, "q", "")).q
    show(out, *await paging.wanted(partial(operators.find_users, app, q), said, out, "users"))


def show(out: Output, found: Sequence[Account], more: str = "") -> None:
    """A list of people."""
    shown = [{**row, "joined": at(row["createat"]), "state": _state(row)} for row in found]
    out.rows(shown, _COLUMNS, more, [_plain(row) for row in found])


async def _show(app: Services, said: argparse.Namespace, out: Output) -> None:
    user, living = await operators.show_with_sessions(app, said.id)
    told = {
        **{name: user.get(name) for name in ("id", "mobile", "nickname", "memo")},
        "joined": at(user["createat"]),
        "state": _state(user),
        "sessions": len(living),
    }
    lines = [f"{name}: {value}" for name, value in told.items()]
    lines += [f"  {at(one['last_seen'])}  {one['ip']}  {one['ua']}" for one in living]
    out.answer({**_plain(user), "sessions": living}, *lines)


async def _mute(app: Services, said: argparse.Namespace, out: Output) -> None:
    user = await operators.mute(app, 0, said.id, said.until)
    ends = user["muted_until"]
    out.answer(
        _plain(user),
        f"{_named(user)} may say nothing until {at(ends)}" if ends else f"{_named(user)} may speak",
    )


async def _activate(app: Services, said: argparse.Namespace, out: Output) -> None:
    user = await operators.deactivate(app, 0, said.id, said.command.words == "deactivate")
    out.answer(_plain(user), f"{_named(user)} is {'deactivated' if user['deactivated'] else 'active'}")


def _plain(user: Account) -> dict[str, object]:
    """Who is online only a server knows."""
    return {name: value for name, value in user.items() if name != "online"}


def _named(user: Account) -> str:
    return f"user {user['id']} ({user['nickname']})"


def _state(user: Account) -> str:
    told = ["operator"] if user.get("op") else []
    told += ["deactivated"] if user["deactivated"] else []
    told += [f"muted until {at(user['muted_until'])}"] if user["muted_until"] else []
    return ", ".join(told)
