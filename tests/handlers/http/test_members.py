"""/community/members: who is in a group, told to members, in pages and by name."""


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
