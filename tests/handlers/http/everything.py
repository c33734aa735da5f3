"""Everything that people and operators do, once each, in all the ways it can be asked for."""

import asyncio
import random

import pyotp

from actions import operators, packets, recovery
from actions.resets import make_link
from models import previews, push
from models.tables import RedPacket
from protocol.clock import now_ms
from tests import samples
from tests.app import PASSWD, PATIENCE, App, Client
from tests.gateway import b64
from tests.handlers.http.moderated import moderate
from tests.handlers.http.test_isolation import ATTEMPTS, World
from tests.handlers.people import make_operator
from tests.handlers.socket.walk import Walk
from tests.outgoing.test_webpush import POINT


async def do_everything(app: App) -> None:
    """Every route, walks of everything that is done to messages, and each way of asking for a list."""
    world = await World().begin(app)
    ann, bo, eve = world.people
    [session] = (await bo.post("/user/sessions"))["rows"]
    nowhere = "https://127.0.0.1/bo", POINT, b64(b"a" * 16), "zh"
    await app.services.db.write(push.subscribe, bo.user_id, session["id"], *nowhere, now_ms())
    walk = Walk(random.Random(7), world.group, [ann, ann, bo, bo])
    for _ in range(3):
        await walk.go()
    await walk.compare()
    await moderate(app, ann, bo, {"kind": 11, "dstid": world.group})
    await ann.upload(samples.picture("PNG"))
    for path in ATTEMPTS.keys() - {"/user/logout", "/user/revoke", "/user/passwd"}:
        for fields, _ in ATTEMPTS[path] if not path.startswith("/community/") else ():
            single = fields.get("kind", fields.get("cmd")) == 10
            dst = {"dstid": bo.user_id if single else world.group} if "dstid" in fields else {}
            await ann.post(path, **world.filled(fields) | dst)
    await _do_more(app, world)
    await _head_a_group(world)
    await _operate(app, ann, bo, eve)
    await _come_in(app, ann)
    await ann.post("/user/revoke")


async def _head_a_group(world: World) -> None:
    """All that is done to a group, by its owner, and what somebody does who comes and goes."""
    ann, bo, eve = world.people
    group = (await ann.post("/contact/createcommunity", name="Bees"))["data"]["id"]
    here, him = {"dstid": group}, {"id": bo.user_id}
    link = (await ann.post("/community/link", **here, uses=5))["data"]

    async def done(who, path, **fields):
        answer = await who.post_json(f"/community/{path}", **{**here, **fields})
        assert answer["code"] == 0, (path, answer)
        return answer.get("rows") or []

    await done(ann, "invite", ids=[bo.user_id])
    await done(ann, "update", name="Wasps", notice="at eight", join="approve", icon="/asset/i.png")
    for who in (ann, bo, eve):
        await done(who, "info")
    await done(eve, "info", link=link["code"], dstid=None)
    request = (await eve.post("/contact/joincommunity", **here, memo="please"))["data"]["request"]
    await done(ann, "requests")
    await done(ann, "requests", before=request + 1)
    await done(ann, "answer", request=request, accept=1)
    await done(eve, "leave")
    assert (await eve.post("/message/history", kind=11, dstid=group))["code"] == -403
    for fields in ({}, {"after": 1}):
        assert (await eve.post("/message/conversations", **fields))["code"] == 0
    assert (await eve.post("/contact/joincommunity", link=link["code"]))["code"] == 0
    await done(ann, "remove", ids=[eve.user_id], ban=1)
    await done(ann, "banned")
    await done(ann, "banned", after=eve.user_id)
    await done(ann, "unban", id=eve.user_id)
    await done(ann, "role", **him, role=2)
    for fields in (him, {}):
        await done(ann, "mute", **fields, until=4102444800000)
        assert (await bo.post_json("/message/send", cmd=11, **here, media=1, content="x"))["code"] in (0, -1)
        await done(ann, "mute", **fields, until=0)
    await done(bo, "alias", nickname="Bobby")
    await done(ann, "members", q="bob")
    await done(ann, "members", muted=1)
    await done(ann, "members", ids=[bo.user_id])
    await done(ann, "links")
    await done(ann, "unlink", link=link["id"])
    await done(ann, "transfer", **him)
    await done(bo, "dissolve")


