"""Red packets: who opens them gets a fair share, once, and never more than is in them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import conversations, groups, packets, wallet
from models.access import find
from models.ids import public_id
from models.tables import Hidden, LedgerAccount, Member, RedPacket
from protocol.errors import Forbidden, NotFound, Refused
from protocol.messages import ROOM, SINGLE
from tests.models.people import NOW, all_at_once, newcomers
from tests.models.test_wallet import WELCOME, in_order

LATER = NOW + packets.LASTS_MS


# --- what is drawn ------------------------------------------------------------------------------------------


@given(st.integers(1, 100), st.integers(0, 10**6), st.sampled_from(["lucky", "equal"]), st.randoms())
def test_shares_are_all_of_it(people, more, mode, dice):
    """However it is drawn: each gets 1 at least, all together what was in it, and equal ones differ by 1 at
    most."""
    left = amount = people + more
    shares = []
    for others in range(people, 0, -1):
        shares.append(packets.draw(left, others, mode, dice.randrange))
        left -= shares[-1]
        assert left >= others - 1
    assert min(shares) >= 1 and sum(shares) == amount and left == 0
    if mode == "equal":
        assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize(("left", "people"), [(1000, 10), (107, 10), (13, 4), (20, 20), (3, 2)])
def test_luck_is_fair(left, people):
    """On the average everybody gets the same, the first as the last, whatever the division leaves over."""
    dice = random.Random(left)
    times = 20_000
    sums = [0] * people
    for _ in range(times):
        rest = left
        for place in range(people):
            share = packets.draw(rest, people - place, "lucky", dice.randrange)
            sums[place] += share
            rest -= share
    mean = left / people
    for total in sums:
        assert abs(total / times - mean) < 0.04 * mean, sums


def test_luck_differs():
    """Somebody gets little and somebody much, up to about twice the mean."""
    dice = random.Random(1)
    firsts = [packets.draw(1000, 10, "lucky", dice.randrange) for _ in range(5000)]
    assert min(firsts) < 5 and 190 < max(firsts) < 200


# --- a group and a packet -----------------------------------------------------------------------------------


async def group_of(database, people):
    """The id of a group of so many people with accounts, of its conversation, and theirs."""
    members = await newcomers(database, people)

    def make():
        room = groups.create_community(members[0], "room", "", 0, "", 5, NOW)["id"]
        view = find(members[0], ROOM, room)
        for member in members:
            conversations.add_member(view.id, member, 0, NOW)
            wallet.open_account(member, WELCOME, NOW)
        return room, view.id

    return (*await database.write(make), members)


async def packet_of(database, place, sender, amount, count, mode="lucky", seq=1):
    packet_id = public_id(place, seq)
    await database.write(packets.make, packet_id, sender, amount, count, mode, "", NOW)
    return packet_id


async def take(database, user, packet_id, now=NOW):
    return (await database.write(packets.take, user, packet_id, now)).told


async def test_two_hundred_racers(busy):
    """Two hundred people tap a packet of a hundred shares at once, each twice: a hundred get something, all
    of it is paid out once, and who asks again is told the same."""
    _, place, people = await group_of(busy, 200)
    packet_id = await packet_of(busy, place, people[0], 1000, 100)
    taps = [busy.write(packets.take, who, packet_id, NOW + n) for n in range(2) for who in people]
    taken = await all_at_once(*taps)
    first, second = taken[:200], taken[200:]
    assert [one.told["amount"] for one in first] == [two.told["amount"] for two in second]
    got = [one.told["amount"] for one in first if one.told["amount"]]
    assert len(got) == 100 and sum(got) == 1000
    info = await busy.read(packets.info, people[5], packet_id, NOW)
    assert [row["amount"] for row in info["rows"]].count(max(got)) >= 1
    assert sum(row["best"] for row in info["rows"]) == 1
    assert (info["state"], info["opened"], info["left"]) == ("empty", 100, 0)
    balances = [await busy.read(wallet.balance, who) for who in people]
    assert sum(balances) == 200 * WELCOME
    await in_order(busy, 202)


async def test_opening_races_its_end(busy):
    """People open while several processes give back what is left: each point goes to one of them."""
    _, place, people = await group_of(busy, 12)
    packet_id = await packet_of(busy, place, people[0], 100, 20)
    calls = [busy.write(packets.take, who, packet_id, LATER - 1) for who in people]
    for place_in in (3, 6, 9):
        calls.insert(place_in, busy.write(packets.give_back, packet_id, LATER))
    results = await all_at_once(*calls)
    back = [result for result in results if isinstance(result, int)]
    assert sorted(back)[:2] == [0, 0]
    got = sum(result.told["amount"] for result in results if not isinstance(result, int))
    assert got + sum(back) == 100
    assert await busy.read(wallet.balance, -packet_id) == 0
    await in_order(busy, 14)


async def test_who_may(database):
    """Members who see its message; who has hidden or cleared it may not, but who sent or opened it may
    always; nobody else ever."""
    room, place, (ann, bob, cat, dan, eve) = await group_of(database, 5)
    packet_id = await packet_of(database, place, ann, 100, 5)
    await database.write(
        Member.delete().where(Member.user_id == eve, Member.conversation_id == place).execute
    )
    assert (await take(database, bob, packet_id))["amount"]

    def hide():
        Hidden.insert(user_id=cat, conversation_id=place, low=1, high=1, counts=1).execute()
        Member.update(hidden=1).where(Member.user_id == cat).execute()
        Member.update(cleared=1).where(Member.user_id.in_([ann, bob, dan])).execute()

    await database.write(hide)
    for who in (cat, dan, eve):
        for call in (packets.take, packets.look, packets.info):
            with pytest.raises(Forbidden):
                await database.write(call, who, packet_id, NOW)
    assert (await take(database, ann, packet_id))["amount"]
    assert (await database.read(packets.info, bob, packet_id, NOW))["opened"] == 2
    with pytest.raises(NotFound):
        await take(database, ann, packet_id + 1)


async def test_between_two(database):
    """The other one gets it; who sent it gets nothing out of it but what comes back."""
    ann, bob = await newcomers(database, 2)
    place = await database.write(conversations.open_single, ann, bob, NOW)
    for who in (ann, bob):
        await database.write(wallet.open_account, who, WELCOME, NOW)
    packet_id = await packet_of(database, place, ann, 100, 1)
    assert await take(database, ann, packet_id) == {"amount": 0, "state": "open", "opened": 0, "count": 1}
    assert await database.read(packets.look, ann, packet_id, NOW)
    assert await database.read(packets.look, bob, packet_id, NOW) is None
    taken = await database.write(packets.take, bob, packet_id, NOW)
    assert taken.told == {"amount": 100, "state": "empty", "opened": 1, "count": 1}
    assert (taken.kind, taken.dstid) == (SINGLE, ann)
    info = await database.read(packets.info, ann, packet_id, NOW)
    assert info["rows"] == [{"userid": bob, "amount": 100, "createat": NOW, "best": 0}]
    assert await database.read(packets.expired, LATER, 9) == []


async def test_after_a_day(database):
    """It is expired by its time, before anybody has kept house; then what is left goes back, to the house
    when its sender is gone."""
    _, place, (ann, bob, cat) = await group_of(database, 3)
    first = await packet_of(database, place, ann, 100, 2, "equal")
    second = await packet_of(database, place, ann, 10, 2, "equal", seq=2)
    assert (await take(database, bob, first, LATER - 1))["amount"] == 50
    assert await take(database, cat, first, LATER) == {
        "amount": 0, "state": "expired", "opened": 1, "count": 2,
    }  # fmt: skip
    assert (await take(database, bob, first, LATER))["amount"] == 50
    assert await database.read(packets.expired, LATER - 1, 9) == []
    assert sorted(await database.read(packets.expired, LATER, 9)) == [first, second]
    assert await database.write(packets.give_back, first, LATER - 1) == 0
    assert [await database.write(packets.give_back, first, LATER) for _ in "12"] == [50, 0]
    assert await database.read(wallet.balance, ann) == WELCOME - 60
    await database.write(wallet.close_account, ann, LATER)
    assert await database.write(packets.give_back, second, LATER) == 10
    assert await database.read(wallet.balance, ann) == 0
    info = await database.read(packets.info, bob, first, LATER)
    assert (info["state"], info["left"], info["opened"], info["expires"]) == ("expired", 0, 1, LATER)
    # A clock that is put back opens nothing that was given back.
    assert (await take(database, cat, first, NOW))["state"] == "expired"
    await in_order(database, 6)


async def test_more_than_one_has(database):
    """Nobody puts in what they don't have, and then there is no packet."""
    _, place, (ann, bob) = await group_of(database, 2)
    with pytest.raises(Refused):
        await packet_of(database, place, ann, WELCOME + 1, 2)
    assert await database.read(RedPacket.select().count) == 0
    assert await database.read(LedgerAccount.select().count) == 3
