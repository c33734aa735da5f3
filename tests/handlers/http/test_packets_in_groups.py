"""Red packets where groups change: who comes later, leaves, is muted; a group that is dissolved."""

from actions.packets import give_back_expired
from models.tables import RedPacket
from tests.app import running
from tests.handlers.http.test_packets import WELCOME, balance, info, open_it, send, sent, three  # noqa: F401
from tests.handlers.people import group, waiting


async def latecomer(app, owner, room, history):
    """Somebody who comes into the group, and with `history` sees what was before."""
    assert (await owner.post("/community/update", dstid=room, history=history))["code"] == 0
    late = await app.client().register("Late")
    await late.post("/contact/joincommunity", dstid=room)
    return late


async def test_who_comes_later(three, app):  # noqa: F811
    """Who can't read what was said before they came can't open it; who can, can."""
    ann, bob, _, room = three
    packet = await sent(ann, room, 100, 5)
    late = await latecomer(app, ann, room, history=0)
    for path in ("/redpacket/open", "/redpacket/info"):
        assert (await late.post(path, id=packet))["code"] == -403
    assert (await open_it(late, await sent(bob, room, 10, 2)))["amount"]
    later = await latecomer(app, ann, room, history=1)
    assert (await open_it(later, packet))["amount"]


async def test_newcomers_hear_nothing_of_older_ones(three, app):  # noqa: F811
    """Who can't see a packet is not told who opens it, either."""
    ann, bob, cy, room = three
    packet = await sent(ann, room, 100, 5)
    late = await latecomer(app, ann, room, history=0)
    async with cy.socket() as there, late.socket() as outside:
        await open_it(bob, packet)
        assert [frame["cmd"] for frame in await waiting(there)] == [24]
        assert await waiting(outside) == []
        await open_it(cy, await sent(ann, room, 10, 2))
        assert [frame["cmd"] for frame in await waiting(outside)] == [11, 24]


async def test_who_leaves_or_is_muted(three):  # noqa: F811
    """Who has left gets nothing any more; who is muted sends none, but opens what others have sent."""
    ann, bob, cy, room = three
    packet = await sent(ann, room, 100, 5)
    assert (await cy.post("/community/leave", dstid=room))["code"] == 0
    assert (await cy.post("/redpacket/open", id=packet))["code"] == -403
    assert (await send(cy, room, 10, 2))["code"] == -403
    muted = await ann.post("/community/mute", dstid=room, until=2**52)
    assert muted["code"] == 0, muted
    assert (await send(bob, room, 10, 2))["code"] == -1
    assert await balance(bob) == WELCOME
    assert (await open_it(bob, packet))["amount"]


async def test_a_dissolved_group(three, app):  # noqa: F811
    """Nobody sends there any more; what is left comes back to whoever sent it."""
    ann, bob, _, room = three
    packet = await sent(bob, room, 100, 4, mode="equal")
    await open_it(ann, packet)
    assert (await ann.post("/community/dissolve", dstid=room))["code"] == 0
    assert (await send(bob, room, 10, 2))["code"] == -403
    assert (await info(bob, packet))["left"] == 75
    await app.services.db.write(RedPacket.update(expires=1).where(RedPacket.id == packet).execute)
    assert await give_back_expired(app.services) == 1
    assert await balance(bob) == WELCOME - 25


async def test_what_packets_store_is_counted(tmp_path):
    """Who sends packets of many shares fills the database no faster than who writes long messages."""
    limits = {"limits.enabled": True, "limits.stored_kib_burst": 64, "limits.stored_kib_rate": 0.001}
    async with running(tmp_path, limits) as app:
        ann = await app.client().register("Ann")
        room = await group(ann)
        codes = [(await send(ann, room, 100, 100))["code"] for _ in range(3)]
        assert codes == [0, -429, -429]
        assert (await ann.post("/message/send", cmd=11, dstid=room, media=1, content="hi"))["code"] == 0
