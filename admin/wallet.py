"""Points: giving and taking them, and whether they add up."""

import argparse

from actions import wallet
from actions.services import Services
from admin.commands import Commands, a_number, an_id, checked
from admin.output import Output
from protocol.wallet import Grant


def declare(commands: Commands) -> None:
    command = commands.add("grant", _grant, "give a user points, or take them")
    command.argument("id", type=an_id, metavar="ID", help="of the user")
    command.argument("amount", type=a_number, metavar="AMOUNT", help="points; below 0 they are taken")
    command.argument("memo", nargs="?", default="", metavar="MEMO", help="what for: the user reads it")
    command.argument("--cid", metavar="TEXT", help="the same again under this text does nothing")
    commands.add("ledger", _ledger, "whether all points add up to 0")


async def _grant(app: Services, said: argparse.Namespace, out: Output) -> None:
    told = checked(Grant, id=said.id, amount=said.amount, memo=said.memo, cid=said.cid)
    balance = await wallet.grant(app, 0, told.id, told.amount, told.memo, told.cid or None)
    out.answer({"balance": balance}, f"user {told.id} has {balance:,} points")


async def _ledger(app: Services, said: argparse.Namespace, out: Output) -> None:
    told = await wallet.ledger(app)
    right = not told["sum"] and not told["wrong"]
    out.answer(
        told,
        f"{told['accounts']:,} accounts, the house's among them, add up to {told['sum']:,}"
        + ("" if right else f"; {told['wrong']:,} differ from their entries: something is broken"),
    )
