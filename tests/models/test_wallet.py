"""Points: whatever people do, at whatever moment, all accounts add up to 0 and nobody has less than that."""

from functools import partial

import pytest

from models import wallet
from models.tables import HOUSE, Audit, LedgerAccount, LedgerEntry
from protocol.errors import Conflict, NotFound, Refused
from tests.models.people import NOW, all_at_once, newcomer, newcomers

WELCOME = 1000


async def in_order(database, accounts):
    """The ledger is, and has so many accounts."""
    assert await database.read(wallet.ledger) == {"accounts": accounts, "sum": 0, "wrong": 0}


async def test_a_new_account(database):
    """It begins with what the house gives, once; with nothing where that is so."""
    ann, bob = await newcomers(database, 2)
    assert await database.read(wallet.balance, ann) is None
    assert [await database.write(wallet.open_account, ann, WELCOME, NOW) for _ in "12"] == [True, False]
    assert await database.write(wallet.open_account, bob, 0, NOW)
    balances = [await database.read(wallet.balance, account) for account in (ann, bob, HOUSE)]
    assert balances == [WELCOME, 0, -WELCOME]
    rows, more = await database.read(wallet.entries, ann, None, 10)
    assert [(row["amount"], row["what"], row["ref"]) for row in rows] == [
        (WELCOME, "welcome", 0)
    ] and not more
    assert await database.read(wallet.entries, bob, None, 10) == ([], False)
    await in_order(database, 3)


async def test_entries_in_parts(database):
    """They come the newest first, part by part, and tell what an operator wrote."""
    ann = await newcomer(database)
    for number in range(1, 6):
        await database.write(wallet.grant, 0, ann, number, f"order {number}", None, 0, NOW + number)
    first, more = await database.read(wallet.entries, ann, None, 3)
    rest, over = await database.read(wallet.entries, ann, first[-1]["id"], 3)
    assert [row["memo"] for row in first + rest] == [f"order {number}" for number in (5, 4, 3, 2, 1)]
    assert (more, over) == (True, False)


async def test_nothing_that_is_not_there(database):
    """More than there is can't be taken, by nobody and from nobody; and then nothing has happened."""
    ann, bob = await newcomers(database, 2)
    for who in (ann, bob):
        await database.write(wallet.open_account, who, WELCOME, NOW)
    with pytest.raises(Refused):
        await database.write(wallet.move, ann, bob, WELCOME + 1, "grant", 0, NOW)
    with pytest.raises(Refused):
        await database.write(wallet.grant, 0, ann, -WELCOME - 1, "", None, 0, NOW)
    with pytest.raises(LookupError):
        await database.write(wallet.move, ann, 10**9, 1, "grant", 0, NOW)
    with pytest.raises(NotFound):
        await database.write(wallet.grant, 0, 10**9, 1, "", None, 0, NOW)
    assert await database.write(wallet.grant, 0, ann, -WELCOME, "", None, 0, NOW) == 0
    assert await database.read(wallet.balance, bob) == WELCOME
    await in_order(database, 3)


async def test_who_goes(database):
    """The points of a deleted account are the house's, and it is not welcomed anew."""
    ann, bob = await newcomers(database, 2)
    await database.write(wallet.open_account, ann, WELCOME, NOW)
    assert [await database.write(wallet.close_account, who, NOW) for who in (ann, ann, bob)] == [
        WELCOME,
        0,
        0,
    ]
    assert not await database.write(wallet.open_account, bob, WELCOME, NOW)
    assert await database.write(wallet.payee_of, ann) == HOUSE
    assert await database.read(wallet.balance, HOUSE) == 0
    with pytest.raises(Refused):
        await database.write(wallet.grant, 0, ann, 5, "", None, 0, NOW)
    await in_order(database, 3)


async def test_points_of_an_operator(busy):
    """Whoever gives points is in the audit, with what there was before; and the same under one cid, however
    often at once, is given once."""
    ann = await newcomer(busy)
    give = partial(busy.write, wallet.grant, 7, ann)
    many = await all_at_once(*(give(50, "order 9", "o-9", WELCOME, NOW) for _ in range(8)))
    assert many == [WELCOME + 50] * 8
    assert await give(-50, "back", "o-10", WELCOME, NOW) == WELCOME
    assert await give(50, "order 9", "o-9", WELCOME, NOW) == WELCOME
    with pytest.raises(Conflict):
        await give(51, "order 9", "o-9", WELCOME, NOW)
    rows = await busy.read(lambda: [(a.op, a.what, a.target, a.before, a.after) for a in Audit.select()])
    assert rows == [
        (7, "grant", str(ann), str(WELCOME), f"{WELCOME + 50} order 9"),
        (7, "grant", str(ann), str(WELCOME + 50), f"{WELCOME} back"),
    ]
    await in_order(busy, 2)


async def test_a_fault_is_found(database):
    """Somebody who writes into the tables by hand is found out."""
    ann = await newcomer(database)
    await database.write(wallet.open_account, ann, WELCOME, NOW)
    by_hand = LedgerAccount.update(balance=WELCOME + 5).where(LedgerAccount.id == ann)
    await database.write(by_hand.execute)
    assert await database.read(wallet.ledger) == {"accounts": 2, "sum": 5, "wrong": 1}
    await database.write(LedgerEntry.delete().where(LedgerEntry.account_id == HOUSE).execute)
    assert (await database.read(wallet.ledger))["wrong"] == 2


async def test_many_spend_at_once(busy):
    """Of twenty who take a third of somebody's points at once three get it, in any direction, and none waits
    for another for ever."""
    people = await newcomers(busy, 4)
    opened = [busy.write(wallet.open_account, who, WELCOME, NOW) for who in people for _ in range(5)]
    assert sorted(await all_at_once(*opened)) == [False] * 16 + [True] * 4
    await in_order(busy, 5)
    ann = people[0]
    third = WELCOME // 3
    results = await all_at_once(
        *(busy.write(wallet.move, ann, people[1 + n % 3], third, "grant", 0, NOW) for n in range(20))
    )
    assert [type(result) for result in results].count(Refused) == 17
    around = [(a, b) for a in people for b in people if a != b] * 3
    await all_at_once(*(busy.write(wallet.move, a, b, 1, "grant", 0, NOW) for a, b in around))
    total = sum([await busy.read(wallet.balance, who) for who in people])
    assert total == 4 * WELCOME
    await in_order(busy, 5)
