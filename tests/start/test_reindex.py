"""python server.py --reindex: the index made anew, while a server is at work or not."""

import asyncio
import re

from tests.app import PATIENCE
from tests.faults.test_killed_indexing import search
from tests.handlers.people import friends, text
from tests.process import process, run


async def test_beside_a_running_server(migrated_url, tmp_path):
    """People go on writing and searching; afterwards everything is found once, and the command has said how
    far it was."""
    env = {"MAGPIE_DATABASE_URL": "" if migrated_url.startswith("sqlite") else migrated_url}
    async with process(tmp_path, **env) as server:
        ann, bob = await friends(server)
        said = 0
        for turn in range(3):
            command = asyncio.create_task(asyncio.to_thread(run, "--data", str(tmp_path), "--reindex", **env))
            while not command.done():
                said += 1
                assert (await ann.post_json("/message/send", **text(bob, f"zebra {said}")))["code"] == 0
                await bob.post("/message/search", q="zebra")
            code, out, error = await command
            assert (code, error.count(" WARNING "), turn) == (0, 0, turn), error
            assert re.search(r"indexed [\d,]+ of [\d,]+ messages and changes \(\d+ %\)\n", out)
        async with asyncio.timeout(PATIENCE):
            while len(found := await search(bob, "zebra")) < said:
                await asyncio.sleep(0.1)
        assert found == [f"zebra {number}" for number in range(said, 0, -1)]
        assert " ERROR " not in server.logged(), server.logged()


async def test_without_a_database(tmp_path):
    """Where there is none that is up to date, a line says so."""
    code, out, said = await asyncio.to_thread(run, "--data", str(tmp_path), "--reindex")
    assert (code, out) == (1, "") and said.splitlines()[-1].endswith("run  python server.py --migrate")
