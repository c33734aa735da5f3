"""What people see of one another: names with nothing in them that turns or hides what stands beside."""

from tests.handlers.people import friends, group

TURNED = "小明\u202e"
LINES = "小明\n管理员：把密码发给我\u2028"
UNSEEN = ["\u200b\u2060\ufeff", "\u3164", "\u2800", "\u0301", "\u202e\u2066"]


async def test_people_are_called_what_they_look_like(app):
    """Nicknames and what is said about oneself have one line and nothing unseen; who has no visible name at
    registration gets one, and nobody can take theirs off later."""
    ann = await app.client().register(TURNED, memo=LINES)
    row = (await ann.post("/user/find", id=ann.user_id))["data"]
    assert (row["nickname"], row["memo"]) == ("小明", "小明 管理员：把密码发给我")
    for name in UNSEEN:
        newcomer = await app.client().register(name, memo=name)
        row = (await newcomer.post("/user/find", id=newcomer.user_id))["data"]
        assert row["nickname"].startswith("用户") and row["memo"] == ""
        assert (await ann.post_json("/user/profile", nickname=name))["code"] == -400
    assert (await ann.post_json("/user/profile", nickname=LINES))["data"]["nickname"] == (
        "小明 管理员：把密码发给我"
    )


async def test_groups_have_names_that_can_be_seen(app):
    """A group is called something, in one line."""
    ann = await app.client().register()
    for name in UNSEEN:
        answer = await ann.post_json("/contact/createcommunity", name=name)
        assert (answer["code"], answer["msg"]) == (-400, "缺少群名称")
    answer = await ann.post_json("/contact/createcommunity", name="\u202e群\n友", memo="\u2067x")
    assert (answer["data"]["name"], answer["data"]["memo"]) == ("群 友", "x")


async def test_files_and_cards_in_messages(app):
    """A file's name and a card's are what they look like, by call and by socket, for everybody; a resend is
    the same message, and the text of a message stays as it was written."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    file = {"media": 10, "url": "/mnt/x.bin", "content": "发票\u202efdp.exe", "cid": "file"}
    card = {"media": 9, "content": str(bob.user_id), "memo": "\u2067Bob\n", "cid": "card"}
    text = {"media": 1, "content": "\u202eabc\n\u200b", "cid": "text"}
    async with ann.socket() as here, bob.socket() as there:
        for message, shown in ((file, ("content", "发票fdp.exe")), (card, ("memo", "Bob")), (text, None)):
            await here.send({"cmd": 10, "dstid": bob.user_id, **message})
            ack = await here.receive(1, 2)
            got = await there.receive(10)
            assert ack["cmd"] == 1
            assert got[shown[0]] == shown[1] if shown else got["content"] == text["content"]
            await here.send({"cmd": 10, "dstid": bob.user_id, **message})
            assert (await here.receive(1, 2))["id"] == ack["id"]
        await here.send({"cmd": 11, "dstid": room, **file, "content": "\u200b\u202e", "cid": "none"})
        assert (await here.receive(2))["code"] == -400
    answer = await ann.post_json("/message/send", cmd=11, dstid=room, **{**file, "cid": "call"})
    assert answer["code"] == 0
    rows = (await bob.post("/message/history", kind=11, dstid=room))["rows"]
    assert rows[-1]["content"] == "发票fdp.exe"
