"""The ledger: points in accounts, and every movement of them as two entries.

An account is a user's, the house's, or a red packet's (`models.tables.LedgerAccount`). `move` is the one
place where a balance changes: it takes from one account what it gives to another and writes both entries, so
any sum over all accounts is 0. The UPDATE itself refuses to take what is not there, so of many who spend at
once just as many can as there is. Accounts are locked in one order everywhere: of red packets, of users, of
the house; so no two wait for each other.
"""

from collections.abc import Collection

from peewee import JOIN, fn

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models import audit
from models.accounts import nickname_of
from models.tables import HOUSE, LedgerAccount, LedgerEntry
from protocol.errors import Conflict, Refused
from protocol.wallet import Entry, Ledger, What


def move(payer: int, payee: int, points: int, what: What, ref: int, now: int, memo: str = "") -> None:
    """`points`, above 0, go from one account to another at `now` (ms). Raises `Refused` when the payer has
    less. Who pays into or out of an account that is not there has made a mistake."""
    assert points > 0 and payer != payee
    for account_id, change in sorted(((payer, -points), (payee, points)), key=lambda side: _order(side[0])):
        _add(account_id, change)
    sides = [
        {
            "account_id": account_id,
            "amount": change,
            "what": what,
            "ref": ref,
            "memo": memo,
            "createat": now,
        }
        for account_id, change in ((payer, -points), (payee, points))
    ]
    LedgerEntry.insert_many(sides).execute()


def _order(account_id: int) -> tuple[bool, int]:
    return account_id == HOUSE, account_id


def _add(account_id: int, change: int) -> None:
    a = LedgerAccount
    has_it = a.id == account_id
    if change < 0 and account_id != HOUSE:
        has_it &= a.balance >= -change
    if not a.update(balance=a.balance + change).where(has_it).execute():
        if change > 0:
            raise LookupError(f"the ledger has no account {account_id}")
        raise Refused("余额不足", "Not enough points")


def open_account(user_id: int, welcome: int, now: int) -> bool:
    """The user's account, with so many points of the house in it; False when they have one. The key decides
    between two who open it at once."""
    is_new = bool(LedgerAccount.insert(id=user_id).on_conflict_ignore().as_rowcount().execute())
    if is_new and welcome:
        move(HOUSE, user_id, welcome, "welcome", 0, now)
    return is_new


def close_account(user_id: int, now: int) -> int:
    """The user goes: their points are the house's, and so is what would come back to them later. How many it
    were."""
    open_account(user_id, 0, now)
    LedgerAccount.update(closed=1).where(LedgerAccount.id == user_id).execute()  # nothing comes in between
    points = balance(user_id) or 0
    if points:
        move(user_id, HOUSE, points, "closed", 0, now)
    return points


def lock(user_ids: Collection[int]) -> None:
    """These accounts, which many are to be taken from in one transaction, in any order."""
    a = LedgerAccount
    query = a.select(a.id).where(a.id.in_(sorted(user_ids))).order_by(a.id)
    list(of_database(database.obj).locked(query).tuples())


def payee_of(user_id: int) -> int:
    """Whose account what belongs to this user is paid into: theirs, or the house's when they are gone."""
    closed = LedgerAccount.select(LedgerAccount.closed).where(LedgerAccount.id == user_id).scalar()
    return user_id if closed == 0 else HOUSE


def grant(op: int, user_id: int, points: int, memo: str, cid: str | None, welcome: int, now: int) -> int:
    """Operator `op` (0: the command line) gives the user so many points of the house, or takes them below 0;
    their balance then. The same under the same `cid` is done once. Raises `NotFound` where there is no such
    user, `Refused` when they have less, `Conflict` for another number under that `cid`."""
    nickname_of(user_id)
    open_account(user_id, welcome, now)
    lock([user_id])
    before = balance(user_id) or 0
    e = LedgerEntry
    if cid and (known := e.get_or_none(e.account_id == user_id, e.cid == cid)) is not None:
        if known.amount != points:
            raise Conflict("该编号已被使用", "This cid names something else")
        return before
    payer, payee = (HOUSE, user_id) if points > 0 else (user_id, HOUSE)
    move(payer, payee, abs(points), "grant", 0, now, memo)
    if cid:
        mine = e.select(fn.MAX(e.id)).where(e.account_id == user_id).scalar()
        e.update(cid=cid).where(e.id == mine).execute()
    audit.note(op, "grant", user_id, now, before, f"{before + points} {memo}".strip())
    return before + points


# --- what is told of them -----------------------------------------------------------------------------------


def balance(account_id: int) -> int | None:
    """None where there is no such account."""
    return next((int(points) for (points,) in _balance(account_id)), None)


_balance = Prepared(lambda: LedgerAccount.select(LedgerAccount.balance).where(LedgerAccount.id == 0))


def entries(user_id: int, before: int | None, limit: int) -> tuple[list[Entry], bool]:
    """What came and went, the newest first, below `before`; and whether there are more."""
    e = LedgerEntry
    query = e.select(e.id, e.amount, e.what, e.ref, e.memo, e.createat).where(e.account_id == user_id)
    if before is not None:
        query = query.where(e.id < before)
    found: list[Entry] = list(query.order_by(e.id.desc()).limit(limit + 1).dicts())
    return found[:limit], len(found) > limit


def ledger() -> Ledger:
    """How many accounts there are, what they add up to, which is 0, and in how many the balance is not what
    their entries add up to. Walks over all."""
    a, e = LedgerAccount, LedgerEntry
    accounts, total = a.select(fn.COUNT(a.id), fn.SUM(a.balance)).tuples().get()
    sums = e.select(e.account_id, fn.SUM(e.amount).alias("total")).group_by(e.account_id).alias("sums")
    differing = (
        a.select(fn.COUNT(a.id))
        .join(sums, JOIN.LEFT_OUTER, on=(sums.c.account_id == a.id))
        .where(a.balance != fn.COALESCE(sums.c.total, 0))
        .scalar()
    )
    return {"accounts": int(accounts), "sum": int(total or 0), "wrong": int(differing)}
