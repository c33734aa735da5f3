"""Users × routes: whoever calls, and whatever they name, nobody acts for another or reads what is another's.

The gate's own tests try every kind of credential. Here each user calls every route with a credential that is
theirs and good, and names somebody else's things.
"""

import pytest
from tornado.httpclient import HTTPClientError

from protocol.clock import now_ms
from protocol.declare import Access
from tests.app import PASSWD
from tests.routes import api

NAMES = ("Ann", "Bo", "Eve")
#: What only Ann and Bo may read.
SECRETS = ("between friends", "in the group", "13700000001", "13700000002", "half a sentence", "good morning")

#: For every route of a named user, what Eve, who is nobody's friend and in no group, may try; and the answer.
#: `{…}` stands for an id of Ann's.
ATTEMPTS = {
    "/user/logout": [({}, 0)],
    "/user/sessions": [({}, 0)],
    "/user/revoke": [({"session": "{session}"}, -404), ({}, 0)],
    "/user/sessions/confirm": [({"session": "{session}"}, -404)],
    "/user/totp": [({"id": "{user}"}, 0)],
    "/user/totp/start": [({"id": "{user}"}, 0)],
    "/user/totp/confirm": [({"id": "{user}", "code": "000000"}, -1)],
    "/user/totp/off": [({"id": "{user}", "code": "000000"}, -1)],
    "/user/qr/scan": [({"code": "x"}, -404)],
    "/user/qr/approve": [({"code": "x", "id": "{user}"}, -404)],
    "/user/delete": [({"id": "{user}", "passwd": "wrong123"}, -1)],
    "/user/profile": [
        ({"id": "{user}", "nickname": "Eve too", "mobile": "13700000001", "passwd": "x" * 9}, 0)
    ],
    "/user/passwd": [({"id": "{user}", "mobile": "13700000001", "old": PASSWD, "new": "another1"}, 0)],
    "/user/settings": [({"id": "{user}", "online": 0, "read": 0, "approval": "none", "find": "[]"}, 0)],
    "/contact/addfriend": [({"dstid": "{user}", "dstobj": "{user}"}, 0)],
    "/contact/requests": [({"dstid": "{user}"}, 0), ({"before": "{request}"}, -404)],
    "/contact/answer": [
        ({"request": "{request}", "accept": 1}, -404),
        ({"request": "{asked}", "accept": 1}, -404),
    ],
    "/contact/update": [({"dstid": "{user}", "remark": "x"}, -403)],
    "/contact/remove": [({"dstid": "{user}"}, 0)],
    "/contact/block": [({"dstid": "{user}", "on": 1}, 0), ({"dstid": "{user}", "on": 0}, 0)],
    "/contact/blocked": [({"dstid": "{user}"}, 0)],
    "/contact/common": [({"dstid": "{user}"}, 0)],
    "/contact/loadfriend": [({"dstid": "{user}", "id": "{user}"}, 0)],
    "/contact/friend": [({"dstid": "{user}", "id": "{user}"}, 0)],
    "/contact/search": [({"q": "Ann", "dstid": "{user}"}, 0), ({"q": "Birds"}, 0)],
    "/contact/createcommunity": [({"name": "Eve's", "id": "{group}", "dstid": "{group}"}, 0)],
    "/contact/loadcommunity": [({"dstid": "{user}", "id": "{group}"}, 0)],
    "/contact/community": [({"dstid": "{user}", "id": "{group}"}, 0)],
    "/contact/joincommunity": [({"dstid": "{group}"}, 0)],
    "/community/info": [({"dstid": "{group}"}, 0), ({"link": "x"}, -404)],
    "/community/update": [({"dstid": "{group}", "name": "Eve's", "notice": "x", "join": "open"}, -403)],
    "/community/members": [({"dstid": "{group}"}, -403)],
    "/community/invite": [({"dstid": "{group}", "ids": "[{user}]"}, -403)],
    "/community/requests": [({"dstid": "{group}"}, -403)],
    "/community/answer": [
        ({"request": "{joining}", "accept": 1}, -403),
        ({"request": 99, "accept": 1}, -404),
    ],
    "/community/leave": [({"dstid": "{group}"}, -403)],
    "/community/remove": [({"dstid": "{group}", "ids": "[{user}]", "ban": 1}, -403)],
    "/community/unban": [({"dstid": "{group}", "id": "{user}"}, -403)],
    "/community/banned": [({"dstid": "{group}"}, -403)],
    "/community/role": [({"dstid": "{group}", "id": "{user}", "role": 1}, -403)],
    "/community/transfer": [({"dstid": "{group}", "id": "{user}"}, -403)],
    "/community/mute": [
        ({"dstid": "{group}", "id": "{user}", "until": 4102444800000}, -403),
        ({"dstid": "{group}", "until": 4102444800000}, -403),
    ],
    "/community/alias": [({"dstid": "{group}", "nickname": "Eve"}, -403)],
    "/community/dissolve": [({"dstid": "{group}"}, -403)],
    "/community/link": [({"dstid": "{group}"}, -403)],
    "/community/links": [({"dstid": "{group}"}, -403)],
    "/community/unlink": [({"dstid": "{group}", "link": "{link}"}, -403)],
    "/message/send": [
        ({"cmd": 10, "dstid": "{user}", "media": 1, "content": "x"}, -403),
        ({"cmd": 11, "dstid": "{group}", "media": 1, "content": "x"}, -403),
        ({"cmd": 11, "dstid": "{group}", "media": 90, "content": "x"}, -403),
    ],
    "/message/conversations": [({"dstid": "{user}"}, 0)],
    "/message/history": [({"kind": 10, "dstid": "{user}"}, -403), ({"kind": 11, "dstid": "{group}"}, -403)],
    "/message/changes": [
        ({"kind": 10, "dstid": "{user}", "ver": 0}, -403),
        ({"kind": 11, "dstid": "{group}", "ver": 0}, -403),
    ],
    "/message/get": [
        ({"kind": 10, "dstid": "{user}", "ids": "[1]"}, -403),
        ({"kind": 11, "dstid": "{group}", "ids": "[1]"}, -403),
    ],
    "/message/around": [({"kind": 10, "dstid": "{user}", "seq": 1}, -403)],
    "/message/mentions": [({"kind": 11, "dstid": "{group}"}, -403)],
    "/message/readers": [({"kind": 11, "dstid": "{group}", "seq": 1}, -403)],
    "/message/search": [
        ({"q": "between friends"}, 0),
        ({"q": "group", "kind": 10, "dstid": "{user}"}, -403),
        ({"q": "group", "kind": 11, "dstid": "{group}"}, -403),
        ({"q": "x", "before": "{message}"}, -404),
        ({"q": "between", "from": "{user}"}, 0),
    ],
    "/message/change": [
        ({"cmd": 14, "kind": 10, "dstid": "{user}", "id": "{message}"}, -403),
        ({"cmd": 15, "kind": 10, "dstid": "{user}", "id": "{message}", "content": "x"}, -403),
        ({"cmd": 16, "kind": 10, "dstid": "{user}", "id": "{message}", "content": "x", "amount": 1}, -403),
        ({"cmd": 19, "kind": 10, "dstid": "{user}", "id": "{message}", "amount": 1}, -403),
    ],
    "/message/edits": [({"kind": 10, "dstid": "{user}", "id": "{message}"}, -403)],
    "/message/reactions": [({"kind": 10, "dstid": "{user}", "id": "{message}", "content": "x"}, -403)],
    "/message/preview": [({"kind": 10, "dstid": "{user}", "id": "{message}", "on": 0}, -403)],
    "/message/pins": [({"kind": 11, "dstid": "{group}"}, -403)],
    "/message/forward": [
        ({"kind": 10, "dstid": "{user}", "ids": "[{message}]", "to": "{to}"}, -403),
        ({"kind": 11, "dstid": "{group}", "ids": "[{message}]", "to": "{to}", "merge": 1}, -403),
        ({"favorite": "{favorite}", "to": "{to}"}, 0),
    ],
    "/message/record": [
        ({"kind": 10, "dstid": "{user}", "id": "{record}"}, -403),
        ({"kind": 11, "dstid": "{group}", "id": "{record}"}, -403),
        ({"favorite": "{favorite}"}, -404),
    ],
    "/schedule/add": [
        ({"cmd": 10, "dstid": "{user}", "media": 1, "content": "x", "sendat": "{tomorrow}"}, -403),
        ({"cmd": 11, "dstid": "{group}", "media": 1, "content": "x", "sendat": "{tomorrow}"}, -403),
        ({"cmd": 11, "dstid": "{group}", "media": 90, "content": "x", "sendat": "{tomorrow}"}, -403),
    ],
    "/schedule/list": [({}, 0), ({"kind": 10, "dstid": "{user}"}, 0)],
    "/schedule/update": [({"id": "{schedule}", "content": "x"}, -404)],
    "/schedule/remove": [({"id": "{schedule}"}, -404)],
    "/schedule/now": [({"id": "{schedule}"}, -404)],
    "/draft/set": [
        ({"kind": 10, "dstid": "{user}", "content": "x"}, -403),
        ({"kind": 11, "dstid": "{group}", "content": "x", "rev": 0}, -403),
    ],
    "/draft/list": [({"dstid": "{user}"}, 0), ({"after": 0}, 0)],
    "/favorite/add": [({"kind": 10, "dstid": "{user}", "id": "{message}"}, -403)],
    "/favorite/list": [({}, 0)],
    "/favorite/remove": [({"favorite": "{favorite}"}, -404)],
    "/sticker/add": [({"url": "/mnt/2026/11/aaaaaaaaaaaaaaaaaaaaaa.png"}, -404)],
    "/sticker/list": [({}, 0)],
    "/sticker/remove": [({"id": "{sticker}"}, -404)],
    "/message/read": [
        ({"kind": 10, "dstid": "{user}", "seq": 9}, -403),
        ({"kind": 11, "dstid": "{group}", "seq": 9}, -403),
    ],
    "/message/hide": [
        ({"kind": 10, "dstid": "{user}", "ids": "[1]"}, -403),
        ({"kind": 11, "dstid": "{group}", "ids": "[1]"}, -403),
    ],
    "/message/hidden": [({"kind": 10, "dstid": "{user}"}, -403), ({"kind": 11, "dstid": "{group}"}, -403)],
    "/conversation/set": [
        ({"kind": 10, "dstid": "{user}", "pinned": 1}, -403),
        ({"kind": 11, "dstid": "{group}", "muted": 1}, -403),
    ],
    "/wallet/balance": [({"id": "{user}"}, 0)],
    "/wallet/entries": [({"id": "{user}"}, 0)],
    "/redpacket/send": [
        ({"kind": 10, "dstid": "{user}", "amount": 5}, -403),
        ({"kind": 11, "dstid": "{group}", "amount": 5, "count": 2}, -403),
    ],
    "/push/key": [({}, 0)],
    "/push/subscribe": [({"endpoint": "https://127.0.0.1/x", "p256dh": "x", "auth": "x"}, -400)],
    "/push/unsubscribe": [({"endpoint": "https://93.184.215.14/ann"}, 0)],
    "/redpacket/open": [({"id": "{packet}"}, -403)],
    "/redpacket/info": [({"id": "{packet}"}, -403)],
    "/conversation/clear": [
        ({"kind": 10, "dstid": "{user}", "seq": 9}, -403),
        ({"kind": 11, "dstid": "{group}", "seq": 9}, -403),
    ],
    "/message/waiting": [({"kind": 10, "dstid": "{user}"}, 0)],
    "/message/withdraw": [({"review": 1}, -404)],
    "/report/add": [
        ({"what": "message", "kind": 11, "dstid": "{group}", "id": "{message}", "reason": "x"}, -403),
        ({"what": "message", "kind": 10, "dstid": "{user}", "id": "{message}", "reason": "x"}, -403),
    ],
}


