"""The wallet: whose account has what, and what an operator gives."""

from typing import TYPE_CHECKING

from models import wallet
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.limits import MAX_ENTRY_ROWS
from protocol.wallet import Entry, Ledger

if TYPE_CHECKING:
    from actions.services import Services


async def balance(app: "Services", user_id: int) -> int:
    """The user's points. Raises as `ready`."""
    await ready(app, user_id)
    return await app.db.read(wallet.balance, user_id) or 0


async def entries(app: "Services", user_id: int, before: int | None) -> tuple[list[Entry], bool]:
    """What came and went, the newest first, and whether there are more. Raises as `ready`."""
    await ready(app, user_id)
    return await app.db.read(wallet.entries, user_id, before, MAX_ENTRY_ROWS)


async def grant(
    app: "Services", op: int, user_id: int, points: int, memo: str = "", cid: str | None = None
) -> int:
    """Operator `op` (0: the command line) gives so many points, or takes them below 0; the balance then. With
    a `cid` it can be repeated. Raises as `models.wallet.grant`, and `Refused` where there is no wallet."""
    require(app)
    welcome = app.config.wallet.welcome
    return await app.db.write(wallet.grant, op, user_id, points, memo, cid, welcome, now_ms())


async def ledger(app: "Services") -> Ledger:
    """Whether all points add up."""
    return await app.db.read_much(wallet.ledger)


async def ready(app: "Services", user_id: int) -> None:
    """The user has an account; one from before there were points gets what a new one does. Raises `Refused`
    where there is no wallet."""
    require(app)
    if await app.db.read(wallet.balance, user_id) is None:
        await app.db.write(wallet.open_account, user_id, app.config.wallet.welcome, now_ms())


def require(app: "Services") -> None:
    """Raises `Refused` where there is no wallet."""
    if not app.config.wallet.enabled:
        raise Refused("钱包未开启", "There is no wallet here")
