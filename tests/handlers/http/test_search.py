"""/message/search: what is found, by whom, and where it stands."""

import asyncio

from tests.app import running


async def find(client, q, many=None, **fields):
    """The rows that are found, once there are so many; what was just said is found a moment later."""
    for _ in range(200):
        answer = await client.post_json("/message/search", q=q, **fields)
        assert answer["code"] == 0, answer
        if many is None or len(answer["rows"]) == many:
            return answer["rows"]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{many} rows were wanted: {answer['rows']}")


async def test_what_was_said_is_found(migrated_url, tmp_path):
    """A message is found a moment after it was said, by its words and by parts of Chinese ones."""
    async with running(tmp_path / "data", {"database.url": migrated_url}) as app:
        ann, bob, eve = [await app.client().register(name) for name in ("ann", "bob", "eve")]
        await ann.post("/contact/addfriend", dstid=bob.user_id)
        said = await ann.post(
            "/message/send", cmd=10, dstid=bob.user_id, media=1, content="明天一起吃饭吗? Zebra"
        )
        await ann.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content="notes on 吃的")
        [row] = await find(bob, "吃饭", 1)
        assert row["id"] == said["data"]["id"]
        assert (row["kind"], row["dstid"], row["highlight"]) == (10, ann.user_id, [[4, 6]])
        assert len(await find(ann, "吃", 2)) == 2
        assert [row["dstid"] for row in await find(ann, "吃")] == [ann.user_id, bob.user_id]
        assert len(await find(ann, "zeb 明天")) == 1
        assert await find(eve, "吃饭") == [] == await find(ann, "吃饭 not")


async def test_what_was_passed_on_is_found(app):
    """A copy of a message is found where it went, as what was said there is."""
    ann = await app.client().register("ann")
    bob = await app.client().register("bob")
    await ann.post("/contact/addfriend", dstid=bob.user_id)
    notes = {"kind": 10, "dstid": ann.user_id}
    said = await ann.post("/message/send", cmd=10, dstid=ann.user_id, media=1, content="明天一起吃饭吗?")
    to = [{"kind": 10, "dstid": bob.user_id}]
    await ann.post_json("/message/forward", **notes, ids=[said["data"]["id"]], to=to)
    [row] = await find(bob, "吃饭", 1)
    assert (row["dstid"], row["fwd"]) == (ann.user_id, ann.user_id)