async def _do_more(app: App, world: World) -> None:
    """What is newer, in all ways: settings, finding people and messages, chat records."""
    ann, bo, eve = world.people
    single, room = {"kind": 10, "dstid": bo.user_id}, {"kind": 11, "dstid": world.group}

    async def done(who, path, **fields):
        answer = await who.post_json(path, **fields)
        assert answer["code"] == 0, (path, answer)
        return answer.get("rows") or []

    for number in range(2):
        await app.services.db.write(previews.claim, f"https://a.example/{number}", now_ms())
        await app.services.db.write(previews.learn, f"https://a.example/{number}", None, number)
    assert await app.services.db.write(previews.forget, now_ms())
    for who, other in ((ann, bo), (bo, ann)):
        await done(who, "/contact/block", dstid=other.user_id, on=1)
        await done(who, "/contact/blocked")
        await done(who, "/contact/remove", dstid=other.user_id)
        await done(who, "/user/settings", approval="request", find=["id"])
    for who, other in ((ann, bo), (bo, ann)):
        await done(who, "/contact/block", dstid=other.user_id, on=0)
    dora = await app.client().register("Dora")
    for accept in (0, 1):
        asked = await dora.post("/contact/addfriend", dstid=ann.user_id, memo="hi")
        await done(ann, "/contact/answer", request=asked["data"]["request"], accept=accept)
    for who, other in ((ann, bo), (bo, ann)):
        await done(who, "/contact/addfriend", dstid=other.user_id)  # which crosses
        requests = await done(who, "/contact/requests")
        await done(who, "/contact/requests", before=requests[0]["id"])
        await done(who, "/contact/common", dstid=other.user_id)
    await done(ann, "/contact/update", dstid=bo.user_id, remark="B")
    for read, online in ((0, 0), (1, 1), (0, 1)):
        await done(bo, "/user/settings", read=read, online=online, approval="none", find=["id"])
        for who in (ann, bo):
            await done(who, "/message/conversations")
            await done(who, "/message/conversations", after=1)
    for fields in ({"id": ann.user_id}, {"mobile": ann.mobile}):
        for who in (bo, eve):
            await who.post_json("/user/find", **fields)
    await done(ann, "/contact/search", q="bo")
    later = {"cmd": 11, "dstid": world.group, "media": 1, "content": "later", "sendat": now_ms() + 86_400_000}
    for number in range(3):
        await done(ann, "/schedule/add", **later, cid=f"later{number}")
    for fields in ({}, room, {"after": 1}, {**room, "after": 1}):
        some = await done(ann, "/schedule/list", **fields)
    await done(ann, "/schedule/update", id=some[0]["id"], content="much later", sendat=later["sendat"] + 1)
    await done(ann, "/schedule/remove", id=some[0]["id"])
    await done(ann, "/schedule/now", id=some[1]["id"])
    for content in ("at eight", "at nine", ""):
        await done(ann, "/draft/set", **room, content=content, at=[bo.user_id])
    for fields in ({}, {"after": 1}):
        await done(ann, "/draft/list", **fields)
    members = await done(ann, "/community/members", dstid=world.group)
    await done(ann, "/community/members", dstid=world.group, after=members[0]["id"], limit=1)
    said = [await ann.post_json("/message/send", cmd=11, dstid=world.group, media=1, content="zebra 斑马")]
    said += [await ann.post_json("/message/send", cmd=10, dstid=bo.user_id, media=1, content="zebra")]
    ids = [answer["data"]["id"] for answer in said]
    for number, merge in enumerate((0, 1, 1, 0)):  # a record, and one in which it stands
        sent = {"ids": ids[:1] if number else ids, "to": [single, room], "merge": merge, "cid": f"f{number}"}
        copies = await done(ann, "/message/forward", **room, **sent)
        assert await done(ann, "/message/forward", **room, **sent) == copies
        ids.insert(0, next(row["id"] for row in copies if row["kind"] == 11))
    await done(ann, "/message/record", **room, id=ids[1])
    await done(ann, "/message/record", **room, id=ids[1], within=[0], after=1)
    await done(ann, "/favorite/add", **room, id=ids[1])
    await ann.post_json("/message/change", cmd=14, **room, id=ids[1])
    await done(ann, "/favorite/list", q="zebra")
    async with asyncio.timeout(PATIENCE):
        while len(await done(ann, "/message/search", q="zebra")) < 2:
            await asyncio.sleep(0.02)
    for mode in ("lucky", "equal"):
        put = {"amount": 5, "count": 2, "mode": mode, "cid": mode}
        for _ in range(2):
            packet = (await ann.post_json("/redpacket/send", **room, **put))["data"]["id"]
        for who in (ann, bo, bo):
            await done(who, "/redpacket/open", id=packet)
        await done(bo, "/redpacket/info", id=packet)
    await done(ann, "/redpacket/send", **single, amount=5)
    await done(ann, "/wallet/entries")
    await done(ann, "/wallet/entries", before=3)
    expire = RedPacket.update(expires=1).where(RedPacket.id == int(world.ids["{packet}"]))
    await app.services.db.write(expire.execute)
    await packets.give_back_expired(app.services)
    filters = {"from": ann.user_id}, {"media": 1}, {"since": 1}, {"until": 2**53 - 1}, {"limit": 1}
    await done(ann, "/message/search", q="zebra", before=ids[-1])
    for q in ("z", "zebra", "斑", "斑马", "zebra 斑马 z"):
        for where in ({}, single, room):
            for fields in ({}, *filters, dict(item for one in filters for item in one.items())):
                await done(ann, "/message/search", q=q, **where, **fields)


