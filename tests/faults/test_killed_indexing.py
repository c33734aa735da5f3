"""kill -9 while messages come into the index, or are taken out of it: after the next start each is found
once."""

import asyncio
import os
import random
import signal

import pytest

from database.door import Database
from models.tables import StoredMessage
from tests.app import PATIENCE
from tests.faults.test_kill import again
from tests.handlers.people import friends
from tests.process import process, run

MESSAGES, ROUNDS = 4000, 3


async def search(client, q: str) -> list[str]:
    """All that is found, page by page."""
    found: list[str] = []
    fields: dict[str, object] = {}
    while True:
        answer = await client.post("/message/search", q=q, **fields)
        assert answer["code"] == 0, answer
        found += [row["content"] for row in answer["rows"]]
        if not answer["data"]["more"]:
            return found
        fields["before"] = answer["rows"][-1]["id"]


async def say_much(url: str, user_id: int) -> None:
    """Notes to oneself, beside the log, as an older release would have left them."""
    database = Database(url, workers=1)

    def write() -> None:
        from models.conversations import open_single
        from models.tables import Conversation

        place = open_single(user_id, user_id, 1)
        blank = {"media": 1, "userid": user_id, "conversation_id": place}
        rows = [
            {**blank, "seq": n, "ver": n, "content": f"note n{n}", "createat": 1_000_000 + n}
            for n in range(1, MESSAGES + 1)
        ]
        for start in range(0, MESSAGES, 50):
            StoredMessage.insert_many(rows[start : start + 50]).execute()
        Conversation.update(seq=MESSAGES, ver=MESSAGES).where(Conversation.id == place).execute()

    await database.write(write)
    await database.close()


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_while_it_fills(migrated_url, tmp_path, seed):
    """However often the server is killed while it puts old messages and new ones into the index, in the end
    all are found, each once."""
    dice = random.Random(seed)
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    async with process(tmp_path, **env) as server:
        ann, bob = await friends(server)
        await server.stop(signal.SIGKILL)
    await say_much(migrated_url, ann.user_id)
    said: list[str] = []
    for number in range(ROUNDS + 1):
        async with process(tmp_path, **env) as server:
            ann = again(server, ann)
            if number == 2:  # and somebody empties it meanwhile
                emptying = asyncio.create_task(
                    asyncio.to_thread(run, "--data", str(tmp_path), "--reindex", **env)
                )
            for turn in range(5):
                said.append(f"note said{number}x{turn}x")
                message = {"cmd": 10, "dstid": bob.user_id, "media": 1, "content": said[-1]}
                assert (await ann.post_json("/message/send", **message))["code"] == 0
            if number < ROUNDS:
                await asyncio.sleep(0.9 + dice.random())
                await server.stop(signal.SIGKILL)
            if number == 2:
                await emptying
            if number == ROUNDS:
                async with asyncio.timeout(PATIENCE):
                    while len(await search(ann, "said")) < len(said) or not await search(ann, f"n{MESSAGES}"):
                        await asyncio.sleep(0.1)
                    while len(found := await search(ann, "note")) < MESSAGES + len(said):
                        await asyncio.sleep(0.3)
                assert sorted(found) == sorted([*said, *(f"note n{n}" for n in range(1, MESSAGES + 1))])
            assert " ERROR " not in server.logged(), server.logged()
