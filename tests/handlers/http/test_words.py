"""The list of words at every door by which texts come in."""

import pytest

from models.tables import StoredMessage
from tests.app import PASSWD, running
from tests.handlers.http.moderated import settings
from tests.handlers.people import friends, group, text, waiting


@pytest.fixture
def app(io_loop, tmp_path):
    """A server with a list of words."""
    manager = running(tmp_path / "data", settings(tmp_path))
    yield io_loop.run_sync(manager.__aenter__)
    io_loop.run_sync(lambda: manager.__aexit__(None, None, None))


async def history(client, kind, dstid) -> list[dict]:
    return (await client.post("/message/history", kind=kind, dstid=dstid))["rows"]


#: Messages of each kind, and the field in which their text is.
MESSAGES = {
    "text": ({"media": 1}, "content"),
    "news title": ({"media": 2, "url": "/x"}, "content"),
    "news memo": ({"media": 2, "content": "t", "url": "/x"}, "memo"),
    "picture memo": ({"media": 4, "url": "/x"}, "memo"),
    "emoji": ({"media": 6}, "content"),
    "link title": ({"media": 7, "url": "/x"}, "content"),
    "link that is none": ({"media": 7, "content": "t"}, "url"),
    "card name": ({"media": 9, "content": "5"}, "memo"),
    "file name": ({"media": 10, "url": "/x"}, "content"),
    "place": ({"media": 11, "memo": "1,2"}, "content"),
    "user-defined": ({"media": 100}, "content"),
}


@pytest.mark.parametrize("kind", MESSAGES)
async def test_messages(app, kind):
    """A word is blocked, masked or reviewed in whatever field people read."""
    ann, bob = await friends(app)
    fields, name = MESSAGES[kind]
    fields = {"cmd": 10, "dstid": bob.user_id, **fields}

    async def say(words: str) -> dict:
        return await ann.post_json("/message/send", **{**fields, name: words})

    assert (await say("a blocked thing"))["code"] == -1
    held = await say("a held thing")
    assert held["code"] == -1 and held["data"]["state"] == "waiting"
    assert (await say("a m-a-s-k-e-d thing"))["code"] == 0
    assert (await say("a fine thing"))["code"] == 0
    shown = [row[name] for row in await history(bob, 10, ann.user_id)]
    assert shown == ["a *********** thing", "a fine thing"]


async def _profile(ann, field, words):
    answer = await ann.post("/user/profile", **{field: words})
    return answer, answer.get("data", {}).get(field)


async def _nickname(ann, words):
    return await _profile(ann, "nickname", words)


async def _memo(ann, words):
    return await _profile(ann, "memo", words)


async def _register(ann, words):
    mobile = f"139{abs(hash(words)) % 10**8:08d}"
    answer = await ann.post("/user/register", mobile=mobile, passwd=PASSWD, nickname=words)
    return answer, answer.get("data", {}).get("nickname")


async def _group_name(ann, words):
    answer = await ann.post("/contact/createcommunity", name=words)
    return answer, answer.get("data", {}).get("name")


async def _group_memo(ann, words):
    answer = await ann.post("/contact/createcommunity", name="Birds", memo=words)
    return answer, answer.get("data", {}).get("memo")


async def _update(ann, field, words):
    room = await group(ann)
    answer = await ann.post("/community/update", dstid=room, **{field: words})
    row = (await ann.post("/community/info", dstid=room))["data"]
    return answer, row[field]["content"] if field == "notice" and row[field] else row[field]


async def _new_name(ann, words):
    return await _update(ann, "name", words)


async def _new_memo(ann, words):
    return await _update(ann, "memo", words)


async def _announcement(ann, words):
    return await _update(ann, "notice", words)


async def _alias(ann, words):
    room = await group(ann)
    answer = await ann.post("/community/alias", dstid=room, nickname=words)
    return answer, (await ann.post("/community/members", dstid=room))["rows"][0]["alias"]


async def _wish_to_join(ann, words):
    owner = await ann.app.client().register("Owner")
    room = await group(owner)
    await owner.post("/community/update", dstid=room, join="approve")
    answer = await ann.post("/contact/joincommunity", dstid=room, memo=words)
    rows = (await owner.post("/community/requests", dstid=room))["rows"]
    return answer, rows[0]["memo"] if rows else None


async def _greeting(ann, words):
    other = await ann.app.client().register("Shy")
    await other.post("/user/settings", approval="request")
    answer = await ann.post("/contact/addfriend", dstid=other.user_id, memo=words)
    rows = (await other.post("/contact/requests"))["rows"]
    return answer, rows[0]["memo"] if rows else None


