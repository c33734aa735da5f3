"""Red packets over several processes: opened at any of them they pay exactly, and everybody hears of it."""

import asyncio

from tests.handlers.people import group, waiting

WELCOME = 10000
PEOPLE, SHARES = 12, 8


async def test_opened_everywhere(both):
    """A dozen people tap at both processes at once, each at both: the shares go to as many people, once, all
    that was put in is paid out, and who listens at the other process hears of each."""
    people = [await both.client(number % 2).register(f"user {number}") for number in range(PEOPLE)]
    ann, *others = people
    room = await group(ann, *others)
    call = {"kind": 11, "dstid": room, "amount": 1000, "count": SHARES, "cid": "a"}
    answers = await asyncio.gather(*(both.at(n % 2, ann).post("/redpacket/send", **call) for n in range(6)))
    [packet] = {answer["data"]["id"] for answer in answers}
    async with both.at(1, ann).socket() as far, both.at(0, others[0]).socket() as near:
        taps = [
            both.at(number, who).post("/redpacket/open", id=packet) for who in people for number in range(2)
        ]
        told = [answer["data"]["amount"] for answer in await asyncio.gather(*taps)]
        assert told[::2] == told[1::2]
        got = [amount for amount in told[::2] if amount]
        assert len(got) == SHARES and sum(got) == 1000
        for socket in (far, near):
            events = [await socket.receive(24) for _ in range(SHARES)]
            assert sorted(event["opened"] for event in events) == [*range(1, SHARES + 1)]
            assert {event["userid"] for event in events} == {
                who.user_id for who, amount in zip(people, told[::2]) if amount
            }
            assert not [frame for frame in await waiting(socket) if frame["cmd"] == 24]
    balances = [(await who.post("/wallet/balance"))["data"]["balance"] for who in people]
    assert sum(balances) == PEOPLE * WELCOME
    assert balances[0] == WELCOME - 1000 + told[0]


async def test_one_purse_at_two_processes(both):
    """Who sends at both processes at once has no more points than they had."""
    ann, bob = await both.client(0).register("Ann"), await both.client(1).register("Bob")
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0
    call = {"kind": 10, "dstid": bob.user_id, "amount": 3000}
    answers = await asyncio.gather(
        *(both.at(n % 2, ann).post("/redpacket/send", **call, cid=f"{n}") for n in range(8))
    )
    assert sorted(answer["code"] for answer in answers) == [-1] * 5 + [0] * 3
    assert (await ann.post("/wallet/balance"))["data"]["balance"] == WELCOME - 9000
