"""What is remembered of pages: one looks, the others wait for it, and nothing is remembered for ever."""

import asyncio

import pytest

from models import previews
from models.previews import CLAIMED_MS, FOUND_MS, NOTHING_MS
from protocol.previews import address_in
from tests.models.people import NOW

URL = "https://a.example/x"


async def test_one_looks(database):
    """Of many who ask for the same page at once one looks at it; all are told what it found."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(database.write(previews.claim, URL, NOW)) for _ in range(8)]
    assert sorted(task.result() for task in asked) == ["busy"] * 7 + ["mine"]
    await database.write(previews.learn, URL, {"url": URL, "title": "A"}, NOW)
    assert await database.write(previews.claim, URL, NOW + FOUND_MS - 1) == {"url": URL, "title": "A"}
    assert await database.write(previews.claim, URL, NOW + FOUND_MS) == "mine"


async def test_nothing(database):
    """That there is nothing to be had is remembered for an hour."""
    await database.write(previews.claim, URL, NOW)
    await database.write(previews.learn, URL, None, NOW)
    assert await database.write(previews.claim, URL, NOW + NOTHING_MS - 1) == "nothing"
    assert await database.write(previews.claim, URL, NOW + NOTHING_MS) == "mine"


async def test_who_was_killed(database):
    """What a process that has died was looking at is another one's a minute later; what comes too late is
    not remembered twice."""
    await database.write(previews.claim, URL, NOW)
    assert await database.write(previews.claim, URL, NOW + CLAIMED_MS) == "mine"
    await database.write(previews.learn, URL, {"url": URL, "title": "new"}, NOW)
    await database.write(previews.learn, URL, {"url": URL, "title": "late"}, NOW)
    assert (await database.write(previews.claim, URL, NOW + 1))["title"] == "new"


async def test_forgotten(database):
    """What holds no more goes, what holds stays."""
    for number, now in enumerate((NOW, NOW + 5)):
        await database.write(previews.claim, f"{URL}/{number}", now)
        await database.write(previews.learn, f"{URL}/{number}", None, now)
    assert await database.write(previews.forget, NOW + NOTHING_MS + 1) == 1
    assert await database.write(previews.claim, f"{URL}/1", NOW + NOTHING_MS) == "nothing"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.cn/x.", "https://a.cn/x"),
        ("看https://a.cn/x，好看", "https://a.cn/x"),
        ("https://a.cn/x看看", "https://a.cn/x"),
        ("https://zh.example/wiki/维基百科", "https://zh.example/wiki/维基百科"),
        ("https://例子.中国/", "https://例子.中国/"),
        ("(https://a.cn/x_(y))", "https://a.cn/x_(y)"),
        ("[a](https://a.cn/x)", "https://a.cn/x"),
        ("“https://a.cn/?a=1&b=2#c”", "https://a.cn/?a=1&b=2#c"),
        ("HTTPS://A.CN/X https://b.cn", "HTTPS://A.CN/X"),
        ("http://[2606:4700::1]:80/", "http://[2606:4700::1]:80/"),
        ("https://", ""),
        ("https://.", ""),
        ("ftp://a.cn/ mailto:a@b.cn www.a.cn", ""),
        ("https://a.cn/" + "x" * 3000, ""),
        ("", ""),
    ],
)
def test_the_first_address(text, address):
    """The link of a text is its first address, without the sentence around it."""
    assert address_in(1, text, "") == address


def test_of_other_kinds():
    """Of a link message it is its address; other kinds have none."""
    assert address_in(7, "https://b.cn", " https://a.cn/x ") == "https://a.cn/x"
    assert address_in(7, "https://b.cn", "javascript:alert(1)") == address_in(4, "", "https://a.cn/") == ""