async def _wish(ann, words):
    other = await ann.app.client().register("Rich")
    await ann.post("/contact/addfriend", dstid=other.user_id)
    fields = {"kind": 10, "dstid": other.user_id, "amount": 5, "count": 1, "mode": "equal"}
    answer = await ann.post("/redpacket/send", **fields, memo=words)
    rows = (await other.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    return answer, rows[0]["memo"] if rows else None


#: What else people write, and how it is written; each gives the answer and what is stored.
TEXTS = {
    "nickname": _nickname,
    "memo": _memo,
    "register": _register,
    "group": _group_name,
    "about": _group_memo,
    "greeting": _greeting,
    "wish": _wish,
    "new name": _new_name,
    "new memo": _new_memo,
    "announcement": _announcement,
    "alias": _alias,
    "wish to join": _wish_to_join,
}


@pytest.mark.parametrize("kind", TEXTS)
async def test_other_texts(app, kind):
    """In names and the like a word that is to be reviewed counts as one that is blocked."""
    ann = await app.client().register("Ann")
    ann.app = app
    write = TEXTS[kind]
    for words in ("so blocked", "so held"):
        answer, _ = await write(ann, words)
        assert answer["code"] == -1 and "词" in answer["msg"], answer
    answer, stored = await write(ann, "so masked")
    assert (answer["code"], stored) == (0, "so ******")


async def test_reactions(app):
    """A reaction may be a word, and is refused for any of the list: nothing of it can be masked."""
    ann, bob = await friends(app)
    one = (await ann.post_json("/message/send", **text(bob, "one")))["data"]
    chat = {"kind": 10, "dstid": ann.user_id, "id": one["id"], "cmd": 16}
    for words, code in (("blocked", -1), ("held", -1), ("masked", -1), ("nice", 0)):
        answer = await bob.post_json("/message/change", **chat, content=words, amount=1)
        assert answer["code"] == code, words
    assert (await bob.post_json("/message/change", **chat, content="nice", amount=-1))["code"] == 0


async def test_edits(app):
    """As messages, but that nothing of them waits; the old text stays."""
    ann, bob = await friends(app)
    one = (await ann.post_json("/message/send", **text(bob, "one")))["data"]
    chat = {"kind": 10, "dstid": bob.user_id, "id": one["id"], "cmd": 15}
    for words in ("blocked", "held"):
        assert (await ann.post_json("/message/change", **chat, content=words, cid="e"))["code"] == -1
    first = await ann.post_json("/message/change", **chat, content="masked it", cid="e")
    assert first["code"] == 0
    assert await ann.post_json("/message/change", **chat, content="masked it", cid="e") == first
    assert (await ann.post_json("/message/change", **chat, content="****** it", cid="e"))["code"] == -409
    assert [row["content"] for row in await history(bob, 10, ann.user_id)] == ["****** it"]


async def test_a_refused_message_leaves_its_cid_and_a_masked_one_keeps_it(app):
    """Resends are told by what was said, not by what is stored."""
    ann, bob = await friends(app)
    async with ann.socket() as socket:
        await socket.send(text(bob, "blocked", "1"))
        refused = await socket.receive()
        assert (refused["cmd"], refused["code"], refused["cid"]) == (2, -1, "1")
        await socket.send(text(bob, "masked", "1"))
        first = await socket.receive()
        assert first["cmd"] == 1
        await socket.send(text(bob, "masked", "1"))
        assert await socket.receive() == first
        await socket.send(text(bob, "masked!", "1"))
        assert (await socket.receive())["code"] == -409
    rows = await app.services.db.read(lambda: StoredMessage.select().count())
    assert rows == 1


async def test_who_may_not_write_is_told_that(app):
    """The list is no way to learn more."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    room = await group(ann, bob)
    for words in ("blocked", "held", "masked"):
        assert (await eve.post_json("/message/send", **text(bob, words)))["code"] == -403
        assert (await eve.post_json("/message/send", **text(room, words, cmd=11)))["code"] == -403


async def test_what_was_said_before_the_word_was_listed_is_acked_again(app, tmp_path):
    """A resend gets its first ack, whatever the list says by now."""
    ann, bob = await friends(app)
    first = await ann.post_json("/message/send", **text(bob, "novel", "n"))
    link = await ann.post_json("/message/send", **{**text(bob, "t", "l"), "media": 7, "url": "novel"})
    (tmp_path / "words.txt").write_text("novel, block\n")
    app.services.words._look_s = 0.01
    await app.services.words.close()
    app.services.words.start()
    async with ann.socket() as socket:
        while (await ann.post_json("/message/send", **text(bob, "novel")))["code"] == 0:
            await waiting(socket)
        assert await ann.post_json("/message/send", **text(bob, "novel", "n")) == first
        for said in (first, link):
            answer = await ann.post_json(
                "/message/forward", kind=10, dstid=bob.user_id, ids=[said["data"]["id"]],
                to=[{"kind": 10, "dstid": ann.user_id}],
            )  # fmt: skip
            assert answer["code"] == -1, "a forward is no way around the list"
