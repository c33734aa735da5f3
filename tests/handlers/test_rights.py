"""Who may do what to which message: each act, by each kind of person, on each kind of message."""

import pytest

from protocol.declare import Access
from tests.handlers.people import group, text
from tests.routes import api

#: By whom, in a group: the message is the author's, who is an ordinary member. In a single chat there are an
#: author and a peer.
ROLES = ("author", "member", "owner", "stranger")
PAIR = ("author", "peer", "stranger")
OK, NO, NEVER, NONE = 0, -403, -1, -404

#: cmd and fields of each change.
CHANGES = {
    "recall": {"cmd": 14},
    "edit": {"cmd": 15, "content": "better"},
    "react": {"cmd": 16, "content": "👍", "amount": 1},
    "pin": {"cmd": 19, "amount": 1},
}
#: Route, and the field that names the message: "id", "ids" or
#: "seq"; "" for all of the conversation.
CALLS = {
    "edits": ("/message/edits", "id"),
    "reactions": ("/message/reactions", "id"),
    "history": ("/message/history", ""),
    "changes": ("/message/changes", "ver"),
    "get": ("/message/get", "ids"),
    "around": ("/message/around", "seq"),
    "pins": ("/message/pins", ""),
    "mentions": ("/message/mentions", ""),
    "search": ("/message/search", ""),
    "readers": ("/message/readers", "seq"),
    "forward": ("/message/forward", "ids"),
    "look inside": ("/message/record", "id"),
    "no preview": ("/message/preview", "id"),
    "keep": ("/favorite/add", "id"),
    "hide": ("/message/hide", "ids"),
    "hidden": ("/message/hidden", ""),
    "clear": ("/conversation/clear", "seq"),
    "arrange": ("/conversation/set", ""),
    "read": ("/message/read", "seq"),
}
#: Fields that some of them need besides.
MORE = {
    "reactions": {"content": "👍"},
    "arrange": {"muted": 1},
    "search": {"q": "hi"},
    "no preview": {"on": 0},
}
MEMBERS = (OK, OK, OK, NO)
#: What is not for everybody there.
OTHERS = ("readers", "look inside", "no preview")
#: In a group: the answer to each of ROLES.
IN_GROUP = {
    "recall": (OK, NO, OK, NO),
    "edit": (OK, NO, NO, NO),
    "react": MEMBERS,
    "pin": (NO, NO, OK, NO),
    "readers": (OK, NO, NO, NO),
    "no preview": (OK, NO, NO, NO),
    "look inside": (NONE, NONE, NONE, NO),
    **dict.fromkeys((act for act in CALLS if act not in OTHERS), MEMBERS),
}
#: In a single chat: the answer to each of PAIR.
IN_PAIR = {
    "recall": (OK, NO, NO),
    "edit": (OK, NO, NO),
    "react": (OK, OK, NO),
    "pin": (OK, OK, NO),
    "look inside": (NONE, NONE, NO),
    "no preview": (OK, NO, NO),
    **dict.fromkeys((act for act in CALLS if act not in OTHERS), (OK, OK, NO)),
}
#: Where there is little to do, in a group: by whom, and what is answered when the message is recalled, a
#: notice, or hidden by whoever asks.
LITTLE = {
    "recall": ("author", OK, NEVER, OK),
    "edit": ("author", NEVER, NEVER, OK),
    "react": ("member", NEVER, NEVER, OK),
    "pin": ("owner", NEVER, NEVER, OK),
    "no preview": ("author", NEVER, NEVER, OK),
    "edits": ("member", NEVER, OK, NONE),
    "reactions": ("member", OK, OK, NONE),
    "keep": ("member", NONE, OK, NONE),
    "get": ("member", OK, OK, OK),
}


class World:
    """People by their roles, a group and a message in it, and one between two friends."""

    async def begin(self, app):
        self.people = {name: await app.client().register(name) for name in (*ROLES, "peer")}
        author, owner = self.people["author"], self.people["owner"]
        self.room = await group(owner, author, self.people["member"])
        await author.post("/contact/addfriend", dstid=self.people["peer"].user_id)
        self.notice = (await owner.post("/message/history", kind=11, dstid=self.room))["rows"][0]
        async with author.socket() as socket:
            self.said = [await self._say(socket, text(self.room, cmd=11, cid=cid)) for cid in "ab"]
            self.whispered = await self._say(socket, text(self.people["peer"], cid="c"))
        return self

    async def _say(self, socket, message) -> dict:
        await socket.send(message)
        while (told := await socket.receive())["cmd"] != 1:
            pass
        return told

    async def try_it(self, act: str, role: str, kind: int, message: dict) -> set[int]:
        """The codes of the answers by all doors that there are."""
        who = self.people[role]
        dstid = self.room
        if kind == 10:
            dstid = self.people["author" if role != "author" else "peer"].user_id
        place = {"kind": kind, "dstid": dstid}
        if act in CALLS:
            path, name = CALLS[act]
            value = {"id": message["id"], "ids": [message["id"]], "seq": message["seq"], "ver": 0}
            more = {name: value[name]} if name else {}
            more |= MORE.get(act, {})
            more |= {"to": [{"kind": 10, "dstid": who.user_id}]} if act == "forward" else {}
            return {(await who.post_json(path, **place, **more))["code"]}
        frame = {**CHANGES[act], **place, "id": message["id"]}
        called = (await who.post_json("/message/change", **frame))["code"]
        async with who.socket() as socket:
            frame["cid"] = cid = f"{act}-{message['id']}"
            await socket.send(frame)
            while (told := await socket.receive()).get("cid") != cid:
                pass
        return {called, 0 if told["cmd"] == 1 else told["code"]}


@pytest.fixture
def world(app, io_loop):
    return io_loop.run_sync(lambda: World().begin(app))


def test_every_route_is_tried():
    """All that name a conversation are here, but for sending, which has tests of its own."""
    paths = {path for path in api(Access.USER) if path.startswith(("/message/", "/conversation/"))}
    elsewhere = {
        "/message/waiting",
        "/message/withdraw",
        "/message/send",
        "/message/change",
        "/message/conversations",
    }
    assert paths - elsewhere == {path for path, _ in CALLS.values()} - {"/favorite/add"}


@pytest.mark.parametrize("act", [*CHANGES, *CALLS])
async def test_in_a_group(world, act):
    """Each act, by everybody; the owner has another message, as a recall leaves little to do."""
    for role, code in reversed([*zip(ROLES, IN_GROUP[act])]):
        message = world.said[role == "owner"]
        assert await world.try_it(act, role, 11, message) == {code}, role


@pytest.mark.parametrize("act", IN_PAIR)
async def test_between_two(world, act):
    """The same for a message that is between two people."""
    for role, code in reversed([*zip(PAIR, IN_PAIR[act])]):
        assert await world.try_it(act, role, 10, world.whispered) == {code}, role


@pytest.mark.parametrize("act", LITTLE)
async def test_little_to_do(world, act):
    """On what is recalled, on notices, and on what one has hidden oneself."""
    recalled, hidden = world.said
    role, *codes = LITTLE[act]
    assert await world.try_it("recall", "author", 11, recalled) == {OK}
    assert await world.try_it("hide", role, 11, hidden) == {OK}
    found = [await world.try_it(act, role, 11, message) for message in (recalled, world.notice, hidden)]
    assert found == [{code} for code in codes]
