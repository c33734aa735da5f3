"""/message/search: what is found, by whom, and where it stands."""

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import contacts, favorites, roster, search
from protocol.search import SearchMessages
from tests.app import PATIENCE, running
from tests.handlers.people import friends, group, text
from tests.search import pairs

#: Before the end of all times.
EVER = search.Place(2**53 - 1, 0, 0)


async def find(client, q, many=None, **fields):
    """The rows that are found, once there are so many; what was just said is found a moment later."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await client.post_json("/message/search", q=q, **fields)
            assert answer["code"] == 0, answer
            if many is None or len(answer["rows"]) == many:
                return answer["rows"]
            await asyncio.sleep(0.02)


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


async def test_what_is_changed_is_found_as_it_is(app):
    """After an edit a message is found by its new words, after a recall, hiding or clearing no more."""
    ann, bob = await friends(app)
    ids = [(await ann.post_json("/message/send", **text(bob, f"zebra {n}")))["data"]["id"] for n in range(4)]
    await find(bob, "zebra", 4)
    where = {"kind": 10, "dstid": bob.user_id}
    await ann.post_json("/message/change", cmd=15, id=ids[0], content="giraffe", **where)
    await ann.post_json("/message/change", cmd=14, id=ids[1], **where)
    await find(bob, "giraffe", 1)
    await ann.post_json("/message/hide", ids=[ids[2]], **where)
    assert [row["content"] for row in await find(ann, "zebra")] == ["zebra 3"]
    assert [row["content"] for row in await find(bob, "zebra")] == ["zebra 3", "zebra 2"]
    await bob.post("/conversation/clear", kind=10, dstid=ann.user_id, seq=3)
    assert [row["content"] for row in await find(bob, "zebra")] == ["zebra 3"]


async def test_filters_and_pages(app):
    """One conversation, one author, one kind, some time; page after page to the end; with one's reactions."""
    ann, bob = await friends(app)
    room = await group(ann, bob)
    said = []
    for number in range(6):
        who, other = (ann, bob) if number % 2 else (bob, ann)
        message = text(room, f"zebra {number}", cmd=11) if number < 3 else text(other, f"zebra {number}")
        said.append((await who.post_json("/message/send", **message))["data"])
        await asyncio.sleep(0.002)
    file = {"cmd": 11, "dstid": room, "media": 10, "url": "https://example.com/a", "content": "Zebra.pdf"}
    await ann.post_json("/message/send", **file)
    await find(ann, "zebra", 7)

    async def contents(**fields):
        return [row["content"] for row in await find(ann, "zebra", **fields)]

    assert await contents(kind=11, dstid=room) == ["Zebra.pdf", "zebra 2", "zebra 1", "zebra 0"]
    assert await contents(media=10) == ["Zebra.pdf"]
    assert await contents(**{"from": bob.user_id}) == ["zebra 4", "zebra 2", "zebra 0"]
    between = {"since": said[1]["createat"], "until": said[3]["createat"]}
    assert await contents(**between) == ["zebra 3", "zebra 2", "zebra 1"]
    first = await ann.post("/message/search", q="zebra", limit=5)
    assert first["data"] == {"more": 1} and first["total"] == 5
    second = await ann.post("/message/search", q="zebra", limit=5, before=first["rows"][-1]["id"])
    assert second["data"] == {"more": 0}
    assert [row["content"] for row in second["rows"]] == ["zebra 1", "zebra 0"]
    where = {"kind": 11, "dstid": room}
    await ann.post_json("/message/change", cmd=16, id=said[0]["id"], content="👍", amount=1, **where)
    [row] = [row for row in await find(ann, "zebra 0") if "reactions" in row]
    assert (row["mine"], row["kind"], row["dstid"]) == (["👍"], 11, room)


async def test_a_page_ends_with_what_is_cleared_since(app):
    """The next page is there, although the conversation of the last row was cleared meanwhile."""
    ann, bob = await friends(app)
    notes = await ann.post_json("/message/send", **text(ann, "zebra notes"))
    await ann.post_json("/message/send", **text(bob, "zebra 1"))
    await find(ann, "zebra", 2)
    first = (await ann.post_json("/message/search", q="zebra", limit=1))["rows"][0]
    assert first["dstid"] == bob.user_id
    await ann.post_json("/conversation/clear", kind=10, dstid=bob.user_id, seq=first["seq"])
    [row] = await find(ann, "zebra", before=first["id"])
    assert row["id"] == notes["data"]["id"]


async def test_what_is_no_question(app):
    """Nothing, NUL and too much are refused, half a conversation and others' too; no word finds nothing."""
    ann, bob = await friends(app)
    eve = await app.client().register("Eve")
    for q in ("", "a\0b", "x" * 101):
        assert (await ann.post_json("/message/search", q=q))["code"] == -400, q
    assert (await ann.post("/message/search"))["code"] == -400
    assert (await ann.post("/message/search", q="x", kind=10))["code"] == -400
    assert (await ann.post("/message/search", q="x", dstid=bob.user_id))["code"] == -400
    assert (await eve.post("/message/search", q="x", kind=10, dstid=bob.user_id))["code"] == -403
    assert (await eve.post("/message/search", q="x", kind=11, dstid=99))["code"] == -404
    assert (await ann.post("/message/search", q="x", before=1 << 27))["code"] == -404
    assert await find(ann, " ,.!'\"*()-+:&|<>@~") == []


