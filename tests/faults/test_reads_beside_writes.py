"""Another program holds the database: what only reads is answered all the same."""

import asyncio
import sqlite3
from contextlib import closing

from tests.app import running
from tests.handlers.people import friends


async def test_reads_wait_for_no_write(tmp_path):
    """While nothing can be written people read their chats and open sockets, also those who were away for an
    hour and whose visit is to be noted; it is noted afterwards."""
    async with running(tmp_path, {"database.deadline_s": 60}) as app:
        ann, bob = await friends(app)
        said = await ann.post("/message/send", cmd=10, dstid=bob.user_id, media=1, content="hi")
        assert said["code"] == 0
        with closing(sqlite3.connect(tmp_path / "magpie.db", isolation_level=None)) as other:
            other.execute("UPDATE session SET last_seen = last_seen - 3600000")
            other.execute("BEGIN IMMEDIATE")
            for path, fields in {
                "/message/history": {"kind": 10, "dstid": ann.user_id},
                "/message/changes": {"kind": 10, "dstid": ann.user_id, "ver": 0},
                "/message/conversations": {},
                "/contact/loadfriend": {},
                "/user/sessions": {},
            }.items():
                assert len((await bob.post(path, **fields))["rows"]) == 1, path
            async with bob.socket():
                pass
            last_seen = "SELECT last_seen FROM session WHERE user_id = ?"
            before = other.execute(last_seen, [bob.user_id]).fetchone()
            other.execute("ROLLBACK")
            async with asyncio.timeout(60):
                while other.execute(last_seen, [bob.user_id]).fetchone() <= before:
                    await asyncio.sleep(0.05)
