"""kill -9 while people change what they said: what was acknowledged is so, and nothing is done twice."""

import asyncio
import itertools
import os
import random
import signal

import pytest

from tests.faults.crowd import everything
from tests.faults.test_kill import again
from tests.handlers.people import friends, text
from tests.process import process

MESSAGES = 12
EMOJI = "👍🎉😂❤😮"
#: Changes a person sends ahead of their acks.
AHEAD = 20


class Changes:
    """What two people have done to their messages. `sent`, `acked`: by (user, cid); what is refused counts
    as acked, with None."""

    def __init__(self, ids: list[int], dice: random.Random) -> None:
        self.ids, self.dice = ids, dice
        self.sent: dict[tuple[int, str], dict] = {}
        self.acked: dict[tuple[int, str], dict | None] = {}
        self._numbers = itertools.count()

    def one(self, who, peer) -> dict:
        number = next(self._numbers)
        frame = {"id": self.dice.choice(self.ids), "kind": 10, "dstid": peer.user_id, "cid": f"{number:09}"}
        frame |= self.dice.choices(
            [
                {"cmd": 16, "content": self.dice.choice(EMOJI), "amount": self.dice.choice([1, 1, -1])},
                {"cmd": 15, "content": f"text {number}"},
                {"cmd": 19, "amount": self.dice.choice([1, -1])},
                {"cmd": 14},
            ],
            [50, 20, 20, 1],
        )[0]
        return frame

    async def make(self, who, peer, goal: asyncio.Event, enough: int) -> None:
        """As fast as they are acknowledged, until the server is gone."""
        socket = await who.socket().open()
        try:
            for _ in range(AHEAD):
                await self._send(socket, who, self.one(who, peer))
            while (frame := await socket.receive_or_close()) is not None:
                if frame["cmd"] in (1, 2):
                    self._ended(who, frame)
                    if len(self.acked) >= enough:
                        goal.set()
                    await self._send(socket, who, self.one(who, peer))
        except Exception as gone:
            assert "Closed" in type(gone).__name__, gone
        socket.close()

    async def resend(self, who) -> None:
        """What was not answered, in order."""
        async with who.socket() as socket:
            missing = [key for key in self.sent if key[0] == who.user_id and key not in self.acked]
            for key in missing:
                await socket.send(self.sent[key])
            for _ in missing:
                self._ended(who, await socket.receive(1, 2))

    async def _send(self, socket, who, frame) -> None:
        self.sent[who.user_id, frame["cid"]] = frame
        await socket.send(frame)

    def _ended(self, who, frame) -> None:
        assert frame["cmd"] == 1 or frame["code"] in (-1, -403), frame
        assert (who.user_id, frame["cid"]) not in self.acked, "answered twice"
        self.acked[who.user_id, frame["cid"]] = frame if frame["cmd"] == 1 else None

    def expected(self) -> dict[int, dict]:
        """Each message as the acknowledged changes leave it, in the order of their versions; of those that
        share one only the first has changed anything."""
        rows = {id_: {"reactions": {}} for id_ in self.ids}
        done = [(ack["ver"], user, self.sent[user, cid]) for (user, cid), ack in self.acked.items() if ack]
        for ver, user, frame in sorted(done, key=lambda change: change[0]):
            row = rows[frame["id"]]
            row["ver"] = max(row.get("ver", 0), ver)
            if "recalled" in row:
                continue
            if frame["cmd"] == 14:
                rows[frame["id"]] = {"reactions": {}, "recalled": 1, "ver": ver}
            elif frame["cmd"] == 15:
                row["content"] = frame["content"]
            elif frame["cmd"] == 16:
                people = row["reactions"].setdefault(frame["content"], set())
                (people.add if frame["amount"] > 0 else people.discard)(user)
            elif frame["amount"] > 0:
                row.setdefault("pinned", user)
            else:
                row.pop("pinned", None)
        return rows


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_among_changes(migrated_url, tmp_path, seed):
    """After kill -9 each acknowledged change is there, the others are when they are sent again, and every
    message is what all of them make of it."""
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    env |= {"MAGPIE_LIMITS_ENABLED": "false"}
    changes, ann, bob = None, None, None
    for number in range(3):
        async with process(tmp_path, **env) as server:
            if changes is None:
                ann, bob = await friends(server)
                texts = [await ann.post_json("/message/send", **text(bob, "x")) for _ in range(MESSAGES)]
                changes = Changes([answer["data"]["id"] for answer in texts], random.Random(seed))
            ann, bob = again(server, ann), again(server, bob)
            await changes.resend(ann)
            await changes.resend(bob)
            assert changes.sent.keys() == changes.acked.keys()
            for row in await everything(bob, 10, ann.user_id):
                wanted = changes.expected()[row["id"]]
                told = {emoji: set(kind["who"]) for emoji, kind in row.get("reactions", {}).items()}
                assert told == {emoji: who for emoji, who in wanted["reactions"].items() if who}, seed
                assert row["ver"] >= wanted.get("ver", 0)
                said = None if "recalled" in wanted else wanted.get("content", "x")
                assert row.get("content") == said and "recalled" not in row.keys() ^ wanted.keys(), seed
                assert "pinned" not in row.keys() ^ wanted.keys(), seed  # who of two was first is not known
            if number < 2:
                goal = asyncio.Event()
                enough = len(changes.acked) + changes.dice.randint(50, 300)
                making = [
                    asyncio.create_task(changes.make(who, peer, goal, enough))
                    for who, peer in ((ann, bob), (bob, ann), (ann, bob))
                ]
                await goal.wait()
                await server.stop(signal.SIGKILL)
                await asyncio.gather(*making)
            assert " ERROR " not in server.logged(), server.logged()
