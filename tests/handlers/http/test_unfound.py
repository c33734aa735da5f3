"""Who does not want to be found is not shown by way of another list either."""

import pytest

from tests.app import PASSWD, running
from tests.handlers.people import text


async def unseen(app):
    """Somebody whom no stranger finds, and a stranger."""
    ann, eve = await app.client().register("Ann"), await app.client().register("Eve")
    await ann.post_json("/user/settings", find=[])
    assert (await eve.post("/user/find", id=ann.user_id))["code"] == -404
    return ann, eve


async def block(client, user, on=1) -> int:
    return (await client.post("/contact/block", dstid=user.user_id, on=on))["code"]


async def ban(client, group, *users) -> list[int]:
    """The codes of the answer, and the list of the banned has those who have 0."""
    ids = [user.user_id for user in users]
    answer = await client.post_json("/community/remove", dstid=group, ids=ids, ban=1)
    codes = [row["code"] for row in answer["rows"]]
    listed = (await client.post("/community/banned", dstid=group))["rows"]
    assert {row["id"] for row in listed} == {row["id"] for row in answer["rows"] if row["code"] == 0}
    return codes


async def blocked(client) -> list[str]:
    return [row["nickname"] for row in (await client.post("/contact/blocked"))["rows"]]


async def test_by_blocking(app):
    """Blocking numbers, one after the other, tells nobody who has them; who has asked is known, and so is
    whom one blocks already."""
    ann, eve = await unseen(app)
    nobody = await eve.post("/contact/block", dstid=9_999_999, on=1)
    assert await eve.post("/contact/block", dstid=ann.user_id, on=1) == nobody and nobody["code"] == -404
    assert (await block(eve, ann, on=0), await blocked(eve)) == (0, [])
    await eve.post("/user/settings", approval="request")
    await ann.post("/contact/addfriend", dstid=eve.user_id)
    assert ([await block(eve, ann) for _ in range(2)], await blocked(eve)) == ([0, 0], ["Ann"])


async def test_by_blocking_who_has_written(tmp_path):
    """Who is written to by somebody whom nobody finds can block them; not who wrote to them."""
    async with running(tmp_path, {"contacts.strangers": True}) as app:
        ann, eve = await unseen(app)
        await eve.post_json("/message/send", **text(ann))
        assert await block(eve, ann) == -404
        await ann.post_json("/message/send", **text(eve))
        assert (await block(eve, ann), await blocked(eve)) == (0, ["Ann"])


async def test_by_banning(app):
    """Nor does banning them from a group that they were never in; who asks to come in, or was in, can be
    banned."""
    ann, eve = await unseen(app)
    bob = await app.client().register("Bob")
    group = (await eve.post("/contact/createcommunity", name="Birds"))["data"]["id"]
    assert await ban(eve, group, ann, bob) == [-404, 0]
    await eve.post("/community/unban", dstid=group, id=bob.user_id)
    await eve.post("/community/update", dstid=group, join="approve")
    await ann.post("/contact/joincommunity", dstid=group)
    assert await ban(eve, group, ann) == [0]
    await eve.post("/community/unban", dstid=group, id=ann.user_id)
    await eve.post("/community/update", dstid=group, join="open")
    await ann.post("/contact/joincommunity", dstid=group)
    assert await ban(eve, group, ann) == [0]


@pytest.mark.parametrize("way", ["deleted", "deactivated"])
async def test_who_is_gone(app, way):
    """A number of nobody who is there any more is one of nobody, but for who has heard of them."""
    op, eve = await app.client().register("Op"), await app.client().register("Eve")
    ann = await app.client().register("Ann")
    if way == "deactivated":
        await op.post("/ops/deactivate", id=ann.user_id, on=1)
        assert await block(eve, ann) == -404
    else:
        await ann.post("/user/delete", passwd=PASSWD)
        assert (await block(eve, ann), await blocked(eve)) == (0, ["已注销"])