class World:
    """Ann and Bo, who are friends, share a group and have written to each other, and Eve, a stranger."""

    async def begin(self, app):
        self.people = [
            await app.client().register(name, f"1370000000{number}") for number, name in enumerate(NAMES, 1)
        ]
        self.ann, self.bo, self.eve = self.people
        await self.ann.post("/contact/addfriend", dstid=self.bo.user_id)
        self.group = (await self.ann.post("/contact/createcommunity", name="Birds"))["data"]["id"]
        await self.bo.post("/contact/joincommunity", dstid=self.group)
        for kind, dstid, content in ((10, self.bo.user_id, SECRETS[0]), (11, self.group, SECRETS[1])):
            sent = await self.ann.post_json("/message/send", cmd=kind, dstid=dstid, media=1, content=content)
        await self.ann.post("/draft/set", kind=10, dstid=self.bo.user_id, content=SECRETS[4])
        tomorrow = now_ms() + 86_400_000
        later = {"cmd": 10, "dstid": self.bo.user_id, "media": 1, "content": SECRETS[5], "sendat": tomorrow}
        schedule = (await self.ann.post_json("/schedule/add", **later))["data"]["id"]
        session = (await self.ann.post("/user/sessions"))["rows"][0]["id"]
        self.ids = {"{user}": self.ann.user_id, "{group}": self.group, "{session}": session}
        self.ids |= {"{tomorrow}": tomorrow, "{schedule}": schedule}
        self.ids["{message}"] = sent["data"]["id"]
        self.ids["[{message}]"] = f"[{sent['data']['id']}]"
        self.ids["{to}"] = f'[{{"kind": 11, "dstid": {self.group}}}]'
        merged = {"kind": 11, "dstid": self.group, "ids": [sent["data"]["id"]], "merge": 1}
        to = [{"kind": 11, "dstid": self.group}]
        record = await self.ann.post_json("/message/forward", **merged, to=to)
        self.ids["{record}"] = record["rows"][0]["id"]
        keep = {"kind": 11, "dstid": self.group, "id": sent["data"]["id"]}
        self.ids["{favorite}"] = (await self.ann.post("/favorite/add", **keep))["data"]["id"]
        sticker = await self.ann.post("/sticker/add", url="/asset/stickers/magpie/hello.webp")
        self.ids["{sticker}"] = sticker["data"]["id"]
        await self.bo.post("/user/settings", approval="request")
        other = await app.client().register("Fay")
        await other.post("/user/settings", approval="request")
        asked = await other.post("/contact/addfriend", dstid=self.bo.user_id, memo=SECRETS[2])
        self.ids["{asked}"] = asked["data"]["request"]
        asked = await self.ann.post("/contact/addfriend", dstid=other.user_id, memo=SECRETS[3])
        self.ids["{request}"] = asked["data"]["request"]
        put = {"kind": 11, "dstid": self.group, "amount": 10, "count": 3}
        self.ids["{packet}"] = (await self.ann.post("/redpacket/send", **put))["data"]["id"]
        self.ids["{link}"] = (await self.ann.post("/community/link", dstid=self.group))["data"]["id"]
        self.ids["[{user}]"] = f"[{self.ann.user_id}]"
        trees = (await self.ann.post("/contact/createcommunity", name="Trees"))["data"]["id"]
        assert (await self.ann.post("/community/update", dstid=trees, join="approve"))["code"] == 0
        self.ids["{joining}"] = (await self.bo.post("/contact/joincommunity", dstid=trees))["data"]["request"]
        return self

    async def seen_by(self, client):
        """Everything a user sees as theirs."""
        return [
            await client.post("/user/find", id=client.user_id),
            [row["id"] for row in (await client.post("/user/sessions"))["rows"]],
            await client.post("/contact/loadfriend"),
            await client.post("/contact/requests"),
            await client.post("/contact/blocked"),
            await client.post("/contact/loadcommunity"),
            (await client.post("/message/conversations"))["rows"],
            await client.post("/wallet/balance"),
            (await client.post("/draft/list"))["rows"],
            (await client.post("/schedule/list"))["rows"],
        ]

    def filled(self, fields):
        """Fields with the ids of Ann's things."""
        return {name: self.ids.get(value, value) for name, value in fields.items()}