async def test_any_text_is_a_question(database):
    """Whatever is asked for is found or not; no database takes it for an operator of its own."""
    pieces = [
        "AND", "or", "NOT", "NEAR(", "*", '"', "'", "+", "-", "(", ")", "@", "~", "<", ">", ":*", "&", "|",
        "!", "%", "_", "\\", ";--", "^", "{", "}", "$$", "吃", "饭", "x", "🎉", "e\u0301", "\u200d", "\ufdfa",
    ]  # fmt: skip
    texts = st.one_of(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
        st.lists(st.sampled_from(pieces), max_size=12).map("".join),
        st.lists(st.sampled_from(pieces), max_size=12).map(" ".join),
    )

    @settings(max_examples=150)
    @given(texts)
    def ask(q):
        for few in (1, 600):
            query = search.Query(
                1, ["p000", "p001"], search.terms_of(SearchMessages(q=q)), range(few), EVER, 0
            )
            assert not query.terms or search.index().find(query, 10) == []

    await database.read(ask)


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


@pytest.mark.parametrize(
    ("path", "where", "name"),
    [
        ("/message/search", search, "search"),
        ("/favorite/list", favorites, "favorites_of"),
        ("/contact/search", contacts, "known_as"),
        ("/community/members", roster, "listed"),
    ],
)
async def test_searches_leave_room(app, monkeypatch, path, where, name):
    """However many somebody looks for, the list of conversations does not wait, nor another's search for more
    than one of theirs; in the end all are answered."""
    ann, bob = await friends(app)
    asked = {"q": "zebra", **({"dstid": await group(ann, bob)} if where is roster else {})}
    go_on, under_way = threading.Event(), []
    real = getattr(where, name)

    def slow(user_id, *arguments):
        if user_id == ann.user_id:
            under_way.append(user_id)
            go_on.wait(PATIENCE)
        return real(user_id, *arguments)

    monkeypatch.setattr(where, name, slow)
    many = [asyncio.create_task(ann.post(path, **asked)) for _ in range(5)]
    async with asyncio.timeout(PATIENCE):
        while not under_way:
            await asyncio.sleep(0.01)
    for _ in range(4):
        assert (await bob.post("/message/conversations"))["code"] == 0
        assert (await bob.post(path, **asked))["code"] == 0
    assert len(under_way) == 1
    go_on.set()
    assert {(await one)["code"] for one in many} == {0}


@pytest.mark.parametrize("path", ["/favorite/list", "/community/members"])
async def test_who_searches_without_end_waits(tmp_path, path):
    """What looks through names or texts costs ten calls, so that nobody keeps a core busy with it."""
    settings = {"limits.enabled": True, "limits.request_burst": 25, "limits.request_rate": 0.001}
    async with running(tmp_path, settings) as app:
        ann = await app.client().register()
        room = await group(ann)
        assert [(await ann.post(path, dstid=room, q="zebra"))["code"] for _ in range(4)] == [0, 0, 0, -429]
        bob = await app.client().register()
        room = await group(bob)
        assert {(await bob.post(path, dstid=room))["code"] for _ in range(15)} == {0}


async def differences(client, ids):
    """By question of the fixed list, what was found and what should have been, where that is not the same."""
    wrong = {}
    for question in pairs.questions():
        found, more = [], 1
        while more:
            before = {"before": found[-1]} if found else {}
            answer = await client.post_json("/message/search", q=question.q, limit=20, **before)
            found += [row["id"] for row in answer["rows"]]
            more = answer["data"]["more"]
        expected = [ids[number] for number in question.numbers]
        if sorted(found) != sorted(expected):
            wrong[question.q] = found, expected
    return wrong


async def test_the_fixed_list(migrated_url, tmp_path):
    """Every question of the fixed list finds the same messages on every database, by the route, and tells
    where the words stand."""
    async with running(tmp_path / "data", {"database.url": migrated_url}) as app:
        ann = await app.client().register("ann")
        numbers = await pairs.post(ann, 10, ann.user_id)
        ids = {number: message_id for message_id, number in numbers.items()}
        async with asyncio.timeout(PATIENCE):
            while app.services.indexing.stats()["index_messages"] < len(numbers):
                await asyncio.sleep(0.02)
        for _ in range(20):  # MySQL hides what is new for a moment
            if not (wrong := await differences(ann, ids)):
                break
            await asyncio.sleep(0.5)
        assert wrong == {}
        for q, number, spans in pairs.highlights():
            rows = (await ann.post_json("/message/search", q=q))["rows"]
            assert [row["highlight"] for row in rows if row["id"] == ids[number]] == [spans], q
