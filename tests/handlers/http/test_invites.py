"""Who may register: anybody, who has an invitation, or nobody. The first account is an operator's."""

import asyncio
import json
import re
import time
from html import unescape

import pytest

from models.accounts import is_operator
from models.tables import Audit, User
from tests.app import PASSWD, running

_numbers = iter(range(13_600_000_000, 13_700_000_000))


async def register(client, **fields):
    return await client.post("/user/register", mobile=str(next(_numbers)), passwd=PASSWD, **fields)


@pytest.fixture
def by_invitation(io_loop, tmp_path):
    """A server where one needs an invitation."""
    context = running(tmp_path, {"auth.register": "invite"})
    yield io_loop.run_sync(context.__aenter__)
    io_loop.run_sync(lambda: context.__aexit__(None, None, None))


async def test_the_first_is_the_operator(app):
    """Whoever installs it registers first and has the operator's rights; nobody else has them. Their own row
    says so, from the first answer on."""
    first, second = app.client(), app.client()
    for client, told in ((first, 1), (second, None)):
        row = (await client.post("/user/register", mobile=str(next(_numbers)), passwd=PASSWD))["data"]
        client.user_id, client.token = row["id"], row["token"]
        own = [row, (await client.post("/user/profile"))["data"]]
        own += [(await client.post("/user/find", id=row["id"]))["data"]]
        assert [each.get("op") for each in own] == [told] * 3
    assert [await app.services.db.read(is_operator, who.user_id) for who in (first, second)] == [True, False]
    assert (await first.post("/ops/invites"))["code"] == 0
    for path in ("/ops/invites", "/ops/invite/list", "/ops/invite/revoke"):
        assert (await second.post(path, id=1))["code"] == -403
        assert (await app.client().post(path, userid=first.user_id, id=1))["code"] == -401


@pytest.mark.parametrize("mode", ["open", "invite", "closed"])
async def test_many_want_to_be_first(tmp_path, mode):
    """Of many at once one becomes the operator; where registration is not open the others are refused."""
    async with running(tmp_path, {"auth.register": mode}) as app:
        answers = await asyncio.gather(*(register(app.client()) for _ in range(8)))
        refused = 0 if mode == "open" else 7
        assert sorted(answer["code"] for answer in answers) == [-403] * refused + [0] * (8 - refused)
        assert await app.services.db.read(User.select().where(User.op == 1).count) == 1


async def test_first_that_failed(tmp_path):
    """An account that came to nothing was not the first."""
    async with running(tmp_path, {"auth.register": "closed"}) as app:
        assert (await register(app.client(), avatar="/mnt/../x"))["code"] == -400
        gone = "/mnt/2026/11/aaaaaaaaaaaaaaaaaaaaaa.png"
        assert (await register(app.client(), avatar=gone))["code"] == 0


@pytest.mark.parametrize("mode", ["open", "invite", "closed"])
async def test_the_page_knows(tmp_path, mode):
    """The shells say who may register, so that the page offers no more; before there is anybody everybody
    may."""

    async def told(app) -> str:
        html = (await app.client().get("/user/register.shtml")).body.decode()
        return json.loads(unescape(re.search(r'<meta name="site" content="([^"]*)">', html)[1]))["register"]

    async with running(tmp_path, {"auth.register": mode}) as app:
        assert await told(app) == "open"
        await app.client().register()
        assert await told(app) == mode


async def test_closed(tmp_path):
    """Nobody registers, whatever they bring; who has an account goes on."""
    async with running(tmp_path, {"auth.register": "closed"}) as app:
        ann = await app.client().register()
        code = (await ann.post("/ops/invites"))["data"]["code"]
        for invite in (None, "", code):
            refused = await register(app.client(), invite=invite)
            assert (refused["code"], refused["msg"]) == (-403, "暂不开放注册")
        await app.client().login(ann.mobile)


async def test_invitation(by_invitation):
    """With a code as many register as it says."""
    ann = await by_invitation.client().register()
    invite = (await ann.post("/ops/invites", uses=2))["data"]
    assert (invite["uses"], invite["used"], invite["until"], invite["userid"]) == (2, 0, 0, ann.user_id)
    assert (await register(by_invitation.client()))["msg"] == "注册需要邀请码"
    assert (await register(by_invitation.client(), invite="nobody"))["code"] == -403
    assert [(await register(by_invitation.client(), invite=invite["code"]))["code"] for _ in range(3)] == [
        0,
        0,
        -403,
    ]
    [listed] = (await ann.post("/ops/invite/list"))["rows"]
    assert listed == {**invite, "used": 2}


async def test_no_use_is_lost(by_invitation):
    """Who can't register leaves the code as it was."""
    ann = await by_invitation.client().register()
    code = (await ann.post("/ops/invites"))["data"]["code"]
    stranger = by_invitation.client()
    taken = await stranger.post("/user/register", mobile=ann.mobile, passwd=PASSWD, invite=code)
    weak = await stranger.post("/user/register", mobile="13911112222", passwd="123456", invite=code)
    assert (taken["code"], weak["code"]) == (-409, -1)
    assert (await register(stranger, invite=code))["code"] == 0


async def test_end_date(by_invitation):
    """After its time a code is nothing; one can't be made for the past."""
    ann = await by_invitation.client().register()
    now = int(time.time() * 1000)
    assert (await ann.post("/ops/invites", until=now - 1))["code"] == -400
    code = (await ann.post("/ops/invites", until=now + 200, uses=5))["data"]["code"]
    await asyncio.sleep(0.3)
    assert (await register(by_invitation.client(), invite=code))["msg"] == "邀请码无效或已用完"


async def test_racers(by_invitation):
    """Many who want the last uses get just these."""
    ann = await by_invitation.client().register()
    code = (await ann.post("/ops/invites", uses=3))["data"]["code"]
    answers = await asyncio.gather(*(register(by_invitation.client(), invite=code) for _ in range(10)))
    assert sorted(answer["code"] for answer in answers) == [-403] * 7 + [0] * 3


async def test_revoked(by_invitation):
    """A code that was taken back is nothing, and all of it is in the audit."""
    ann = await by_invitation.client().register()
    invite = (await ann.post("/ops/invites", uses=9))["data"]
    assert (await ann.post("/ops/invite/revoke", id=invite["id"]))["code"] == 0
    assert (await ann.post("/ops/invite/revoke", id=invite["id"]))["code"] == -404
    assert (await ann.post("/ops/invite/list"))["rows"] == []
    assert (await register(by_invitation.client(), invite=invite["code"]))["code"] == -403
    noted = await by_invitation.services.db.read(
        lambda: [(one.op, one.what, one.target) for one in Audit.select()]
    )
    assert noted == [(ann.user_id, what, str(invite["id"])) for what in ("invite", "invite.revoke")]
