"""/community/members: who is in a group, told to members, in pages and by name."""

from protocol.clock import now_ms


async def _group(app):
    """A group of five, and somebody who is outside."""
    people = [
        await app.client().register(name, f"1370000001{number}")
        for number, name in enumerate(("Olga", "Ann", "Bo", "ännchen", "Annika", "Eve"))
    ]
    group = (await people[0].post("/contact/createcommunity", name="Birds"))["data"]["id"]
    for person in people[1:5]:
        await person.post("/contact/joincommunity", dstid=group)
    return people, group


async def test_owner_first_then_by_joining_in_pages(app):
    """Each page goes on behind the last row of the one before; nobody's number is shown."""
    people, group = await _group(app)
    ids = [person.user_id for person in people]
    first = await people[2].post("/community/members", dstid=group, limit=3)
    assert [row["id"] for row in first["rows"]] == ids[:3]
    assert [row["role"] for row in first["rows"]] == [3, 1, 1]
    assert first["data"]["more"] == 1
    assert {row["mobile"] for row in first["rows"]} == {""}
    assert all(row["joinedat"] > 0 for row in first["rows"])
    rest = await people[2].post("/community/members", dstid=group, limit=3, after=ids[2])
    assert [row["id"] for row in rest["rows"]] == ids[3:5]
    assert rest["data"]["more"] == 0


async def test_by_a_part_of_the_name(app):
    """Whatever its case; signs mean themselves."""
    people, group = await _group(app)
    found = await people[0].post("/community/members", dstid=group, q="ANN")
    assert [row["nickname"] for row in found["rows"]] == ["Ann", "Annika"]
    found = await people[0].post("/community/members", dstid=group, q="ANN", limit=1)
    assert ([row["nickname"] for row in found["rows"]], found["data"]["more"]) == (["Ann"], 1)
    found = await people[0].post("/community/members", dstid=group, q="ANN", after=found["data"]["next"])
    assert ([row["nickname"] for row in found["rows"]], found["data"]["more"]) == (["Annika"], 0)
    found = await people[0].post("/community/members", dstid=group, q="Änn", limit=1)
    assert ([row["nickname"] for row in found["rows"]], found["data"]["more"]) == (["ännchen"], 0)
    assert (await people[0].post("/community/members", dstid=group, q="%"))["rows"] == []


async def test_for_members_only(app):
    """Whoever is outside is told of nobody; a group that is none has no members, and a page begins at one."""
    people, group = await _group(app)
    assert (await people[5].post("/community/members", dstid=group))["code"] == -403
    assert (await people[0].post("/community/members", dstid=group + 1))["code"] == -404
    assert (await people[0].post("/community/members", dstid=group, after=people[5].user_id))["code"] == -404


async def test_these_alone(app):
    """In the order in which they were asked for; who is outside, or has left, has no row."""
    people, group = await _group(app)
    ids = [person.user_id for person in people]
    await people[3].post_json("/community/leave", dstid=group)
    asked = [ids[4], ids[5], ids[3], ids[0]]
    found = await people[2].post_json("/community/members", dstid=group, ids=asked)
    assert [row["id"] for row in found["rows"]] == [ids[4], ids[0]]
    assert found["data"] == {"more": 0, "next": 0}
    for other in ({"q": "x"}, {"after": ids[0]}, {"muted": 1}):
        answer = await people[2].post_json("/community/members", dstid=group, ids=asked, **other)
        assert answer["code"] == -400, other
    for wrong in ([], [*range(1, 52)]):
        assert (await people[2].post_json("/community/members", dstid=group, ids=wrong))["code"] == -400
    assert (await people[5].post_json("/community/members", dstid=group, ids=asked))["code"] == -403


async def test_the_muted_alone(app, monkeypatch):
    """In pages and by name; whoever's time is over is muted no more, in no row. A member knows of themselves
    and of all from the group's own row."""
    people, group = await _group(app)
    owner, ann, bo, umlaut, annika, _ = people
    until = now_ms() + 60_000
    for late, who in enumerate((ann, umlaut, annika)):
        await owner.post_json("/community/mute", dstid=group, id=who.user_id, until=until + late)
    await owner.post_json("/community/mute", dstid=group, until=until + 9)

    async def muted(**fields):
        found = await bo.post_json("/community/members", dstid=group, muted=1, **fields)
        return [(row["nickname"], row["muted_until"]) for row in found["rows"]], found["data"]

    found, data = await muted(limit=2)
    assert found == [("Ann", until), ("ännchen", until + 1)]
    assert data == {"more": 1, "next": umlaut.user_id}
    assert await muted(after=umlaut.user_id) == ([("Annika", until + 2)], {"more": 0, "next": 0})
    assert (await muted(q="ANN"))[0] == [("Ann", until), ("Annika", until + 2)]
    assert await _bars(ann, group) == [(1, until + 9, until)] * 2
    assert await _bars(bo, group) == [(1, until + 9, 0)] * 2

    monkeypatch.setattr("actions.groups.now_ms", lambda: until + 1)
    monkeypatch.setattr("models.groups.now_ms", lambda: until + 9)
    assert await muted() == ([("Annika", until + 2)], {"more": 0, "next": 0})
    rows = (await bo.post_json("/community/members", dstid=group))["rows"]
    assert [row["muted_until"] for row in rows] == [0, 0, 0, 0, until + 2]
    assert await _bars(ann, group) == [(0, 0, 0), (1, until + 9, 0)]


async def _bars(who, group):
    """Of the group's row in the caller's list, and of the one that is asked for alone."""
    listed = (await who.post_json("/contact/loadcommunity"))["rows"]
    alone = (await who.post_json("/community/info", dstid=group))["data"]
    return [(row["muted"], row["all_muted_until"], row["muted_until"]) for row in (*listed, alone)]


async def test_who_is_muted_has_no_other_voice(app):
    """An admin whom the owner mutes announces nothing, renames nothing and shows no picture; nobody who is
    muted tells the group anything by what they are called there. What says nothing goes on, and all of it
    when the mute ends, or only all the others are muted."""
    (olga, ann, bo, *_), group = await _group(app)
    await olga.post("/community/role", dstid=group, id=ann.user_id, role=2)
    until = now_ms() + 3_600_000
    said = (
        (ann, "/community/update", {"notice": "hear me"}),
        (ann, "/community/update", {"name": "hear me"}),
        (ann, "/community/update", {"memo": "hear me"}),
        (ann, "/community/update", {"icon": "/asset/seen.png"}),
        (ann, "/community/alias", {"nickname": "hear me"}),
        (bo, "/community/alias", {"nickname": "hear me"}),
    )
    for person in (ann, bo):
        await olga.post("/community/mute", dstid=group, id=person.user_id, until=until)
    for person, path, fields in said:
        answer = await person.post(path, dstid=group, **fields)
        assert (answer["code"], answer.get("data")) == (-1, {"until": until}), fields
    for person, path, fields in (
        (ann, "/community/update", {"join": "approve", "notice": ""}),
        (bo, "/community/alias", {"nickname": ""}),
    ):
        assert (await person.post(path, dstid=group, **fields))["code"] == 0
    for person in (ann, bo):
        await olga.post("/community/mute", dstid=group, id=person.user_id, until=0)
    await olga.post("/community/mute", dstid=group, until=until)
    for person, path, fields in said:
        assert (await person.post(path, dstid=group, **fields))["code"] == 0
