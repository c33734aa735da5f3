"""Deleting one's account: nobody gets in any more, the number is free, and what was said stays."""

import asyncio

import pytest

from actions import groups, leaving, operators, resets
from actions.reviews import answer as decide
from models import accounts, media, reviews, settings, totp
from models.accounts import is_operator
from models.operators import acts
from models.tables import (
    Community,
    Contact,
    Departed,
    Device,
    Favorite,
    FriendRequest,
    JoinRequest,
    Review,
    Sticker,
    Totp,
)
from protocol.clock import now_ms
from protocol.errors import NotFound, Refused
from protocol.messages import Message
from tests import samples
from tests.app import PASSWD, running
from tests.handlers.people import make_operator

MOBILE = "13912345678"


async def friends(app):
    await app.client().register("Op")  # the first, who is the operator
    ann, bo = await app.client().register("Ann", MOBILE), await app.client().register("Bo")
    await ann.post("/contact/addfriend", dstid=bo.user_id)
    return ann, bo


async def test_nobody_gets_in(app):
    """Sessions end with their sockets, the password opens nothing, and the number is free for somebody
    else."""
    ann, bo = await friends(app)
    phone = await app.client().login(MOBILE)
    async with phone.socket() as socket:
        assert (await ann.post("/user/delete", passwd=PASSWD))["code"] == 0
        assert await socket.closed() == 4401
    assert ann.cookies == {}
    assert (await phone.post("/user/sessions"))["code"] == -401
    refused = await app.client().post("/user/login", mobile=MOBILE, passwd=PASSWD)
    assert (refused["code"], refused["msg"]) == (-1, "手机号或密码不正确")
    again = await app.client().register("New", MOBILE)
    assert again.user_id != ann.user_id
    assert (await bo.post("/user/find", mobile=MOBILE))["data"]["nickname"] == "New"


async def test_wrong_password(tmp_path):
    """It takes the password, which is guessed as slowly as ever."""
    async with running(tmp_path, {"limits.enabled": True, "limits.login_burst": 3}) as app:
        ann = await app.client().register()
        codes = [(await ann.post("/user/delete", passwd=f"wrong{n}"))["code"] for n in range(4)]
        assert codes == [-1] * 3 + [-429]
        assert (await ann.post("/user/sessions"))["code"] == 0


async def test_name_and_messages(app):
    """Friends see 已注销 in the place of the name, keep what was said, and can neither write nor add."""
    ann, bo = await friends(app)
    await ann.post_json("/message/send", cmd=10, dstid=bo.user_id, media=1, content="hello")
    async with bo.socket() as socket:
        await ann.post("/user/delete", passwd=PASSWD)
        told = [await socket.receive(20) for _ in range(2)]
        assert [frame["what"] for frame in told] == ["updated", "removed"]
        assert {frame["userid"] for frame in told} == {ann.user_id}
    row = (await bo.post("/user/find", id=ann.user_id))["data"]
    assert (row["nickname"], row["avatar"], row["memo"], row["mobile"]) == ("已注销", "", "", "")
    assert (await bo.post("/contact/loadfriend"))["rows"] == []
    history = await bo.post("/message/history", kind=10, dstid=ann.user_id)
    assert [message["content"] for message in history["rows"]] == ["hello"]
    sent = await bo.post_json("/message/send", cmd=10, dstid=ann.user_id, media=1, content="?")
    assert sent["code"] == -403
    assert (await bo.post("/contact/addfriend", dstid=ann.user_id))["code"] == -1


