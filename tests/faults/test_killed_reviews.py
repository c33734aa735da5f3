"""kill -9 while messages wait and are passed: each that was passed is there once, none that was not is, and
what waited waits."""

import asyncio
import os
import random
import signal
from functools import partial

import pytest

from database.door import Database
from models.tables import Review, StoredMessage, User
from protocol.reviews import PASSED, WAITING
from tests.faults.crowd import go_on
from tests.faults.test_kill import again
from tests.process import process

ROUNDS = 2
#: Messages that may wait, fewer than the server allows.
MOST = 60


class Desk:
    """What was said, and what an operator was answered about it."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.said: list[str] = []  # cids
        self.waiting: dict[str, int] = {}  # cid -> review
        self.passed: set[int] = set()
        self.answered = 0
        self.over = False  # the server is killed

    @property
    def left(self) -> list[int]:
        return [review for review in self.waiting.values() if review not in self.passed]

    async def say(self, who, peer) -> None:
        while len(self.left) > MOST and not self.over:
            await asyncio.sleep(0.001)
        cid = f"{len(self.said):09}"
        self.said.append(cid)
        await self.repeat(who, peer, cid)

    async def repeat(self, who, peer, cid: str) -> None:
        message = {"cmd": 10, "dstid": peer.user_id, "media": 1, "content": f"held {cid}", "cid": cid}
        answer = await who.post_json("/message/send", **message)
        if answer["code"] == 0:  # passed
            return
        assert answer["data"]["state"] == "waiting", answer
        assert self.waiting.setdefault(cid, answer["data"]["review"]) == answer["data"]["review"]

    async def decide(self, op) -> None:
        while not self.left and not self.over:
            await asyncio.sleep(0.001)
        if not self.left:
            return
        review = self.dice.choice(self.left)
        answer = await op.post_json("/ops/review/answer", id=review, **{"pass": 1})
        assert answer["code"] in (0, -409), answer
        self.passed.add(review)


def look() -> tuple[dict[str, int], dict[str, int]]:
    """How often each text is stored, and how each review stands, by cid."""
    texts: dict[str, int] = {}
    m = StoredMessage
    for row in m.select().where(m.conversation_id > 0):
        texts[row.cid] = texts.get(row.cid, 0) + 1
    return texts, {row.cid: row.state for row in Review.select()}


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_while_passing(migrated_url, tmp_path, seed):
    """A message is stored exactly when its review is passed, and once."""
    words = tmp_path / "words.txt"
    words.write_text("held, review\n")
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    env |= {"MAGPIE_LIMITS_ENABLED": "false", "MAGPIE_MODERATION_WORDS": str(words)}
    desk, people = Desk(random.Random(seed)), []
    for number in range(ROUNDS + 1):
        async with process(tmp_path, **env) as server:
            database = Database(migrated_url, workers=1)
            if not people:
                people = [await server.client().register(name) for name in ("Ann", "Bob", "Op")]
                await people[0].post("/contact/addfriend", dstid=people[1].user_id)
                to_op = User.update(op=1).where(User.id == people[2].user_id)
                await database.write(to_op.execute)
            ann, bob, op = people = [again(server, person) for person in people]
            texts, states = await database.read(look)
            assert set(texts.values()) <= {1}, seed
            assert {cid for cid, state in states.items() if state == PASSED} == texts.keys(), seed
            assert set(states.values()) <= {WAITING, PASSED}
            told = {cid for cid, review in desk.waiting.items() if review in desk.passed}
            assert told <= texts.keys() and desk.waiting.keys() <= states.keys(), seed
            for cid in desk.said:
                await desk.repeat(ann, bob, cid)
            if number == ROUNDS:
                while desk.left:
                    await desk.decide(op)
                texts, _ = await database.read(look)
                assert texts.keys() == set(desk.said) and set(texts.values()) == {1}, seed
            else:
                goal = asyncio.Event()
                enough = desk.answered + desk.dice.randint(20, 120)
                acts = [partial(desk.say, ann, bob)] * 3 + [partial(desk.decide, op)] * 4
                going = [asyncio.create_task(go_on(desk, act, goal, enough)) for act in acts]
                await goal.wait()
                await server.stop(signal.SIGKILL)
                desk.over = True
                await asyncio.gather(*going)
                desk.over = False
            await database.close()
            assert " ERROR " not in server.logged(), server.logged()
