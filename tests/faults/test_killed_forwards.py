"""kill -9 while messages are passed on: each call that is made again has its copies once and all of them."""

import asyncio
import itertools
import os
import random
import signal
from collections import Counter

import pytest

from tests.faults.crowd import everything
from tests.faults.test_kill import again
from tests.handlers.people import friends, group, text
from tests.process import process

MESSAGES = 8
#: Calls on their way at once.
AHEAD = 6


class Forwards:
    """What one person passes on, in calls that go to three conversations each. `said`: by cid; `rows`: what
    was answered."""

    def __init__(self, ids: list[int], place: dict, to: list[dict], dice: random.Random) -> None:
        self.ids, self.place, self.to, self.dice = ids, place, to, dice
        self.said: dict[str, dict] = {}
        self.rows: dict[str, list[dict]] = {}
        self._numbers = itertools.count()

    def one(self) -> dict:
        ids = self.dice.sample(self.ids, self.dice.randint(1, MESSAGES))
        cid = f"{next(self._numbers):09}"
        return {**self.place, "ids": ids, "to": self.to, "merge": int(self.dice.random() < 0.3), "cid": cid}

    async def make(self, who, goal: asyncio.Event, enough: int) -> None:
        """One after the other, until the server is gone."""
        while True:
            call = self.one()
            self.said[call["cid"]] = call
            try:
                answer = await who.post_json("/message/forward", **call)
            except Exception:  # the connection went with the server
                return
            assert answer["code"] == 0, answer
            self.rows[call["cid"]] = answer["rows"]
            if len(self.rows) >= enough:
                goal.set()

    async def repeat(self, who) -> None:
        """All calls, answered or not: who was answered gets the same."""
        for cid, call in self.said.items():
            answer = await who.post_json("/message/forward", **call)
            assert answer["code"] == 0 and answer["rows"] == self.rows.setdefault(cid, answer["rows"]), call

    def expected(self) -> Counter:
        """How often each copy is in each of the conversations."""
        copies: Counter = Counter()
        for call in self.said.values():
            if call["merge"]:
                copies["record", len(call["ids"])] += 1
            else:
                copies.update(("text", self.ids.index(id_)) for id_ in call["ids"])
        return copies


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_among_forwards(migrated_url, tmp_path, seed):
    """After kill -9 each call that is made again answers as before, and nothing is there twice or missing;
    every record has what is in it."""
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    env |= {"MAGPIE_LIMITS_ENABLED": "false"}
    forwards = None
    for number in range(3):
        async with process(tmp_path, **env) as server:
            if forwards is None:
                ann, bob = await friends(server)
                room = await group(ann, bob)
                texts = [
                    await bob.post_json("/message/send", **text(ann, str(number)))
                    for number in range(MESSAGES)
                ]
                places = [{"kind": 10, "dstid": bob.user_id}, {"kind": 11, "dstid": room}]
                to = [{"kind": 10, "dstid": ann.user_id}, *places]
                ids = [answer["data"]["id"] for answer in texts]
                forwards = Forwards(ids, places[0], to, random.Random(seed))
            ann, bob = again(server, ann), again(server, bob)
            await forwards.repeat(ann)
            await forwards.repeat(ann)
            for place in forwards.to:
                found: Counter = Counter()
                seqs = []
                for row in await everything(ann, **place):
                    seqs.append(row["seq"])
                    if row["media"] == 12:
                        inside = await ann.post("/message/record", **place, id=row["id"])
                        assert inside["total"] == row["amount"], seed
                        found["record", row["amount"]] += 1
                    elif row["userid"] == ann.user_id and row["media"] == 1:
                        assert row["fwd"] == bob.user_id
                        found["text", int(row["content"])] += 1
                assert found == forwards.expected(), (seed, place)
                assert sorted(seqs) == [*range(1, len(seqs) + 1)]
            if number < 2:
                goal = asyncio.Event()
                enough = len(forwards.rows) + forwards.dice.randint(10, 60)
                making = [asyncio.create_task(forwards.make(ann, goal, enough)) for _ in range(AHEAD)]
                await goal.wait()
                await server.stop(signal.SIGKILL)
                await asyncio.gather(*making)
            assert " ERROR " not in server.logged(), server.logged()
