"""All devices agree: whatever people do and whoever is away meanwhile, each device knows in the end what a
fresh one is told."""

import os
import random

import pytest

from tests.handlers.people import friends, group
from tests.handlers.socket.device import Device

#: More by hand: WALKS=5000.
WALKS = int(os.environ.get("WALKS", "200"))
#: Walks of one test, so that they can be spread over processes.
TOGETHER = 25
STEPS = 30
EMOJI = "👍🎉😂"


class Walk:
    """Two people with two devices each, who are friends and in a group that the first one owns."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    async def begin(self, app) -> "Walk":
        self.people = await friends(app)
        self.room = await group(*self.people)
        self.devices = [Device(person) for person in self.people for _ in range(2)]
        for device in self.devices:
            await device.come()
        return self

    async def step(self) -> None:
        if self.dice.random() < 0.15:
            device = self.dice.choice(self.devices[1::2])  # the second one of each
            if device.online:
                device.go()
            else:
                await device.come()
            return
        device = self.dice.choice([device for device in self.devices if device.online])
        peer = next(person for person in self.people if person is not device.client)
        places = [(10, peer.user_id), (10, peer.user_id), (11, self.room), (10, device.client.user_id)]
        kind, dstid = self.dice.choice(places)
        rows = device.rows[kind, dstid]
        deeds = [self.say, self.say, self.say, self.read, self.react, self.react, self.other, self.own]
        if self.dice.random() < 0.04:
            deeds = [self.decide]
        deed = self.dice.choice(deeds)
        await (deed if rows else self.say)(device, kind, dstid, rows)

    def members(self, device, dstid) -> list[int]:
        notes = dstid == device.client.user_id
        return [dstid] if notes else [person.user_id for person in self.people]

    async def say(self, device, kind, dstid, rows) -> None:
        at = self.dice.choice([None, None, self.members(device, dstid), [0]])
        ref = self.dice.choice([*rows.values()])["id"] if rows and self.dice.random() < 0.3 else 0
        more = {"at": at} if at else {}
        more |= {"ref": ref} if ref else {}
        answer = await device.do(
            cmd=kind, dstid=dstid, media=1, content=f"{self.dice.randrange(1000)}", **more
        )
        assert answer["cmd"] == 1 or answer["code"] == -403, answer

    async def read(self, device, kind, dstid, rows) -> None:
        seq = self.dice.randint(1, max(rows))
        answer = await device.client.post("/message/read", kind=kind, dstid=dstid, seq=seq)
        assert answer["code"] == 0, answer

    async def react(self, device, kind, dstid, rows) -> None:
        content, amount = self.dice.choice(EMOJI), self.dice.choice([1, 1, -1])
        await self.change(device, kind, dstid, rows, cmd=16, content=content, amount=amount)

    async def other(self, device, kind, dstid, rows) -> None:
        fields = self.dice.choice(
            [
                {"cmd": 14},
                {"cmd": 15, "content": f"edited {self.dice.randrange(5)}"},
                {"cmd": 15, "content": "named", "at": self.members(device, dstid)},
                {"cmd": 15, "content": "named", "at": []},
                {"cmd": 19, "amount": self.dice.choice([1, -1])},
            ]
        )
        await self.change(device, kind, dstid, rows, **fields)

    async def own(self, device, kind, dstid, rows) -> None:
        """What one does for oneself alone; all one's devices hear of it, as calls come from none."""
        some = self.dice.sample([row["id"] for row in rows.values()], min(len(rows), 3))
        routes = [("/conversation/set", {name: self.dice.randrange(2)}) for name in ("pinned", "archived")]
        routes += [("/conversation/set", {"marked": 1, "muted": self.dice.randrange(2)})]
        routes += [("/message/hide", {"ids": some})] * 2
        if self.dice.random() < 0.3:
            routes = [("/conversation/clear", {"seq": self.dice.choice([*rows])})]
        route, fields = self.dice.choice(routes)
        answer = await device.client.post_json(route, kind=kind, dstid=dstid, **fields)
        assert answer["code"] == 0, answer
        await device.settle()

    async def decide(self, device, kind, dstid, rows) -> None:
        """Receipts on or off; all devices of both ask for their list."""
        answer = await device.client.post("/user/settings", read=self.dice.randrange(2))
        assert answer["code"] == 0, answer
        await device.settle()

    async def change(self, device, kind, dstid, rows, **fields) -> None:
        row = self.dice.choice([*rows.values()])
        answer = await device.do(id=row["id"], kind=kind, dstid=dstid, **fields)
        assert answer["cmd"] == 1 or answer["code"] in (-1, -403), answer

    async def compare(self) -> None:
        """All come back; each knows what a fresh device is told, and what the list says."""
        for device in self.devices:
            if not device.online:
                await device.come()
        for device in self.devices:
            await device.settle()
            fresh = Device(device.client)
            await fresh.come()
            for place, told in fresh.knows().items():
                known = device.knows().get(place, {})
                for seq, row in told.pop("rows").items():
                    assert known["rows"].get(seq) == row
                known.pop("rows")
                assert known == told
            for row in (await device.client.post("/message/conversations"))["rows"]:
                known = device.knows()[row["kind"], row["dstid"]]
                known = {name: told for name, told in known.items() if name != "rows" and told is not None}
                assert {name: row[name] for name in known} == known
            fresh.go()
        for device in self.devices:
            device.go()


@pytest.mark.parametrize("number", range(-(-WALKS // TOGETHER)))
async def test_all_devices_agree(app, number):
    """A random walk of messages, marks and changes, with one device of each going away and coming back."""
    seed = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID", number)).randrange(10**6) + number
    for walk in range(min(TOGETHER, WALKS)):
        dice = random.Random(f"{seed}-{walk}")
        walking = await Walk(dice).begin(app)
        try:
            for _ in range(STEPS):
                await walking.step()
            await walking.compare()
        except BaseException:
            print(f"walk {seed}-{walk}")
            raise