@pytest.fixture
def world(app, io_loop):
    return io_loop.run_sync(lambda: World().begin(app))


def test_every_route_is_tried():
    """A new route comes with the attempts that a stranger might make on it."""
    assert sorted(ATTEMPTS) == sorted(set(api(Access.USER)) - {"/user/export"})  # has tests of its own


@pytest.mark.parametrize("path", ATTEMPTS)
async def test_stranger_reaches_nothing(world, path):
    """A stranger who names another's things by their ids changes nothing of theirs and reads nothing."""
    ann, bo, eve = world.people
    before = [await world.seen_by(client) for client in (ann, bo)]
    for fields, code in ATTEMPTS[path]:
        answer = await eve.post(path, **world.filled(fields))
        assert answer["code"] == code, answer
        assert not [secret for secret in SECRETS if secret in str(answer)]
    if path not in ("/contact/addfriend", "/contact/joincommunity"):  # those two are seen by the other side
        assert [await world.seen_by(client) for client in (ann, bo)] == before
    await ann.login(ann.mobile)  # the password is the old one


@pytest.mark.parametrize("path", ATTEMPTS)
async def test_each_acts_for_oneself_alone(world, path):
    """Of all pairs of caller and named user, only a user's own credential for that user is let in."""
    if path in ("/user/logout", "/user/revoke"):
        fields = {"session": 10**9} if path == "/user/revoke" else {}
    else:
        fields = world.filled(ATTEMPTS[path][0][0]) | {"dstid": 10**9, "old": "wrong123"}
    for caller in world.people:
        for named in world.people:
            for name in ("userid", "ownerid"):
                if caller is named and path == "/user/logout":
                    continue  # it would be let in, and be gone for the next
                answer = await caller.post(path, **{**fields, name: named.user_id})
                assert (answer["code"] == -401) == (caller is not named), (path, answer)


