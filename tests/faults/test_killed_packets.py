"""kill -9 while people send and open red packets: no point is lost or made, and no message is without its
points."""

import asyncio
import itertools
import os
import random
import signal
from functools import partial

import pytest

from database.door import Database
from models import wallet
from models.tables import LedgerAccount, RedPacket, RedShare, StoredMessage
from protocol.messages import Media
from tests.faults.crowd import go_on
from tests.faults.test_kill import again
from tests.handlers.people import group
from tests.process import process

WELCOME = 10000
#: People who send and open at once, each in so many calls.
PEOPLE, AHEAD = 3, 3


class Play:
    """What people did with their packets. `sent`: what was answered, by cid; `got`: by (user, packet)."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.said: dict[str, tuple[int, dict]] = {}
        self.sent: dict[str, dict | None] = {}
        self.got: dict[tuple[int, int], int] = {}
        self.answered = 0
        self.over = False  # never: the server is killed under it
        self._numbers = itertools.count()

    async def act(self, who, peer, room: int) -> None:
        packets = [row["id"] for row in self.sent.values() if row]
        if packets and self.dice.random() < 0.6:
            await self.open(who, self.dice.choice(packets[-5:]))
        else:
            await self.send(who, peer, room)

    async def send(self, who, peer, room: int) -> None:
        cid = f"{next(self._numbers):09}"
        count = self.dice.randint(1, 4)
        place = {"kind": 11, "dstid": room} if count > 1 else {"kind": 10, "dstid": peer.user_id}
        call = {**place, "amount": self.dice.randint(4, 900), "count": count, "cid": cid}
        self.said[cid] = who.user_id, call
        await self.repeat(who, cid)

    async def repeat(self, who, cid: str) -> None:
        answer = await who.post_json("/redpacket/send", **self.said[cid][1])
        assert answer["code"] in (0, -1), answer  # -1: the points are used up
        ack = answer.get("data")
        assert self.sent.setdefault(cid, ack) == ack or self.sent[cid] is None, cid
        self.sent[cid] = ack

    async def open(self, who, packet: int) -> None:
        answer = await who.post("/redpacket/open", id=packet)
        if answer["code"] == -403:  # between two others
            return
        points = answer["data"]["amount"]
        before = self.got.get((who.user_id, packet), 0)
        assert before in (0, points), (who.user_id, packet)
        self.got[who.user_id, packet] = points


def books_are_right() -> list[int]:
    """That points and messages belong together; the ids of all packets."""
    ledger = wallet.ledger()
    assert (ledger["sum"], ledger["wrong"]) == (0, 0), ledger
    m = StoredMessage
    said = m.select(m.url, m.amount).where(m.media == Media.RED_PACKET, m.conversation_id > 0)
    messages = dict(said.tuples())
    packets = list(RedPacket.select())
    assert messages == {f"/redpacket/{packet.id}": packet.amount for packet in packets}
    for packet in packets:
        shares = [share.amount for share in RedShare.select().where(RedShare.packet_id == packet.id)]
        left = LedgerAccount.get_by_id(-packet.id).balance
        assert sum(shares) + left == packet.amount and len(shares) == packet.opened
        assert (left == 0) == (packet.opened == packet.count) == bool(packet.closed)
    return [packet.id for packet in packets]


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_among_packets(migrated_url, tmp_path, seed):
    """After kill -9 all points add up, each packet that was answered is there with its points, who opened one
    has what they were told, and a call that is made again takes nothing twice."""
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    env |= {"MAGPIE_LIMITS_ENABLED": "false"}
    play, people, room = Play(random.Random(seed)), [], 0
    for number in range(3):
        async with process(tmp_path, **env) as server:
            if not people:
                people = [await server.client().register(f"user {number}") for number in range(PEOPLE)]
                for one, other in itertools.combinations(people, 2):
                    await one.post("/contact/addfriend", dstid=other.user_id)
                room = await group(*people)
            people = [again(server, person) for person in people]
            by_id = {who.user_id: who for who in people}
            database = Database(migrated_url, workers=1)
            there = await database.read(books_are_right)
            await database.close()
            assert {ack["id"] for ack in play.sent.values() if ack} <= set(there), seed
            for cid, (user, _) in play.said.items():
                await play.repeat(by_id[user], cid)
            for user, packet in list(play.got):
                await play.open(by_id[user], packet)
            total = sum([(await who.post("/wallet/balance"))["data"]["balance"] for who in people])
            left = [
                await who.post("/redpacket/info", id=ack["id"]) for who, ack in _one_for_each(play, by_id)
            ]
            assert total + sum(answer["data"]["left"] for answer in left) == PEOPLE * WELCOME, seed
            if number < 2:
                goal = asyncio.Event()
                enough = play.answered + play.dice.randint(20, 120)
                going = [
                    asyncio.create_task(go_on(play, partial(play.act, who, peer, room), goal, enough))
                    for who, peer in zip(people, people[1:] + people[:1])
                    for _ in range(AHEAD)
                ]
                await goal.wait()
                await server.stop(signal.SIGKILL)
                await asyncio.gather(*going)
            assert " ERROR " not in server.logged(), server.logged()


def _one_for_each(play: Play, by_id: dict) -> list[tuple]:
    """(sender, ack) of each packet."""
    return [(by_id[play.said[cid][0]], ack) for cid, ack in play.sent.items() if ack]
