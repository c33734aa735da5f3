"""The ledger against a model of it: grants, packets, openings, ends and deleted accounts in any order."""

import os
import tempfile

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from database.base import database as proxy
from database.door import Database
from models import accounts, conversations, groups, packets, wallet
from models.access import find
from models.ids import public_id
from models.tables import HOUSE
from protocol.errors import Refused
from protocol.messages import ROOM
from tests.databases import migrated_file
from tests.memory import roomy_folder
from tests.models.people import NOW

HOUR = 3_600_000


class Sent:
    """A packet as it must be: who has what out of it."""

    def __init__(self, packet_id: int, sender: int, amount: int, count: int, mode: str, expires: int) -> None:
        self.id, self.sender, self.amount, self.count, self.mode = packet_id, sender, amount, count, mode
        self.expires, self.returned = expires, False
        self.shares: dict[int, int] = {}

    @property
    def left(self) -> int:
        return 0 if self.returned else self.amount - sum(self.shares.values())


class LedgerMachine(RuleBasedStateMachine):
    """Some people in a group, whose points are counted along."""

    people = Bundle("people")
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=roomy_folder())
        file = os.path.join(self.folder.name, "magpie.db")
        with open(file, "wb") as out:
            out.write(migrated_file())
        self.before = proxy.obj
        self.door = Database(f"sqlite:///{file}", workers=1)
        self.now = NOW
        self.points: dict[int, int] = {HOUSE: 0}
        self.gone: set[int] = set()
        self.packets: list[Sent] = []

    def teardown(self) -> None:
        self.door.peewee.close()
        proxy.initialize(self.before)
        self.folder.cleanup()

    def do(self, fn, *args):
        with self.door.writing():
            return fn(*args)

    def pay(self, payer: int, payee: int, points: int) -> None:
        self.points[payer] -= points
        self.points[payee] += points

    @initialize()
    def a_group(self) -> None:
        def make() -> tuple[int, int, int]:
            owner = accounts.create_user("13000000000", "a hash", "owner", "", "U", "", NOW)["id"]
            room = groups.create_community(owner, "room", "", 0, "", 5, NOW)["id"]
            view = find(owner, ROOM, room)
            assert view is not None
            return owner, room, view.id

        owner, self.room, self.place = self.do(make)
        self.do(wallet.open_account, owner, 0, NOW)
        self.points[owner] = 0

    @rule(target=people, welcome=st.integers(0, 300))
    def somebody_new(self, welcome: int) -> int:
        def join() -> int:
            mobile = f"131{len(self.points):08}"
            user = accounts.create_user(mobile, "a hash", "somebody", "", "U", "", NOW)["id"]
            conversations.add_member(self.place, user, 0, NOW)
            return user

        user = self.do(join)
        self.points[user] = 0
        for _ in range(2):
            self.do(wallet.open_account, user, welcome, self.now)
        self.pay(HOUSE, user, welcome)
        return user

    @rule(who=people, points=st.integers(-400, 400).filter(bool))
    def grant(self, who: int, points: int) -> None:
        if who in self.gone:
            return
        try:
            assert (
                self.do(wallet.grant, 0, who, points, "because", None, 0, self.now)
                == self.points[who] + points
            )
        except Refused:
            assert self.points[who] + points < 0
        else:
            self.pay(HOUSE, who, points)

    @rule(target=sent, who=people, count=st.integers(1, 100), more=st.integers(0, 300), lucky=st.booleans())
    def send(self, who: int, count: int, more: int, lucky: bool) -> Sent | None:
        amount, mode = count + more, "lucky" if lucky else "equal"
        packet_id = public_id(self.place, len(self.packets) + 1)
        try:
            self.do(packets.make, packet_id, who, amount, count, mode, "", self.now)
        except Refused:
            assert self.points[who] < amount
            return None
        packet = Sent(packet_id, who, amount, count, mode, self.now + packets.LASTS_MS)
        self.packets.append(packet)
        self.points[who] -= amount
        return packet

    @rule(who=people, packet=sent)
    def open(self, who: int, packet: Sent | None) -> None:
        if packet is None or who in self.gone:
            return
        taken = self.do(packets.take, who, packet.id, self.now)
        told = taken.told
        over = len(packet.shares) == packet.count or self.now >= packet.expires
        if who in packet.shares:
            assert told["amount"] == packet.shares[who]
        elif over:
            assert told["amount"] == 0 and self.do(packets.look, who, packet.id, self.now) == taken
        else:
            rest = packet.count - len(packet.shares) - 1
            assert 1 <= told["amount"] <= packet.left - rest
            packet.shares[who] = told["amount"]
            self.points[who] += told["amount"]
        assert (told["opened"], told["count"]) == (len(packet.shares), packet.count)

    @rule(hours=st.sampled_from([1, 12, 24, 30]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule()
    def keep_house(self) -> None:
        for packet_id in self.do(packets.expired, self.now, 1000):
            [packet] = [packet for packet in self.packets if packet.id == packet_id]
            assert packet.left and self.now >= packet.expires
            assert self.do(packets.give_back, packet_id, self.now) == packet.left
            assert self.do(packets.give_back, packet_id, self.now) == 0
            self.points[HOUSE if packet.sender in self.gone else packet.sender] += packet.left
            packet.returned = True
        assert all(self.now < packet.expires for packet in self.packets if packet.left)

    @rule(who=people)
    def somebody_goes(self, who: int) -> None:
        assert self.do(wallet.close_account, who, self.now) == (0 if who in self.gone else self.points[who])
        self.pay(who, HOUSE, self.points[who])
        self.gone.add(who)

    @invariant()
    def adds_up(self) -> None:
        ledger = self.do(wallet.ledger)
        assert ledger == {"accounts": len(self.points) + len(self.packets), "sum": 0, "wrong": 0}
        for account, points in self.points.items():
            assert self.do(wallet.balance, account) == points
        for packet in self.packets:
            assert self.do(wallet.balance, -packet.id) == packet.left
            if packet.mode == "equal" and packet.shares:
                assert max(packet.shares.values()) - min(packet.shares.values()) <= 1
            if len(packet.shares) == packet.count:
                assert sum(packet.shares.values()) == packet.amount


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
