"""What an operator decides at one process, or at a command line beside all of them, takes effect at once at
every other one, on the sockets that are open there."""

import asyncio
import json

from protocol.clock import now_ms
from tests.handlers.people import text
from tests.process import run

HOUR = 3_600_000


async def admin(lasting, *words: object) -> object:
    """What the command answers, on a machine without the servers' files."""
    called = asyncio.to_thread(run, *map(str, words), "--json", module="admin", **lasting.env)
    code, out, said = await called
    assert code == 0, said
    return json.loads(out)


async def people(two, lasting):
    """An operator at the first process, and two friends at the second."""
    op = await two.client(0).register("Op")
    ann, bob = await two.client(1).register("Ann"), await two.client(1).register("Bob")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    await admin(lasting, "roles", "on", op.user_id)
    return op, ann, bob


async def refused_until(client, friend) -> int:
    answer = await client.post_json("/message/send", **text(friend))
    return answer["data"]["until"] if answer["code"] == -1 else 0


async def test_muted_everywhere(both, lasting):
    """Muted at one process, refused at the other by call and by socket as soon as the operator has the
    answer and it was told; and heard again in the same way."""
    op, ann, bob = await people(both, lasting)
    async with ann.socket() as hers, bob.socket() as his:
        for until in (now_ms() + HOUR, 0):
            answer = await op.post("/ops/mute", id=ann.user_id, until=until)
            assert answer["data"]["muted_until"] == until
            async with asyncio.timeout(5):
                while await refused_until(ann, bob) != until:
                    await asyncio.sleep(0.01)
            await hers.send({**text(bob, "by socket"), "cid": str(until)})
            assert (await hers.receive(1, 2))["cmd"] == (2 if until else 1)
        while (await his.receive(10))["content"] != "by socket":
            pass


async def test_deactivated_everywhere(both, lasting):
    """Sockets at both processes are closed, and calls refused at both."""
    op, ann, _ = await people(both, lasting)
    async with ann.socket() as one, both.at(0, ann).socket() as other:
        assert (await op.post("/ops/deactivate", id=ann.user_id, on=1))["code"] == 0
        assert [await one.closed(), await other.closed()] == [4401, 4401]
    for number in range(2):
        assert (await both.at(number, ann).post("/user/sessions"))["code"] == -401


async def test_no_operator_anywhere(both, lasting):
    """Who is unmade at one process is refused at the other by the next call, and their pages hear of it."""
    op, ann, _ = await people(both, lasting)
    assert (await op.post("/ops/op", id=ann.user_id, on=1))["code"] == 0
    async with ann.socket() as hers:
        assert (await ann.post("/ops/users"))["code"] == 0
        assert (await op.post("/ops/op", id=ann.user_id, on=0))["code"] == 0
        assert (await ann.post("/ops/users"))["code"] == -403
        assert (await hers.receive(20))["what"] == "updated"


async def test_a_command_beside_them(both, lasting):
    """What is done at a command line is so at every process about a second later."""
    _, ann, bob = await people(both, lasting)
    async with both.at(0, ann).socket() as one, ann.socket() as other:
        told = await admin(lasting, "mute", ann.user_id, "1h")
        async with asyncio.timeout(10):
            for client in (both.at(0, ann), ann):
                while await refused_until(client, bob) != told["muted_until"]:
                    await asyncio.sleep(0.05)
        await admin(lasting, "mute", ann.user_id, "off")
        async with asyncio.timeout(10):
            for client in (both.at(0, ann), ann):
                while await refused_until(client, bob):
                    await asyncio.sleep(0.05)
        await admin(lasting, "deactivate", ann.user_id)
        assert [await one.closed(), await other.closed()] == [4401, 4401]
    acts = await admin(lasting, "audit", "--limit", "3")
    assert [(act["op"], act["what"]) for act in acts] == [(0, "deactivate"), (0, "mute"), (0, "mute")]
