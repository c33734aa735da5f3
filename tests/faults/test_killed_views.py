"""kill -9 while somebody hides, clears and arranges: what was answered is so, what was not is whole or not at
all, and what they are told fits together."""

import asyncio
import os
import random
import signal

import pytest

from tests.app import Client
from tests.faults.crowd import everything
from tests.faults.test_kill import again
from tests.handlers.people import friends, group, text
from tests.process import process

ROOMS, MESSAGES, ROUNDS = 3, 60, 3
MARKS = ("pinned", "muted", "archived", "marked")
SETTINGS = ("online", "read")


class Place:
    """What one person has done with one group. Each thing has who does it one after the other: what was asked
    last and not answered is `open`, by what it is about, and may have happened or not."""

    def __init__(self, room: int, ids: dict[int, int], dice: random.Random) -> None:
        self.room, self.ids, self.dice = room, ids, dice
        self.hidden: set[int] = set()
        self.cleared = 0
        self.marks = dict.fromkeys(MARKS, 0)
        self.open: dict[str, object] = {}

    async def hide(self, who: Client) -> None:
        seqs = self.dice.sample(sorted(self.ids), self.dice.randint(1, 4))
        self.open["hidden"] = set(seqs)
        await self._ask(who, "/message/hide", ids=[self.ids[seq] for seq in seqs])
        self.hidden |= set(seqs)
        del self.open["hidden"]

    async def clear(self, who: Client) -> None:
        seq = min(self.cleared + self.dice.randint(0, 2), max(self.ids) - 20)
        self.open["cleared"] = seq
        await self._ask(who, "/conversation/clear", seq=seq)
        self.cleared = max(self.cleared, seq)
        del self.open["cleared"]

    async def arrange(self, who: Client) -> None:
        name = self.dice.choice(MARKS)
        self.open[name] = value = 1 - self.marks[name]
        await self._ask(who, "/conversation/set", **{name: value})
        self.marks[name] = value
        del self.open[name]

    async def _ask(self, who: Client, route: str, **fields: object) -> None:
        answer = await who.post_json(route, kind=11, dstid=self.room, **fields)
        assert answer["code"] == 0, answer

    async def compare(self, who: Client, rows: dict[int, dict]) -> None:
        """What was answered is there; what was open is settled from here on, one way or the other."""
        row = rows[self.room]
        self.cleared, before = row["cleared"], self.cleared
        assert self.cleared in (before, self.open.get("cleared", before))
        for name in MARKS:
            assert row[name] in (self.marks[name], self.open.get(name, self.marks[name])), name
            self.marks[name] = row[name]
        told = await who.post("/message/hidden", kind=11, dstid=self.room)
        gone = {seq for part in told["rows"] for seq in range(part["low"], part["high"] + 1)}
        known = {seq for seq in self.hidden if seq > self.cleared}
        may = {seq for seq in self.open.get("hidden", ()) if seq > self.cleared}
        assert gone in (known, known | may)
        self.hidden |= gone
        self.open.clear()
        shown = await everything(who, 11, self.room)
        seen = [message["seq"] for message in shown]
        assert [seq for seq in seen if seq in self.ids] == sorted(
            seq for seq in self.ids if seq > self.cleared and seq not in gone
        )
        unread = [
            m for m in shown if m["seq"] > row["read"] and m["userid"] != who.user_id and m["media"] != 90
        ]
        assert row["unread"] == len(unread)
        assert row["last"]["seq"] == max(seen)


async def until_it_is_gone(deed, who: Client, done: list[None]) -> None:
    """Does it again and again until the server does not answer."""
    try:
        while True:
            await deed(who)
            done.append(None)
    except AssertionError:
        raise
    except Exception as gone:
        assert type(gone).__name__ in ("ConnectionRefusedError", "StreamClosedError", "HTTPStreamClosedError",
                                       "ConnectionResetError", "HTTPTimeoutError"), repr(gone)  # fmt: skip


class Decided:
    """The same for what somebody decides of themselves."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.stands, self.open = dice, dict.fromkeys(SETTINGS, 1), {}

    async def decide(self, who: Client) -> None:
        name = self.dice.choice(SETTINGS)
        self.open[name] = value = 1 - self.stands[name]
        answer = await who.post("/user/settings", **{name: value})
        assert answer["code"] == 0 and answer["data"][name] == value
        self.stands[name] = value
        del self.open[name]

    async def compare(self, who: Client) -> None:
        told = (await who.post("/user/settings"))["data"]
        for name in SETTINGS:
            assert told[name] in (self.stands[name], self.open.get(name, self.stands[name]))
            self.stands[name] = told[name]
        self.open.clear()


async def prepare(server, dice: random.Random) -> tuple[Client, list[Place]]:
    ann, bob = await friends(server)
    places = []
    for _ in range(ROOMS):
        room = await group(bob, ann)
        said = [await bob.post_json("/message/send", **text(room, "x", cmd=11)) for _ in range(MESSAGES)]
        places.append(Place(room, {one["data"]["seq"]: one["data"]["id"] for one in said}, dice))
    return ann, places


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_among_views(migrated_url, tmp_path, seed):
    """After kill -9, three times: nothing that was answered is lost, and numbers fit what is to be seen."""
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    dice, decided = random.Random(seed), Decided(random.Random(seed))
    ann, places = None, []
    for round_number in range(ROUNDS):
        async with process(tmp_path, **env) as server:
            if ann is None:
                ann, places = await prepare(server, dice)
            ann = again(server, ann)
            await decided.compare(ann)
            told = await ann.post("/message/conversations")
            for place in places:
                await place.compare(ann, {row["dstid"]: row for row in told["rows"]})
            if round_number < ROUNDS - 1:
                done: list[None] = []
                deeds = [deed for place in places for deed in (place.hide, place.clear, place.arrange)]
                doing = [
                    asyncio.create_task(until_it_is_gone(deed, ann, done))
                    for deed in (*deeds, decided.decide)
                ]
                while len(done) < 60:
                    await asyncio.sleep(0.01)
                    assert not any(task.done() for task in doing)
                await server.stop(signal.SIGKILL)
                await asyncio.gather(*doing)
            assert " ERROR " not in server.logged(), server.logged()
    assert any(place.cleared and place.hidden for place in places), seed
