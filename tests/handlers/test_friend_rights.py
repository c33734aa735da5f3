"""Who may do what to whom: each act, whatever is between the two, by socket and by call.

The actor is Ann; `BETWEEN` says what is between her and Bob, whom she acts upon.
"""

import pytest

from tests.app import running
from tests.handlers.people import text

BETWEEN = (
    "stranger",
    "asked",
    "declined",
    "friend",
    "removed",
    "blocks",
    "blocked",
    "both",
    "blocked stranger",
)
OK, NO, TWICE = 0, -403, -409

#: What she is answered, for each of BETWEEN. Strangers have no chat, so there is no message to change.
WRITING = (NO, NO, NO, OK, NO, NO, NO, NO, NO)
EXPECTED = {
    "message": WRITING,
    "forward": WRITING,
    "typing": WRITING,
    "edit": WRITING,
    "react": WRITING,
    "pin": WRITING,
    "recall": (NO, NO, NO, OK, OK, OK, OK, OK, NO),
    "read": (NO, NO, NO, OK, OK, OK, OK, OK, NO),
    "history": (NO, NO, NO, OK, OK, OK, OK, OK, NO),
    "hide": (NO, NO, NO, OK, OK, OK, OK, OK, NO),
    "find": (OK,) * 9,
    "add": (OK, OK, OK, TWICE, OK, NO, OK, NO, OK),
    "remark": (NO, NO, NO, OK, NO, OK, OK, OK, NO),
    "remove": (OK,) * 9,
    "block": (OK,) * 9,
    "unblock": (OK,) * 9,
    "common": (OK,) * 9,
}
#: Where anybody may write to anybody: what is different then.
STRANGERS = {
    **dict.fromkeys(("message", "forward", "typing"), (OK, OK, OK, OK, OK, NO, NO, NO, NO)),
    **dict.fromkeys(("edit", "react", "pin"), (NO, NO, NO, OK, OK, NO, NO, NO, NO)),
}
CHANGES = {
    "recall": {"cmd": 14},
    "edit": {"cmd": 15, "content": "better"},
    "react": {"cmd": 16, "content": "👍", "amount": 1},
    "pin": {"cmd": 19, "amount": 1},
}


class World:
    """Ann and Bob, with `between` them. Both want to be asked."""

    async def begin(self, app, between):
        self.ann, self.bob = await app.client().register("Ann"), await app.client().register("Bob")
        ann, bob = self.ann, self.bob
        self.note = (await ann.post_json("/message/send", **text(ann)))["data"]["id"]
        self.message = 0
        if between in ("friend", "removed", "blocks", "blocked", "both"):
            await ann.post("/contact/addfriend", dstid=bob.user_id)
            self.message = (await ann.post_json("/message/send", **text(bob)))["data"]["id"]
        for client in (ann, bob):
            await client.post("/user/settings", approval="request")
        if between in ("asked", "declined"):
            request = (await ann.post("/contact/addfriend", dstid=bob.user_id))["data"]["request"]
            if between == "declined":
                assert (await bob.post("/contact/answer", request=request, accept=0))["code"] == 0
        if between == "removed":
            assert (await bob.post("/contact/remove", dstid=ann.user_id))["code"] == 0
        if between in ("blocks", "both"):
            assert (await ann.post("/contact/block", dstid=bob.user_id, on=1))["code"] == 0
        if between in ("blocked", "both", "blocked stranger"):
            assert (await bob.post("/contact/block", dstid=ann.user_id, on=1))["code"] == 0
        return self

    async def act(self, act: str) -> set[int]:
        """The codes of the answers by all doors that there are."""
        ann, bob = self.ann, self.bob.user_id
        place = {"kind": 10, "dstid": bob}
        if act == "message":
            frame = {**text(bob), "cid": "m"}
            called = (await ann.post_json("/message/send", **text(bob)))["code"]
            return {called, await self._frame(frame)}
        if act in CHANGES:
            frame = {**CHANGES[act], **place, "id": self.message or self.note}
            by_frame = await self._frame({**frame, "cid": act})
            return {(await ann.post_json("/message/change", **frame))["code"], by_frame}
        if act == "typing":
            return {await self._frame({"cmd": 12, **place})}
        if act == "forward":
            answer = await ann.post_json(
                "/message/forward", kind=10, dstid=ann.user_id, ids=[self.note], to=[place]
            )
            assert answer["code"] == 0, answer
            return {answer["rows"][0].get("code", 0)}
        route, fields = {
            "read": ("/message/read", {**place, "seq": 1}),
            "history": ("/message/history", place),
            "hide": ("/message/hide", {**place, "ids": [self.message or 1]}),
            "find": ("/user/find", {"id": bob}),
            "add": ("/contact/addfriend", {"dstid": bob}),
            "remark": ("/contact/update", {"dstid": bob, "remark": "Bobby"}),
            "remove": ("/contact/remove", {"dstid": bob}),
            "block": ("/contact/block", {"dstid": bob, "on": 1}),
            "unblock": ("/contact/block", {"dstid": bob, "on": 0}),
            "common": ("/contact/common", {"dstid": bob}),
        }[act]
        return {(await ann.post_json(route, **fields))["code"]}

    async def _frame(self, frame) -> int:
        """The code of its error; 0 when there is none."""
        async with self.ann.socket() as socket:
            await socket.send(frame)
            await socket.send({"cmd": 0})
            code, ended, acked = 0, False, "cid" not in frame
            while not (ended and acked):
                told = await socket.receive()
                ended = ended or told["cmd"] == 0
                if told["cmd"] == 2:
                    code, acked = told["code"], True
                acked = acked or (told["cmd"] == 1)
            return code


@pytest.mark.parametrize("act", EXPECTED)
async def test_each_act(app, act):
    """Whatever is between two people, each act has one answer, by socket and by call."""
    for between, code in zip(BETWEEN, EXPECTED[act]):
        world = await World().begin(app, between)
        assert await world.act(act) == {code}, between


@pytest.mark.parametrize("act", STRANGERS)
async def test_where_strangers_may_write(tmp_path, act):
    """With `contacts.strangers` the same, but for who is blocked, or blocks."""
    async with running(tmp_path, {"contacts.strangers": True}) as app:
        for between, code in zip(BETWEEN, STRANGERS[act]):
            world = await World().begin(app, between)
            assert await world.act(act) == {code}, between


async def test_blocked_and_stranger_are_answered_alike(app):
    """Word for word, so that nobody is told that they are blocked."""
    stranger = await World().begin(app, "stranger")
    for between in ("blocked", "blocked stranger", "removed"):
        world = await World().begin(app, between)
        for route, fields in (
            ("/message/send", {"cmd": 10, "media": 1, "content": "hi"}),
            ("/contact/addfriend", {"memo": "hi"}),
        ):
            answers = []
            for one in (stranger, world):
                answer = await one.ann.post_json(route, **fields, dstid=one.bob.user_id)
                answers.append((answer["code"], answer["msg"], sorted(answer.get("data") or ())))
            assert answers[0] == answers[1], (between, route)