async def test_groups(app):
    """Who owns a group gives it away first; a member leaves, and the group hears of it."""
    ann, bo = await friends(app)
    group = (await bo.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    await ann.post("/contact/joincommunity", dstid=group)
    refused = await bo.post("/user/delete", passwd=PASSWD)
    assert (refused["code"], refused["msg"]) == (-1, "请先转让或解散您的群")
    assert (await bo.post("/user/sessions"))["code"] == 0
    async with bo.socket() as socket:
        assert (await ann.post("/user/delete", passwd=PASSWD))["code"] == 0
        left = await socket.receive(21)
        assert (left["what"], left["userid"], left["dstid"]) == ("left", ann.user_id, group)
    await bo.post_json("/message/send", cmd=11, dstid=group, media=1, content="still here")


async def test_who_had_asked_to_come_in(app):
    """Nobody lets a deleted account into a group: what it asked for is gone with it."""
    ann, bo = await friends(app)
    group = (await bo.post("/contact/createcommunity", name="Bo's"))["data"]["id"]
    assert (await bo.post("/community/update", dstid=group, join="approve"))["code"] == 0
    asked = await ann.post("/contact/joincommunity", dstid=group)
    assert (await ann.post("/user/delete", passwd=PASSWD))["code"] == 0
    for accept in (1, 0):
        answer = await bo.post("/community/answer", request=asked["data"]["request"], accept=accept)
        assert answer["code"] == -404
    assert [row["id"] for row in (await bo.post("/community/members", dstid=group))["rows"]] == [bo.user_id]


async def test_a_group_that_was_under_way(app, monkeypatch):
    """A group that was being made while the account was closed is nobody's, and so it ends."""
    ann, bo = await friends(app)
    created = asyncio.Event()
    let_go = leaving._let_go_of

    async def late(app, user_id):
        await groups.create(app, user_id, "Late", "", 0, "")
        created.set()
        await let_go(app, user_id)

    monkeypatch.setattr(leaving, "_let_go_of", late)
    assert (await bo.post("/user/delete", passwd=PASSWD))["code"] == 0
    assert created.is_set()
    living = Community.select().where(Community.ownerid == bo.user_id, Community.slot > 0)
    assert await app.services.db.read(living.count) == 0
    mine = Contact.select().where(Contact.ownerid == bo.user_id)
    assert await app.services.db.read(mine.count) == 0


async def test_what_was_kept_goes(app):
    """Stickers, favorites, devices and codes go; files that nobody else shows with them."""
    ann, bo = await friends(app)
    shown, kept, avatar = [(await ann.upload(samples.picture("PNG", (n, 9))))["data"] for n in (7, 8, 9)]
    await ann.post("/user/profile", avatar=avatar)
    sent = await ann.post_json("/message/send", cmd=10, dstid=bo.user_id, media=4, url=shown)
    await ann.post("/sticker/add", url=kept)
    await ann.post("/favorite/add", kind=10, dstid=bo.user_id, id=sent["data"]["id"])
    await ann.post("/user/totp/start")
    await ann.post("/user/delete", passwd=PASSWD)
    for table in (Sticker, Favorite, Device, Totp):
        mine = table.select().where(table.user_id == ann.user_id)
        assert await app.services.db.read(mine.count) == 0, table
    await collect(app)
    codes = [(await bo.get(url)).code for url in (shown, kept, avatar)]
    assert codes == [200, 404, 404]


async def collect(app):
    """What nothing shows is deleted now."""
    from actions import media

    object.__setattr__(app.services.config.uploads, "unattached_seconds", 0)
    await media.collect_unattached(app.services)


async def test_what_waits_is_withdrawn(app):
    """No operator lets a message of a deleted account pass, and what it shows goes."""
    ann, bo = await friends(app)
    url = (await ann.upload(samples.picture("PNG")))["data"]
    note = Message(ann.user_id, bo.user_id, 10, 4, "held", url=url)

    def hold():
        media.attach(ann.user_id, 10**9, url)
        return reviews.hold(note, None, note.digest(), "held", 1).id

    waits, refused = [await app.services.db.write(hold) for _ in range(2)]
    await app.services.db.write(reviews.refuse, 1, refused, 2)
    await ann.post("/user/delete", passwd=PASSWD)
    with pytest.raises(NotFound):
        await decide(app.services, 1, waits, True)
    assert await app.services.db.read(Review.select().count) == 0
    await collect(app)
    assert (await bo.get(url)).code == 404


async def test_deleted_once(app):
    """Of several devices that delete at once one does, and there is nothing left to delete."""
    ann, _ = await friends(app)
    others = [await app.client().login(MOBILE) for _ in range(3)]
    calls = (client.post("/user/delete", passwd=PASSWD) for client in (ann, *others))
    codes = sorted(answer["code"] for answer in await asyncio.gather(*calls))
    assert codes[-1] == 0 and set(codes[:-1]) <= {-1, -401}


async def test_an_operators_account(app):
    """Who deletes it is no operator any more; the last one can't."""
    ann, bo = await friends(app)
    await make_operator(app, ann)
    assert await app.services.db.read(is_operator, ann.user_id)
    await leaving.delete(app.services, ann.user_id, bo.user_id)
    assert not await app.services.db.read(is_operator, ann.user_id)
    with pytest.raises(Exception, match="deleted already"):
        await leaving.delete(app.services, ann.user_id)
    [act, *_], _ = await app.services.db.read(acts, None, 9)
    assert (act["op"], act["what"], act["target"]) == (bo.user_id, "delete", str(ann.user_id))
    with pytest.raises(Exception, match="has to be an operator"):
        await leaving.delete(app.services, 1)


async def test_what_operators_can_not_do_with_it(app):
    """A deleted account becomes no operator, who would be the last one's excuse to go, and gets no link."""
    ann, _ = await friends(app)
    await ann.post("/user/delete", passwd=PASSWD)
    op = app.services
    for deed in (
        operators.make_operator(op, 1, ann.user_id, True),
        operators.deactivate(op, 1, ann.user_id, True),
        resets.make_link(op, ann.user_id, 1),
    ):
        with pytest.raises(Refused, match="deleted"):
            await deed
    with pytest.raises(Exception, match="has to be an operator"):
        await operators.make_operator(op, 1, 1, False)


async def test_what_comes_behind_it(app):
    """A call that was let in before the account was closed gives it no name again, and lets nobody ask it."""
    ann, bo = await friends(app)
    await ann.post("/user/delete", passwd=PASSWD)
    db = app.services.db
    for late in (
        (accounts.update_profile, ann.user_id, {"nickname": "Ann"}),
        (settings.change, ann.user_id, {"approval": "auto", "find": ["mobile"]}),
        (totp.start, ann.user_id, "sealed"),
    ):
        with pytest.raises(Refused, match="deleted"):
            await db.write(*late)
    await db.write(FriendRequest.insert(userid=ann.user_id, dstid=bo.user_id, createat=1, stateat=1).execute)
    await db.write(Departed.update(createat=1).execute)
    assert await leaving.let_go(app.services) == 1
    assert await db.read(FriendRequest.select().count) == 0
    assert (await bo.post("/user/find", id=ann.user_id))["data"]["nickname"] == "已注销"


async def test_a_wish_to_come_into_a_group(app):
    """It ends; one that comes behind it lets nobody in."""
    ann, bo = await friends(app)
    group = (await bo.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    await bo.post("/community/update", dstid=group, join="approve")
    await ann.post("/contact/joincommunity", dstid=group, memo="Ann of number 9")
    [wish] = (await bo.post("/community/requests", dstid=group))["rows"]
    await ann.post("/user/delete", passwd=PASSWD)
    assert (await bo.post("/community/requests", dstid=group))["rows"] == []
    db = app.services.db
    late = JoinRequest.insert(community_id=group, user_id=ann.user_id, createat=now_ms())
    request = await db.write(late.execute)
    answer = await bo.post("/community/answer", request=request, accept=1)
    assert (answer["code"], answer["msg"]) == (-1, "该账号已注销"), (answer, wish)
    assert (await bo.post("/community/members", dstid=group))["total"] == 1


async def test_what_a_stopped_server_has_left(app, monkeypatch):
    """A server that ends in the middle leaves a closed account; whoever keeps house lets go of the rest."""
    ann, bo = await friends(app)
    await ann.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")

    async def stop(app, user_id):
        """In the place of what comes after the account is closed."""

    with monkeypatch.context() as stopped:
        stopped.setattr(leaving, "_let_go_of", stop)
        assert (await ann.post("/user/delete", passwd=PASSWD))["code"] == 0
    assert len((await bo.post("/contact/loadfriend"))["rows"]) == 1
    assert await leaving.let_go(app.services) == 0  # not yet
    monkeypatch.setattr(leaving, "_LATEST_MS", -1)
    assert await leaving.let_go(app.services) == 1
    assert (await bo.post("/contact/loadfriend"))["rows"] == []
    assert await app.services.db.read(Sticker.select().count) == 0
    assert await app.services.db.read(Departed.select().count) == 0


async def test_a_fault_with_one(app, monkeypatch, expect_logs):
    """Whatever is wrong with one deleted account, the others are let go of."""
    people = [await app.client().register(name) for name in ("Op", "Ann", "Bo")]
    for client in people[1:]:
        await client.post("/user/delete", passwd=PASSWD)
    let_go = leaving._let_go_of

    async def fail(app, user_id):
        if user_id == people[1].user_id:
            raise LookupError(user_id)
        await let_go(app, user_id)

    monkeypatch.setattr(leaving, "_LATEST_MS", -1)
    monkeypatch.setattr(leaving, "_let_go_of", fail)
    expect_logs("magpie.leaving", "letting go of account")
    assert await leaving.let_go(app.services) == 1
    left = await app.services.db.read(lambda: [row.user_id for row in Departed.select()])
    assert left == [people[1].user_id]
