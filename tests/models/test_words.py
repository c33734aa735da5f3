"""What a text is found by: words of any script, whatever their case and width, and where they stand."""

import random
import unicodedata

import pytest

from models import words
from models.words import places, tokens, wanted, words_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" ,. ", []),
        ("Hello, World", ["hello", "world"]),
        ("报告report", ["报告", "report"]),
        ("mp3文件v2.0", ["mp3", "文件", "v2", "0"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("Straße ΣΊΣΥΦΟΣ", ["strasse", "σίσυφοσ"]),
        ("don't re-do", ["don", "t", "re", "do"]),
        ("吃饭了吗？好的", ["吃饭了吗", "好的"]),
        ("ひらがなカタカナ漢字", ["ひらがなカタカナ漢字"]),
        ("안녕 세상", ["안녕", "세상"]),
        ("привет мир", ["привет", "мир"]),
        ("ก็ดี हिन्दी", ["ก็ดี", "हिन्दी"]),
        ("👍🎉", ["👍", "🎉"]),
        ("ok👍🏽go", ["ok", "👍", "go"]),
        ("👩‍💻 家", ["👩‍💻", "家"]),
        ("e\u0301t\u00e9", ["\u00e9t\u00e9"]),
        ("a_b", ["a", "b"]),
    ],
)
def test_words(text, found):
    """Everything but letters and digits parts words; a change of script begins a new one."""
    assert [word.text for word in words_in(text)] == found


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("今天吃饭了", "吃饭", [(2, 4)]),
        ("今天吃饭了", "饭", [(3, 4)]),
        ("今天吃饭了", "天吃饭", [(1, 4)]),
        ("今天吃饭了", "吃了", None),
        ("哈哈哈哈", "哈哈", [(0, 4)]),
        ("Report, reports, REPORTED", "report", [(0, 6), (8, 15), (17, 25)]),
        ("Report", "port", None),
        ("report 报告", "报告 rep", [(0, 6), (7, 9)]),
        ("report", "report 报告", None),
        ("😀😀 report", "report", [(5, 11)]),
        ("Ｈｅｌｌｏ", "hello", [(0, 5)]),
        ("好👍的", "👍", [(1, 3)]),
        ("x", "", []),
        ("x", "!", []),
    ],
)
def test_places(text, query, found):
    """All words must occur: Chinese any part of a run, others by how they begin. Counted as browsers do."""
    assert places(text, query) == found


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("吃", [("y5403",)]),
        ("吃饭", [("z5403996d",)]),
        ("吃饭了", [("z5403996d", "z996d4e86")]),
        ("Ab1 饭", [("xxab1",), ("y996d",)]),
        ("é", [("xxqe9q",)]),
        ("吃 吃", [("y5403",)]),
        ("?", []),
    ],
)
def test_what_an_index_is_asked_for(query, phrases):
    """Plain ASCII, at least three characters each, so that any database takes it for words."""
    assert [part.phrase for part in wanted(query)] == phrases


def test_an_index_finds_what_is_there():
    """Whatever is in a text, its tokens have what a query for a part of it asks for."""
    dice = random.Random(7)
    letters = "吃饭了今天aAbＢ1 ,é👍я한"
    for _ in range(3000):
        text = "".join(dice.choices(letters, k=dice.randint(1, 12)))
        query = "".join(dice.choices(letters, k=dice.randint(1, 4)))
        index, asked = tokens(text), wanted(query)
        assert all(token.isascii() and token.isalnum() and 3 <= len(token) <= 60 for token in index)
        if asked and places(text, query) is not None:
            for part in asked:
                assert _has(index, part.phrase, part.prefix), (text, query)


def _has(index, phrase, prefix):
    if prefix:
        return any(token.startswith(phrase[0]) for token in index)
    return any(tuple(index[at : at + len(phrase)]) == phrase for at in range(len(index)))


def test_letters_are_left_to_the_text():
    """Many words begin with a letter: an index is asked for one where there is nothing else, and for few."""
    asked = [word.phrase[0] for word in wanted("a b report c 报")]
    assert asked == ["xxreport", "y62a5"]
    assert [word.phrase[0] for word in wanted("a b c d")] == ["xxa", "xxb"]
    assert places("a b report c 报", "c a rep 报") and places("a b", "a b c") is None


def test_accents_without_end(monkeypatch):
    """Letters with thousands of accents are composed bit by bit: Python sorts them, in a time that grows with
    the square of their number, while nothing else runs."""
    seen = []

    class Watched:
        def __getattr__(self, name):
            def watched(*arguments):
                seen.append(len(arguments[-1]))
                return getattr(unicodedata, name)(*arguments)

            return watched

    monkeypatch.setattr(words, "unicodedata", Watched())
    for text in ("a" + "\u0327\u0301" * 5000, "中" * 600 + "\u0301\u0327" * 5000, "e\u0301" * 5000):
        assert tokens(text + " 报告") and places(text + " 报告", "报告")
    assert max(seen) <= 1000


@pytest.mark.parametrize("before", range(470, 520))
def test_stretches_cut_no_letter(before):
    """A letter and its accent are one wherever they stand in a long text."""
    text = "x" * before + " cafe\u0301 中"
    assert places(text, "café") == [(before + 1, before + 6)] == places(text, "cafe\u0301")
