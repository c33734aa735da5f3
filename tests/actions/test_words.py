"""The word list of a process: what it makes of texts, and when its file changes."""

import asyncio
import os

import pytest

from actions.words import Words
from moderation.wordlist import BLOCK, BrokenList
from protocol.errors import Refused
from protocol.messages import Message

LIST = "blocked, block\nmasked, mask\nheld, review\n64, mask\n"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text(LIST)
    return file


def test_without_a_file_nothing_is_changed():
    """What nobody has forbidden is said."""
    words = Words()
    message = Message(1, 2, 10, 1, "blocked")
    assert words.check("blocked masked") == "blocked masked"
    assert words.judge_message(message) == (message, None)


def test_names_are_masked_or_refused(path):
    """Nothing of a name can wait for a review."""
    words = Words(path)
    assert words.check("a masked name") == "a ****** name"
    for text in ("blocked", "held"):
        with pytest.raises(Refused):
            words.check(text)
    assert words.stats() == {
        "words_listed": 4, "words_faults": 0, "words_broken": 0,
        "words_blocked": 2, "words_masked": 1, "words_held": 0,
    }  # fmt: skip


def test_a_masked_message_is_told_from_others_by_what_was_said(path):
    """A resend of the same text has the same digest."""
    words = Words(path)
    said = Message(1, 2, 10, 10, "masked.txt", "", "/mnt/x", "64 pages", cid="c")
    shown, verdict = words.judge_message(said)
    assert (shown.content, shown.memo, shown.url) == ("******.txt", "** pages", "/mnt/x")
    assert verdict is not None and shown.digest() == said.digest()


def test_numbers_that_nobody_reads_are_left(path):
    """Where a place is, and whose card it is, are no texts."""
    words = Words(path)
    place = Message(1, 2, 10, 11, "64", memo="39.64,116.4")
    shown, _ = words.judge_message(place)
    assert (shown.content, shown.memo) == ("**", "39.64,116.4")
    card = Message(1, 2, 10, 9, "64", memo="64")
    shown, _ = words.judge_message(card)
    assert (shown.content, shown.memo) == ("64", "**")


@pytest.mark.parametrize(
    "url", ["masked", "call masked", "x:masked", "/masked", "www.masked.com", "//masked/"]
)
def test_what_is_no_address_is_a_text(path, url):
    """Pages show it as it stands."""
    words = Words(path)
    said = Message(1, 2, 10, 7, url=url)
    shown, verdict = words.judge_message(said)
    assert shown.url == url.replace("masked", "******") and verdict is not None
    assert words.judge_message(Message(1, 2, 10, 7, url=url.replace("masked", "blocked")))[1].deed == BLOCK


@pytest.mark.parametrize("url", ["https://masked.com/", "http://a.b/masked?masked#masked", "/mnt/masked.jpg"])
def test_addresses_are_left(path, url):
    """They lead where they led."""
    said = Message(1, 2, 10, 7, "title", url=url)
    assert Words(path).judge_message(said) == (said, None)


def test_there_has_to_be_something_to_begin_with(tmp_path):
    """A server does not begin without the list that it was told of."""
    with pytest.raises(BrokenList):
        Words(tmp_path / "none.txt")


async def until(true) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_changed_file_is_read_and_a_broken_one_said_once(path, caplog, expect_logs):
    """The old list stays until there is another."""
    expect_logs("magpie.words", "words: ")
    words = Words(path, look_s=0.02)
    words.start()
    try:
        path.write_text("other, mask\n")
        await until(lambda: words.check("other masked") == "***** masked")
        path.write_bytes(b"\x00\x01")
        await until(lambda: words.stats()["words_broken"])
        await asyncio.sleep(0.2)
        assert words.check("other") == "*****"
        assert sum("the old list stays" in record.message for record in caplog.records) == 1
        assert "line 1" in words.standing().broken
        os.unlink(path)
        await until(lambda: sum("the old list stays" in record.message for record in caplog.records) == 2)
        assert words.check("other") == "*****"
        path.write_text("third, mask\nnothing\n")
        await until(lambda: words.check("third") == "*****")
        assert not words.stats()["words_broken"]
        assert [fault.line for fault in words.standing().faults] == [2]
        assert "refused line 2" in caplog.text
    finally:
        await words.close()