async def _operate(app: App, ann: Client, bo: Client, eve: Client) -> None:
    """What operators ask for and decide."""
    await make_operator(app, ann)
    for route in ("/ops/users", "/ops/groups"):
        for q in ("", "7", "1370", "+861370", "b", "斑"):
            for after in (None, bo.user_id):
                await ann.post(route, q=q, after=after)
    for on in (1, 0):
        for path in ("/ops/mute", "/ops/op", "/ops/deactivate", "/ops/user", "/ops/sessions/close"):
            answer = await ann.post(path, id=eve.user_id, on=on, until=on * 2**50)
            assert answer["code"] == 0, (path, answer)
    for before in (None, 3):
        await ann.post("/ops/audit", before=before)
    await operators.read_again(app.services)
    await recovery.catch_up(app.services, lost=False)


async def _come_in(app: App, ann: Client) -> None:
    """Codes, links and invitations."""
    screen = app.client()
    code = (await screen.post("/user/qr/new"))["data"]["code"]
    for path in ("scan", "approve", "poll"):
        await ann.post(f"/user/qr/{path}", code=code)
    for path in ("/ops/invites", "/ops/invite/list"):
        await ann.post(path)
    await ann.post("/ops/invite/list", before=9)
    await ann.post("/ops/invite/revoke", id=1)
    secret = (await ann.post("/user/totp/start"))["data"]["secret"]
    confirmed = await ann.post("/user/totp/confirm", code=pyotp.TOTP(secret).now())
    for code in ("000000", "A" * 16, confirmed["data"]["recovery"][0]):
        await screen.post("/user/login", mobile=ann.mobile, passwd=PASSWD, code=code)
    assert (await ann.post("/user/totp/off", code=confirmed["data"]["recovery"][1]))["code"] == 0
    token = (await make_link(app.services, ann.user_id)).split("#")[1]
    await screen.post("/user/reset", token=token, new=PASSWD)
    await ann.login(ann.mobile)
    eve = await app.client().register()
    await eve.upload(samples.picture("PNG"))
    await eve.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")
    await eve.post("/contact/addfriend", dstid=ann.user_id)
    await eve.post_json("/message/send", cmd=10, dstid=ann.user_id, media=1, content="x")
    await eve.fetch("/user/export", f"userid={eve.user_id}".encode())
    await eve.post("/user/delete", passwd=PASSWD)