@pytest.mark.parametrize("path", api(Access.OPERATOR))
async def test_operators_alone(world, path):
    """What operators do nobody else does, by whatever session."""
    fields = {"id": world.ann.user_id, "userid": world.eve.user_id}
    assert (await world.eve.post(path, **fields))["code"] == -403
    assert (await world.eve.post(path, **fields | {"userid": world.ann.user_id}))["code"] == -401


async def test_uploads_are_made_for_oneself(world):
    """Nobody fills another's quota."""
    answer = await world.eve.upload(b"\x89PNG", userid=world.ann.user_id)
    assert answer["code"] == -401


async def test_sockets_are_opened_for_oneself(world):
    """A token opens its own user's socket only, and a frame's author is the session's user."""
    ann, bo, eve = world.people
    eve.user_id, eves_id = ann.user_id, eve.user_id
    with pytest.raises(HTTPClientError, match="403"):
        await eve.socket().open()
    eve.user_id = eves_id
    async with eve.socket() as forger, bo.socket() as friend:
        await forger.send({"cmd": 10, "userid": ann.user_id, "dstid": bo.user_id, "media": 1, "content": "x"})
        assert (await forger.receive())["code"] == -403
        await friend.send({"cmd": 0})
        assert (await friend.receive())["cmd"] == 0
    async with bo.socket() as forger, ann.socket() as friend:
        await forger.send({"cmd": 10, "userid": eves_id, "dstid": ann.user_id, "media": 1, "content": "y"})
        received = await friend.receive()
        assert (received["userid"], received["content"]) == (bo.user_id, "y")


async def test_strangers_hear_nothing(world):
    """What two friends or a group say reaches no socket of a stranger."""
    ann, bo, eve = world.people
    async with eve.socket() as socket:
        await ann.post_json("/message/send", cmd=10, dstid=bo.user_id, media=1, content="psst")
        await ann.post_json("/message/send", cmd=11, dstid=world.group, media=1, content="psst")
        await ann.post("/message/read", kind=11, dstid=world.group, seq=2)
        await socket.send({"cmd": 0})
        assert (await socket.receive())["cmd"] == 0
