"""kill -9 while scheduled messages are sent: each is stored once, whenever the server was killed."""

import asyncio
import os
import random
import signal

import pytest

from database.door import Database
from models.tables import Schedule, StoredMessage
from protocol.clock import now_ms
from tests.faults.test_kill import again
from tests.process import process

MANY, KILLS = 60, 2


def stored() -> list[str]:
    query = StoredMessage.select(StoredMessage.content).where(StoredMessage.content.startswith("later"))
    return sorted(content for (content,) in query.tuples())


def time_has_come() -> None:
    """Of those that wait, and of those that the one who was killed had begun."""
    Schedule.update(due=now_ms() - 1).execute()


@pytest.mark.parametrize("seed", [random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**6)])
async def test_killed_while_sending(migrated_url, tmp_path, seed):
    """All are sent when the server is there again, each once, and the list is empty."""
    dice, said = random.Random(seed), [f"later {number:02}" for number in range(MANY)]
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    async with process(tmp_path, **env) as server:
        ann, bob = [await server.client().register(name) for name in ("Ann", "Bob")]
        await ann.post("/contact/addfriend", dstid=bob.user_id)
        for content in said:
            fields = {"cmd": 10, "dstid": bob.user_id, "media": 1, "content": content}
            answer = await ann.post_json("/schedule/add", **fields, sendat=now_ms() + 86_400_000)
            assert answer["code"] == 0, answer
        await server.stop(signal.SIGKILL)
    for number in range(KILLS + 1):
        database = Database(migrated_url, workers=1)
        await database.write(time_has_come)
        before = await database.read(stored)
        enough = MANY if number == KILLS else min(MANY, len(before) + dice.randint(1, MANY // 3))
        async with process(tmp_path, **env) as server:
            ann = again(server, ann)
            while len(found := await database.read(stored)) < enough:
                assert len(found) == len(set(found)), seed
            if number == KILLS:
                while (await ann.post("/schedule/list"))["rows"]:
                    await asyncio.sleep(0.05)
            else:
                await server.stop(signal.SIGKILL)
            assert " ERROR " not in server.logged(), server.logged()
        await database.close()
    database = Database(migrated_url, workers=1)
    assert await database.read(stored) == said, seed
    await database.close()
