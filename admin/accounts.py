"""Accounts: invite codes, reset links, taking an account's data along, and deleting it."""

import argparse
import os
from pathlib import Path

from actions import exports, invites, leaving, operators, resets, totp
from actions.services import Services
from admin import paging
from admin.commands import Commands, Effect, an_id, at, checked, until
from admin.output import Output
from models.invites import made
from protocol.errors import Refused
from protocol.invites import MakeInvite


def declare(commands: Commands) -> None:
    command = commands.add("reset", _reset, "a link with which a user sets a new password")
    command.argument("id", type=an_id, metavar="ID")
    command = commands.add("codes-off", _codes_off, "ask a user for no one-time codes who has lost them")
    command.argument("id", type=an_id, metavar="ID")
    command = commands.add("export", _export, "all that is stored of a user, as a zip")
    command.argument("id", type=an_id, metavar="ID")
    command.argument("file", type=_new_file, metavar="FILE", help="a new one")
    command = commands.add("delete", _delete, "delete an account; its messages stay", Effect.CLIENTS)
    command.argument("id", type=an_id, metavar="ID")
    command.argument("--yes", action="store_true", help="it is meant: there is no way back")

    commands.subject("invites", "codes with which accounts are made")
    command = commands.add("invites make", _make, "a new code")
    command.argument("--uses", type=int, default=1, metavar="N", help="accounts (default: 1)")
    command.argument("--until", type=until, default=0, metavar="UNTIL", help="as of mute (default: forever)")
    commands.add("invites list", _list, "the codes, the newest first")
    command = commands.add("invites revoke", _revoke, "let nobody in by a code any more")
    command.argument("id", type=an_id, metavar="ID", help="of the code")


async def _reset(app: Services, said: argparse.Namespace, out: Output) -> None:
    url = await resets.make_link(app, said.id)
    out.answer({"url": url}, url, "behind your server's address; good for an hour, and once")


async def _codes_off(app: Services, said: argparse.Namespace, out: Output) -> None:
    await totp.drop(app, said.id)
    out.answer({"id": said.id}, f"user {said.id} is asked for no codes any more")


async def _export(app: Services, said: argparse.Namespace, out: Output) -> None:
    """The file is there when it is whole: until then it has another name."""
    file: Path = said.file
    await operators.note_export(app, 0, said.id)
    part = file.with_name(file.name + ".part")
    size = 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            async for piece in exports.export(app, said.id):
                written.write(piece)
                size += len(piece)
                out.progress(size, 0, "bytes")
        part.replace(file)
    except OSError as error:
        raise Refused("", f"cannot write {file}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    out.answer({"file": str(file), "bytes": size}, f"{size:,} bytes in {file}")


async def _delete(app: Services, said: argparse.Namespace, out: Output) -> None:
    if not said.yes:
        raise Refused("", "there is no way back: say --yes if it is meant")
    await leaving.delete(app, said.id)
    out.answer({"id": said.id}, f"user {said.id} is deleted")


async def _make(app: Services, said: argparse.Namespace, out: Output) -> None:
    told = checked(MakeInvite, uses=said.uses, until=said.until)
    invite = await invites.make(app, 0, told.uses, told.until)
    out.answer(invite, invite["code"], f"/user/register.shtml?invite={invite['code']}")


async def _list(app: Services, said: argparse.Namespace, out: Output) -> None:
    found, _ = await paging.rows(lambda before, _size: app.db.read(made, before), out, "invites")
    shown = [{**one, "ends": at(one["until"]) or "never", "made": at(one["createat"])} for one in found]
    out.rows(shown, ("id", "code", "used", "uses", "ends", "made"), data=found)


async def _revoke(app: Services, said: argparse.Namespace, out: Output) -> None:
    await invites.revoke(app, 0, said.id)
    out.answer({"id": said.id}, f"code {said.id} is revoked")


def _new_file(text: str) -> Path:
    if os.path.lexists(text):
        raise argparse.ArgumentTypeError(f"{text} is there already")
    return Path(text)
