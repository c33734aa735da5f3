"""What becomes of two people at one process takes effect at the other, on sockets that are open."""

import asyncio

from tests.cluster.people import friends_at
from tests.handlers.people import text


async def test_blocking(both):
    """Ann blocks Bob at one process: at the other he sees her go, and is not heard typing from that moment,
    though he was a moment ago; and when she ends it, all is as before."""
    ann, bob = await friends_at(both)
    typing = {"cmd": 12, "kind": 10, "dstid": ann.user_id}
    async with ann.socket() as hers, bob.socket() as his:
        assert await his.receive(17) == {"cmd": 17, "userid": ann.user_id, "online": 1}
        await his.send(typing)
        assert (await hers.receive(12))["userid"] == bob.user_id
        assert (await ann.post("/contact/block", dstid=bob.user_id, on=1))["code"] == 0
        assert await his.receive(17) == {"cmd": 17, "userid": ann.user_id, "online": 0}
        await his.send(typing)
        assert (await his.receive(2))["code"] == -403
        await his.send(text(ann, "hi", "1"))
        assert (await his.receive(2))["cid"] == "1"
        for number in range(2):
            assert (await both.at(number, bob).post("/contact/loadfriend"))["rows"][0]["online"] == 0
        assert (await both.at(1, ann).post("/contact/block", dstid=bob.user_id, on=0))["code"] == 0
        assert await his.receive(17) == {"cmd": 17, "userid": ann.user_id, "online": 1}
        await his.send(text(ann, "hi", "1"))
        assert (await hers.receive(10))["content"] == "hi"


async def test_friends_no_more(both):
    """Bob removes Ann at one process: she is not heard typing at the other, her pages hear of it, and
    requests that cross make them friends again."""
    ann, bob = await friends_at(both)
    typing = {"cmd": 12, "kind": 10, "dstid": bob.user_id}
    async with ann.socket() as hers, bob.socket() as his:
        await hers.send(typing)
        assert (await his.receive(12))["userid"] == ann.user_id
        assert (await bob.post("/contact/remove", dstid=ann.user_id))["code"] == 0
        while (await hers.receive(20))["what"] != "removed":
            pass
        await hers.send(typing)
        assert (await hers.receive(2))["code"] == -403
        for client in (ann, bob):
            await client.post("/user/settings", approval="request")
        pairs = ((ann, bob), (bob, ann))
        asked = [client.post("/contact/addfriend", dstid=other.user_id) for client, other in pairs]
        answers = await asyncio.gather(*asked)
        assert sorted(answer["msg"] for answer in answers) == ["好友添加成功", "已发送好友申请"]
        while (await hers.receive(20))["what"] != "accepted":
            pass
        await his.send(text(ann, "hi", "1"))
        assert (await hers.receive(10))["content"] == "hi"
