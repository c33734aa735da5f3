"""The command beside a running server on SQLite, which has one writer and no broker: what it changes is so at
the server about a second later. (Beside several, on other databases: tests/cluster/test_operators.py.)"""

import asyncio
import json

from tests.app import PASSWD
from tests.handlers.people import friends, group, text
from tests.process import process, run


async def admin(data, *words: object) -> object:
    """What the command answers."""
    called = asyncio.to_thread(run, *map(str, words), "--json", "--data", str(data), module="admin")
    code, out, said = await called
    assert (code, said) == (0, ""), said
    return json.loads(out)


async def until_code(client, friend, code: int) -> None:
    async with asyncio.timeout(10):
        while (await client.post_json("/message/send", **text(friend)))["code"] != code:
            await asyncio.sleep(0.05)


async def test_what_the_server_keeps_in_memory(tmp_path):
    """Mutes begin and end, sessions end with their sockets, operators come and go, while people write."""
    async with process(tmp_path) as server:
        ann, bob = await friends(server)
        async with ann.socket() as hers, bob.socket() as his:
            await admin(tmp_path, "mute", ann.user_id, "1h")
            await until_code(ann, bob, -1)
            await hers.send(text(bob, cid="c"))
            assert (await hers.receive(1, 2))["code"] == -1
            await admin(tmp_path, "mute", ann.user_id, "off")
            await until_code(ann, bob, 0)
            assert (await bob.post("/ops/users"))["code"] == -403
            await admin(tmp_path, "roles", "on", bob.user_id)
            assert (await bob.post("/ops/users"))["code"] == 0
            await admin(tmp_path, "deactivate", ann.user_id)
            assert await hers.closed() == 4401
            await his.send({"cmd": 0})
            assert (await his.receive(0))["cmd"] == 0
        await admin(tmp_path, "activate", ann.user_id)
        await ann.login(ann.mobile)
        link = await admin(tmp_path, "reset", ann.user_id)
        token = link["url"].partition("#")[2]
        answer = await ann.post("/user/reset", token=token, new="another-word-9", userid=None)
        assert answer["code"] == 0, answer
        assert (await ann.post("/user/sessions"))["code"] == -401
        invite = await admin(tmp_path, "invites", "make", "--uses", 2)
        listed = (await bob.post("/ops/invite/list"))["rows"]
        assert [row["code"] for row in listed] == [invite["code"]]
        assert " ERROR " not in server.logged() and "Traceback" not in server.logged()


async def test_what_clients_have_to_learn(tmp_path):
    """What the command writes into the log reaches open pages: they are told to ask what is new, and find it.
    People go on writing meanwhile."""
    async with process(tmp_path) as server:
        op = await server.client().register("Op")
        ann, bob = await friends(server)
        room = await group(op, ann, bob)
        async with bob.socket() as his:
            writing = asyncio.create_task(_write(bob, room))
            await admin(tmp_path, "delete", ann.user_id, "--yes")
            assert (await his.receive(3))["cmd"] == 3  # a second welcome
            writing.cancel()
            assert (await bob.post("/contact/loadfriend"))["rows"] == []
        login = await ann.post("/user/login", mobile=ann.mobile, passwd=PASSWD, userid=None)
        assert login["code"] == -1
        assert (await admin(tmp_path, "ledger"))["sum"] == 0
        assert " ERROR " not in server.logged() and "Traceback" not in server.logged()


async def _write(client, room: int) -> None:
    number = 0
    while True:
        number += 1
        answer = await client.post_json("/message/send", **text(room, f"{number}", cmd=11))
        assert answer["code"] == 0, answer
