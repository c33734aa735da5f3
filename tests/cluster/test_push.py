"""Two processes push what is said at either of them once, and know who looks at the other one."""

import asyncio

from tests.cluster.cluster import cluster
from tests.cluster.people import friends_at
from tests.gateway import send
from tests.handlers.people import group, waiting


async def test_once_and_to_nobody_who_looks(postgresql, makers, tmp_path, io_loop):
    """A message is pushed once, wherever it was said; not while its reader looks at another process; and a
    log-out at one process ends what was subscribed at the other."""
    env = {f"MAGPIE_{name.upper().replace('.', '_')}": value for name, value in makers.settings.items()}
    env["MAGPIE_PUSH_ALLOW"] = ",".join(makers.settings["push.allow"])
    name = postgresql.create()
    async with cluster(tmp_path / "data", postgresql.url(name), "postgresql", **env) as two:
        ann, bob = await friends_at(two)
        keys = [(await two.at(at, ann).post("/push/key"))["data"]["key"] for at in (0, 1)]
        assert keys[0] == keys[1]
        phone = await makers.browser(bob)
        room = await group(ann, bob)
        for at in (0, 1):
            await send(two.at(at, ann), bob, f"from {at}")
        await phone.nothing_but("from 0", "from 1")
        async with bob.socket() as socket:
            await socket.send({"cmd": 18, "kind": 10, "dstid": ann.user_id})
            await waiting(socket)
            for at in (0, 1):
                await send(two.at(at, ann), bob, "on the screen")
                await send(two.at(at, ann), room, f"elsewhere {at}", cmd=11)
            await phone.nothing_but("Ann: elsewhere 0", "Ann: elsewhere 1")
        await two.at(0, bob).post("/user/logout")
        await send(ann, bob, "nobody")
        marker = await makers.browser(await two.client(1).login(bob.mobile))
        await send(ann, bob, "marker")
        await marker.pushed()
        assert phone.requests == 4
    await asyncio.sleep(0)
    postgresql.drop(name)
