"""What operators decide at the same moment: the database decides, whichever it is."""

import asyncio
import itertools
import threading

import pytest

from models import operators, restraints
from models.accounts import is_operator
from models.sessions import open_session
from models.tables import Audit, Session
from protocol.errors import Refused
from tests.models.people import NOW, all_at_once, count, newcomer, newcomers

AT_ONCE = 8
HOUR = 3_600_000


@pytest.mark.parametrize("unmake", ["op", "deactivate", "both"])
async def test_one_operator_is_left(busy, unmake):
    """Operators who unmake and deactivate each other at the same moment leave one who can log in."""
    people = await newcomers(busy, AT_ONCE)
    for user_id in people:
        await busy.write(operators.make_operator, 0, user_id, True, NOW)
    turns = [unmake if unmake != "both" else ("op", "deactivate")[n % 2] for n in range(AT_ONCE)]
    results = await all_at_once(
        *(
            busy.write(operators.make_operator, 0, user_id, False, NOW)
            if turn == "op"
            else busy.write(operators.deactivate, 0, user_id, True, NOW)
            for turn, user_id in zip(turns, people)
        )
    )
    assert [type(result) for result in results].count(Refused) == 1
    [left] = [one["id"] for one in await busy.read(operators.operators, NOW) if not one["deactivated"]]
    assert isinstance(results[people.index(left)], Refused)
    assert await count(busy, Audit) == AT_ONCE + AT_ONCE - 1


async def test_a_mute_and_its_end(busy):
    """Of operators who mute and unmute somebody at the same moment the last one is right, and by their
    numbers everybody knows which that was."""
    user_id = await newcomer(busy)
    untils = [NOW + HOUR * (n % 3) for n in range(2 * AT_ONCE)]
    told = await all_at_once(*(busy.write(operators.mute, 1, user_id, until, NOW) for until in untils))
    assert sorted(number for _, number in told) == list(range(1, 2 * AT_ONCE + 1))
    stands = (await busy.read(restraints.standings, [user_id]))[user_id]
    assert (stands.muted_until, stands.number) == max(told, key=lambda one: one[1])
    acts, _ = await busy.read(operators.acts, None, 100)
    assert acts[0]["after"] == str(stands.muted_until)
    for later, earlier in itertools.pairwise(acts):
        assert later["before"] == earlier["after"]


async def test_no_log_in_outlives_the_deactivation(busy):
    """Who logs in while they are deactivated has no session afterwards: it was refused, or it was ended."""
    user_id = await newcomer(busy, passwd="hash")
    log_ins = [
        busy.write(open_session, user_id, "hash", f"token {n}", "", "", NOW, HOUR) for n in range(AT_ONCE)
    ]
    await all_at_once(*log_ins[:4], busy.write(operators.deactivate, 1, user_id, True, NOW), *log_ins[4:])
    assert await count(busy, Session) == 0


async def test_who_waits_sees_what_was_left(busy):
    """Two operators are left; while one is unmade, whoever unmakes the other waits, and is refused."""
    ann, bob = await newcomers(busy, 2)
    for user_id in (ann, bob):
        await busy.write(operators.make_operator, 0, user_id, True, NOW)
    inside, go_on = threading.Event(), threading.Event()

    def slowly():
        operators.make_operator(0, ann, False, NOW)
        inside.set()
        go_on.wait(10)

    first = asyncio.create_task(busy.write(slowly))
    await asyncio.to_thread(inside.wait, 10)
    second = asyncio.create_task(busy.write(operators.make_operator, 0, bob, False, NOW))
    await asyncio.sleep(0.1)
    go_on.set()
    await first
    with pytest.raises(Refused):
        await second
    assert await busy.read(is_operator, bob)
