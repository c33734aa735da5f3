"""A random walk: what two people with two devices each may do, one thing after the other."""

import random
from collections.abc import Sequence

from tests.app import Client
from tests.handlers.socket.device import Device

STEPS = 30
EMOJI = "👍🎉😂"


class Walk:
    """`devices`: two of each of two people, who are friends and in the group `room`, which the first one
    owns. The second one of each goes away and comes back. `site`: where the links lead that they send, ""
    for none."""

    def __init__(self, dice: random.Random, room: int, devices: Sequence[Client], site: str = "") -> None:
        self.dice, self.room, self.site = dice, room, site
        self.devices = [Device(client) for client in devices]
        self.people = list(dict.fromkeys(client.user_id for client in devices))
        self.inside = True  # the second one in the group
        self.returned = False

    async def go(self) -> None:
        for device in self.devices:
            await device.come()
        await self.say(self.devices[0], 11, self.room, {})  # something that newcomers won't see
        for _ in range(STEPS):
            await self.step()

    async def step(self) -> None:
        if self.dice.random() < 0.15:
            device = self.dice.choice(self.devices[1::2])  # the second one of each
            if device.online:
                device.go()
            else:
                await device.come()
            return
        device = self.dice.choice([device for device in self.devices if device.online])
        me = device.client.user_id
        [peer] = {*self.people} - {me}
        places = [(10, peer), (10, peer), (11, self.room), (10, me)]
        kind, dstid = self.dice.choice(places)
        rows = device.rows[kind, dstid]
        deeds = [self.say, self.say, self.say, self.read, self.react, self.react, self.other, self.own]
        deeds.append(self.forward)
        if self.site:
            deeds.append(self.unpreview)
        if self.dice.random() < 0.04:
            deeds = [self.decide]
        elif self.dice.random() < 0.06:
            deeds = [self.befriend, self.befriend, self.separate]
        elif self.dice.random() < (0.1 if self.inside else 0.3):
            deeds, rows = [self.head if me == self.people[0] else self.follow], {1: {}}
        deed = self.dice.choice(deeds)
        await (deed if rows else self.say)(device, kind, dstid, rows)

    def members(self, device, dstid) -> list[int]:
        notes = dstid == device.client.user_id
        return [dstid] if notes else self.people if self.inside or dstid != self.room else self.people[:1]

    async def say(self, device, kind, dstid, rows) -> None:
        at = self.dice.choice([None, None, self.members(device, dstid), [0]])
        ref = self.dice.choice([*rows.values()])["id"] if rows and self.dice.random() < 0.3 else 0
        more = {"at": at} if at else {}
        more |= {"ref": ref} if ref else {}
        answer = await device.do(
            cmd=kind, dstid=dstid, media=1, content=f"{self.dice.randrange(1000)}{self.link()}", **more
        )
        # -1: muted
        assert answer["cmd"] == 1 or answer["code"] in (-1, -403), answer

    def link(self) -> str:
        """Every third text has one."""
        return f" {self.site}/{self.dice.randrange(4)}" if self.site and self.dice.random() < 0.3 else ""

    async def unpreview(self, device, kind, dstid, rows) -> None:
        row = self.dice.choice([*rows.values()])
        answer = await device.client.post("/message/preview", kind=kind, dstid=dstid, id=row["id"], on=0)
        assert answer["code"] in (0, -1, -403, -404), answer
        await device.settle()

    async def read(self, device, kind, dstid, rows) -> None:
        seq = self.dice.randint(1, max(rows))
        answer = await device.client.post("/message/read", kind=kind, dstid=dstid, seq=seq)
        assert answer["code"] in self.codes(kind), answer

    async def react(self, device, kind, dstid, rows) -> None:
        content, amount = self.dice.choice(EMOJI), self.dice.choice([1, 1, -1])
        await self.change(device, kind, dstid, rows, cmd=16, content=content, amount=amount)

    async def other(self, device, kind, dstid, rows) -> None:
        fields = self.dice.choice(
            [
                {"cmd": 14},
                {"cmd": 15, "content": f"edited {self.dice.randrange(5)}{self.link()}"},
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
        assert answer["code"] in self.codes(kind), answer
        await device.settle()

    async def forward(self, device, kind, dstid, rows) -> None:
        """A call, of which all one's devices hear as of others' messages."""
        some = self.dice.sample([row["id"] for row in rows.values()], min(len(rows), 3))
        places = [*((10, person) for person in self.people), (11, self.room)]
        to = [{"kind": kind, "dstid": dstid} for kind, dstid in self.dice.sample(places, 2)]
        merge = self.dice.randrange(2)
        answer = await device.client.post_json(
            "/message/forward", kind=kind, dstid=dstid, ids=some, to=to, merge=merge
        )
        assert answer["code"] in self.codes(kind), answer
        await device.settle()

    async def decide(self, device, kind, dstid, rows) -> None:
        """Receipts on or off; all devices of both ask for their list."""
        answer = await device.client.post("/user/settings", read=self.dice.randrange(2))
        assert answer["code"] == 0, answer
        await device.settle()

    async def separate(self, device, kind, dstid, rows) -> None:
        """Of both all devices hear that they are friends no more, of a block only one's own."""
        [peer] = {*self.people} - {device.client.user_id}
        route, fields = self.dice.choice([("/contact/remove", {}), ("/contact/block", {"on": 1})])
        answer = await device.client.post(route, dstid=peer, **fields)
        assert answer["code"] == 0, answer
        await device.settle()

    async def befriend(self, device, kind, dstid, rows) -> None:
        """As far as oneself can: the other one may block."""
        [peer] = {*self.people} - {device.client.user_id}
        answer = await device.client.post("/contact/block", dstid=peer, on=0)
        assert answer["code"] == 0, answer
        answer = await device.client.post("/contact/addfriend", dstid=peer)
        assert answer["code"] in (0, -409), answer
        await device.settle()

    def codes(self, kind) -> tuple[int, ...]:
        """Of what a member may: who does not know yet that they are none is told so."""
        return (0,) if self.inside or kind == 10 else (0, -403)

    async def head(self, device, kind, dstid, rows) -> None:
        """What the owner does: all devices of both hear of it."""
        other = self.people[1]
        route, fields = self.dice.choice(
            [
                ("update", {"name": f"Birds {self.dice.randrange(9)}"}),
                ("update", {"notice": f"at {self.dice.randrange(9)}"}),
                ("mute", {"id": other, "until": self.dice.choice([0, 4102444800000])}),
                ("mute", {"until": self.dice.choice([0, 4102444800000])}),
                ("remove", {"ids": [other]}) if self.inside else ("invite", {"ids": [other]}),
            ]
        )
        answer = await device.client.post_json(f"/community/{route}", dstid=self.room, **fields)
        assert answer["code"] == 0 or (answer["code"] == -404 and not self.inside), answer
        done = all(row["code"] == 0 for row in answer.get("rows", ()))  # friends only can be invited
        after = {"remove": False, "invite": True} if done else {}
        await self.moved(device, after.get(route, self.inside))

    async def follow(self, device, kind, dstid, rows) -> None:
        """What the other one does: they leave, and come back."""
        route = "/community/leave" if self.inside else "/contact/joincommunity"
        if self.inside and self.dice.random() < 0.5:
            route = "/community/alias"
        answer = await device.client.post(route, dstid=self.room, nickname=f"B{self.dice.randrange(9)}")
        assert answer["code"] == 0 or (answer["code"] == -1 and "alias" in route), answer  # -1: muted
        await self.moved(device, route != "/community/leave")

    async def moved(self, device, inside) -> None:
        self.returned = self.returned or (inside and not self.inside)
        self.inside = inside
        await device.settle()

    async def change(self, device, kind, dstid, rows, **fields) -> None:
        row = self.dice.choice([*rows.values()])
        answer = await device.do(id=row["id"], kind=kind, dstid=dstid, **fields)
        assert answer["cmd"] == 1 or answer["code"] in (-1, -403, -404), answer  # -404: just hidden

    async def compare(self) -> None:
        """All come back; each knows what a fresh device is told, and what the list says."""
        await self.come_back()
        for device in self.devices:
            await self.agrees(device)
        self.leave()

    async def agrees(self, device: Device) -> None:
        await device.settle()
        fresh = Device(device.client)
        await fresh.come()
        fresh.go()
        known, told = device.knows(), fresh.knows()
        if self.returned:  # what became of messages from before is not told to who came later
            for shown in (known, told):
                shown.get((11, self.room), {}).pop("ver", None)
        assert known == told
        for row in (await device.client.post("/message/conversations"))["rows"]:
            if row["left"]:
                assert (row["kind"], row["dstid"]) not in known and not self.inside
                continue
            here = known[row["kind"], row["dstid"]]
            here = {name: told for name, told in here.items() if name != "rows" and told is not None}
            assert {name: row[name] for name in here} == here

    async def come_back(self) -> None:
        for device in self.devices:
            if not device.online:
                await device.come()

    def leave(self) -> None:
        for device in self.devices:
            if device.online:
                device.go()
