"""The file of words: its lines, and the lines that are none."""

import pytest

from moderation import wordlist
from moderation.wordlist import BLOCK, MASK, REVIEW, BrokenList, parse, read


def test_lines_remarks_and_widths():
    """What a line may look like."""
    text = "\ufeff# a remark\n\n赌博, block\r\n  Foo Bar ,MASK # why\n加微信，review\na,b, mask\n"
    found = parse(text.encode())
    assert found.words == {
        "赌博": (BLOCK, "赌博"),
        "foobar": (MASK, "Foo Bar"),
        "加微信": (REVIEW, "加微信"),
        "ab": (MASK, "a,b"),
    }
    assert found.faults == []


def test_of_a_word_that_is_there_twice_the_stricter_line_holds():
    """In whatever order they stand."""
    for lines in ("賭博, mask\n赌博, block", "赌博, block\n賭博, mask"):
        assert [deed for deed, _ in parse(lines.encode()).words.values()] == [BLOCK]


def test_refused_lines_are_told_by_their_number():
    """The others hold."""
    data = b"fine, mask\nnothing\nword, burn\n!!!, block\nx, block\n"
    data += b"\xff\xfe, block\n" + b"w" * 101 + b", block\n, mask\n"
    found = parse(data)
    assert list(found.words) == ["fine"]
    assert [fault.line for fault in found.faults] == [2, 3, 4, 5, 6, 7, 8]
    assert all(fault.zh and fault.en for fault in found.faults)


@pytest.mark.parametrize("word", ["赌", "12", "ab", "が"])
def test_short_words(word):
    """Of one Chinese character, or of two letters."""
    assert parse(f"{word}, mask".encode()).faults == []


def test_a_file_that_is_none(tmp_path, monkeypatch):
    """Missing, of another kind, or far too long; one without words is a list."""
    path = tmp_path / "words.txt"
    with pytest.raises(BrokenList, match="words.txt"):
        read(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    with pytest.raises(BrokenList, match="line 1"):
        read(path)
    path.write_text("# nothing yet\n")
    assert read(path).words == {}
    monkeypatch.setattr(wordlist, "MAX_BYTES", 10)
    with pytest.raises(BrokenList, match="longer"):
        read(path)
