"""Who may do what to a group and to whom in it: each act, by each kind of person, to each kind of target."""

import pytest

from tests.handlers.people import text

FAR = 4102444800000  # ms, in 2100
OK, RULE, NO, NONE = 0, -1, -403, -404

#: By whom.
ROLES = ("owner", "admin", "member", "muted", "left", "banned", "outsider")
#: To whom: somebody else of each role.
TARGETS = ("owner", "admin", "member", "muted", "left", "banned", "outsider")

HEADS = (OK, OK, NO, NO, NO, NO, NO)
MEMBERS = (OK, OK, OK, OK, NO, NO, NO)
OWNER = (OK, NO, NO, NO, NO, NO, NO)

#: Acts without a target: the fields, and the answer to each of ROLES.
ALONE = {
    "read": ("/message/history", {"kind": 11}, MEMBERS),
    "info": ("/community/info", {}, (OK,) * 7),
    "list members": ("/community/members", {}, MEMBERS),
    "write": ("/message/send", {"cmd": 11, "media": 1, "content": "x"}, (OK, OK, OK, RULE, NO, NO, NO)),
    "name all": (
        "/message/send",
        {"cmd": 11, "media": 1, "content": "x", "at": [0]},
        (OK, OK, NO, RULE, NO, NO, NO),
    ),
    "rename": ("/community/update", {"name": "Owls"}, HEADS),
    "announce": ("/community/update", {"notice": "at eight"}, HEADS),
    "close": ("/community/update", {"join": "invite"}, HEADS),
    "list requests": ("/community/requests", {}, HEADS),
    "list banned": ("/community/banned", {}, HEADS),
    "mute all": ("/community/mute", {"until": FAR}, HEADS),
    "alias": ("/community/alias", {"nickname": "Al"}, (OK, OK, OK, RULE, NO, NO, NO)),
    "make a link": ("/community/link", {}, MEMBERS),
    "list links": ("/community/links", {}, MEMBERS),
    "leave": ("/community/leave", {}, (RULE, OK, OK, OK, NO, NO, NO)),
    "dissolve": ("/community/dissolve", {}, OWNER),
    "join": ("/contact/joincommunity", {}, (OK, OK, OK, OK, OK, NO, OK)),
}

#: Acts to somebody: for each of ROLES that may at all, the answer for each of TARGETS; all others get NO.
#: Of acts that answer with a row for each of many, the row's code.
TO = {
    "remove": {
        "owner": (NO, OK, OK, OK, NONE, NONE, NONE),
        "admin": (NO, NO, OK, OK, NONE, NONE, NONE),
    },
    "ban": {
        "owner": (NO, OK, OK, OK, OK, OK, OK),
        "admin": (NO, NO, OK, OK, OK, OK, OK),
    },
    "unban": {"owner": (OK,) * 7, "admin": (OK,) * 7},
    "mute": {
        "owner": (NO, OK, OK, OK, NONE, NONE, NONE),
        "admin": (NO, NO, OK, OK, NONE, NONE, NONE),
    },
    "make admin": {"owner": (NO, OK, OK, OK, NONE, NONE, NONE)},
    "make member": {"owner": (NO, OK, OK, OK, NONE, NONE, NONE)},
    "transfer": {"owner": (OK, OK, OK, OK, NONE, NONE, NONE)},
    # They are friends of everybody's.
    "invite": dict.fromkeys(("owner", "admin", "member", "muted"), (OK, OK, OK, OK, OK, NO, OK)),
}

#: The fields of each, with the target's id.
CALLS = {
    "remove": lambda who: ("/community/remove", {"ids": [who]}),
    "ban": lambda who: ("/community/remove", {"ids": [who], "ban": 1}),
    "unban": lambda who: ("/community/unban", {"id": who}),
    "mute": lambda who: ("/community/mute", {"id": who, "until": FAR - 1}),
    "make admin": lambda who: ("/community/role", {"id": who, "role": 2}),
    "make member": lambda who: ("/community/role", {"id": who, "role": 1}),
    "transfer": lambda who: ("/community/transfer", {"id": who}),
    "invite": lambda who: ("/community/invite", {"ids": [who]}),
}


class Village:
    """People, two of each role but the owner's; groups are made anew."""

    async def begin(self, app):
        self.people = {role: await app.client().register(role.title()) for role in ROLES}
        self.others = {role: await app.client().register(f"Other {role}") for role in ROLES[1:]}
        self.others["owner"] = self.people["owner"]
        return self

    async def befriend(self) -> None:
        """All become friends of those who act."""
        everybody = {person.user_id: person for person in (*self.people.values(), *self.others.values())}
        for person in list(self.people.values()):
            for other in everybody.values():
                await person.post("/contact/addfriend", dstid=other.user_id)

    async def group(self) -> int:
        owner = self.people["owner"]
        group = (await owner.post("/contact/createcommunity", name="Birds"))["data"]["id"]
        both = [(role, who) for people in (self.people, self.others) for role, who in people.items()]
        for role, who in both:
            if role not in ("owner", "banned", "outsider"):
                assert (await who.post("/contact/joincommunity", dstid=group))["code"] == 0
        for role, who in both:
            if role == "admin":
                await done(owner, "/community/role", dstid=group, id=who.user_id, role=2)
            elif role == "muted":
                await done(owner, "/community/mute", dstid=group, id=who.user_id, until=FAR)
            elif role == "left":
                await done(who, "/community/leave", dstid=group)
            elif role == "banned":
                await done(owner, "/community/remove", dstid=group, ids=[who.user_id], ban=1)
        return group

    async def end(self, group: int) -> None:
        """So that nobody has too many; whoever owns it now."""
        for person in (*self.people.values(), *self.others.values()):
            await person.post("/community/dissolve", dstid=group)


async def done(who, path, **fields):
    answer = await who.post_json(path, **fields)
    assert answer["code"] == 0, (path, answer)


@pytest.fixture
def village(app, io_loop):
    return io_loop.run_sync(lambda: Village().begin(app))


@pytest.mark.parametrize("act", ALONE)
async def test_what_has_no_target(village, act):
    """Each act by each role, in a group that is as it was."""
    path, fields, codes = ALONE[act]
    group = await village.group()
    for role, code in reversed([*zip(ROLES, codes)]):
        answer = await village.people[role].post_json(path, dstid=group, **fields)
        assert answer["code"] == code, (role, answer)
        if answer["code"] == OK and act in ("close", "mute all", "dissolve"):
            await village.end(group)
            group = await village.group()
    await village.end(group)


@pytest.mark.parametrize("act", TO)
async def test_what_is_done_to_somebody(village, act):
    """Each act by each role to each role. Who may not do it at all is told so whoever it is about."""
    if act == "invite":
        await village.befriend()
    group = await village.group()
    for role in ROLES:
        codes = TO[act].get(role, (NO,) * len(TARGETS))
        for target, code in zip(TARGETS, codes):
            path, fields = CALLS[act](village.others[target].user_id)
            answer = await village.people[role].post_json(path, dstid=group, **fields)
            found = answer["rows"][0]["code"] if answer.get("rows") else answer["code"]
            assert found == code, (role, target, answer)
            if found == OK:  # something is otherwise now
                await village.end(group)
                group = await village.group()
    await village.end(group)


async def test_over_is_over(village):
    """In a dissolved group there is nothing left to do but reading, by anybody."""
    group = await village.group()
    owner, member = village.people["owner"], village.people["member"]
    sent = await member.post_json("/message/send", **text(group, cmd=11))
    await done(owner, "/community/dissolve", dstid=group)
    for act, (path, fields, _) in ALONE.items():
        for role in ("owner", "admin", "member", "muted"):
            code = (await village.people[role].post_json(path, dstid=group, **fields))["code"]
            assert code == (OK if act in ("read", "info", "list members") else NO), (act, role)
    for act, call in CALLS.items():
        path, fields = call(village.others["member"].user_id)
        assert (await owner.post_json(path, dstid=group, **fields))["code"] == NO, act
    place = {"kind": 11, "dstid": group, "id": sent["data"]["id"]}
    for change in ({"cmd": 14}, {"cmd": 15, "content": "y"}, {"cmd": 16, "content": "👍", "amount": 1}):
        assert (await member.post_json("/message/change", **place, **change))["code"] == NO
    assert (await village.people["outsider"].post("/community/info", dstid=group))["code"] == NO - 1
    [row] = [r for r in (await member.post("/message/conversations"))["rows"] if r["kind"] == 11]
    assert (row["left"], row["last"]["media"]) == (1, 90)
    assert group not in [r["id"] for r in (await member.post("/contact/loadcommunity"))["rows"]]


async def test_heads_take_back_and_pin(village):
    """Owner and admins recall and pin; admins recall what ordinary members said, and the muted their own."""
    group = await village.group()
    said = {}
    for role in ("owner", "admin", "member"):
        for n in range(4):
            answer = await village.people[role].post_json("/message/send", **text(group, f"{n}", cmd=11))
            said[role, n] = answer["data"]["id"]

    async def change(role, message, **fields):
        place = {"kind": 11, "dstid": group, "id": said[message]}
        return (await village.people[role].post_json("/message/change", **place, **fields))["code"]

    assert await change("admin", ("member", 0), cmd=14) == OK
    assert await change("admin", ("owner", 0), cmd=14) == NO
    assert await change("owner", ("admin", 0), cmd=14) == OK
    assert await change("member", ("admin", 1), cmd=14) == NO
    assert [await change(role, ("member", 1), cmd=19, amount=1) for role in ("member", "admin")] == [NO, OK]
    member = village.people["member"].user_id
    await done(village.people["owner"], "/community/mute", dstid=group, id=member, until=FAR)
    assert await change("member", ("member", 2), cmd=15, content="y") == RULE
    assert await change("member", ("member", 2), cmd=16, content="👍", amount=1) == RULE
    assert await change("member", ("member", 2), cmd=14) == OK
