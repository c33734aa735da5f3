"""Finding words: against a naive way, what is folded, and where words begin and end."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.folding import DENSE, fold, kind, parts
from moderation.matching import Matcher
from moderation.wordlist import BLOCK, MASK, REVIEW


def matcher(*words: str, deed: int = MASK) -> Matcher:
    return Matcher({fold(word): (deed, word) for word in words})


def masked(text: str, *words: str) -> str:
    verdict = matcher(*words).judge(text)
    return text if verdict is None else verdict.text


@pytest.mark.parametrize(
    ("word", "text", "shown"),
    [
        ("赌博", "来赌博吧", "来**吧"),
        ("赌博", "来賭博吧", "来**吧"),
        ("賭博", "来赌博吧", "来**吧"),
        ("赌博", "来赌 博吧", "来***吧"),
        ("赌博", "来赌.|。　博吧", "来" + "*" * 6 + "吧"),
        ("赌博", "来赌\u200b\u2060博吧", "来****吧"),
        ("赌博", "赌🎲博", "***"),
        ("法轮功", "法\n輪-功", "*****"),
        ("加微信", "加V信 加 微信", "加V信 ****"),
        ("badword", "BadWord", "*******"),
        ("badword", "ｂａｄｗｏｒｄ", "*******"),
        ("badword", "𝐛𝐚𝐝𝐰𝐨𝐫𝐝", "*******"),
        ("badword", "😀 b.a-d w_o r\u00add 😀", "😀 ************* 😀"),
        ("cafe", "café", "****"),
        ("cafe", "cafe\u0301 x", "***** x"),
        ("café", "CAFE", "****"),
        ("strasse", "Straße", "******"),
        ("kg", "5㎏", "5*"),
        ("ass", "class assess was sent", "class assess was sent"),
        ("ass", "you ass!", "you ***!"),
        ("ass", "好ass好", "好***好"),
        ("vx", "加vx123", "加**123"),
        ("vx", "vxx", "vxx"),
        ("64", "8964 64 v64", "8964 ** v**"),
        ("18", "①⑧", "**"),
        ("가나", "가나다", "**다"),
        ("가나", unicodedata.normalize("NFD", "가나다"), "****" + unicodedata.normalize("NFD", "다")),
        ("ばか", "はか ばか", "はか **"),
        ("राम", "रम राम", "रम ***"),
    ],
)
def test_as_people_read_it(word, text, shown):
    """One `*` for each character of the original, the signs and accents within among them."""
    assert masked(text, word) == shown


def test_the_strictest_deed_and_all_masks():
    """A text with several words."""
    found = Matcher({"ab": (MASK, "ab"), "cd": (REVIEW, "cd"), "ef": (BLOCK, "ef"), "bc": (MASK, "bc")})
    assert found.judge("xx yy") is None
    assert found.judge("ab, ab") == (MASK, "ab", "**, **")
    assert found.judge("ab cd") == (REVIEW, "cd", "** cd")
    assert found.judge("ab cd ef").deed == BLOCK


def test_a_text_of_nothing_else():
    """A thousand masks are made in one text; with more it is refused, and costs no more than that."""
    found = Matcher({"ab": (MASK, "ab")})
    assert found.judge("ab " * 1000).text == "** " * 1000
    assert found.judge("ab " * 1001).deed == BLOCK


def test_a_character_that_is_a_whole_prayer():
    """A text of 64 KiB is not folded to one of a megabyte."""
    assert fold("\ufdfa") == fold("\ufdfa\u200b") and len(fold("\ufdfa" * 1000)) == 8000


def test_words_in_each_other_are_masked_together():
    """Each character once."""
    assert masked("中华人民", "中华", "华人", "人民") == "****"


def test_more_words_than_are_made_ready_at_once(monkeypatch):
    """They are found in several passes."""
    monkeypatch.setattr("moderation.matching._TOGETHER", 2)
    words = [f"word{chr(letter)}" for letter in range(ord("a"), ord("i"))]
    assert masked("worda wordh wordx", *words) == "***** ***** wordx"


#: What texts are made of here: things that fold away, fold together, fold to several, and lie beyond 16 bits.
PIECES = "ab12中文賭赌博 .-_\n\u200b\u0301\ufe0f😀𝐚𝟏éßﬀ㎏㍿가が\u3099ｶﾞ①Å\u1100\u1161𠀀"
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
WORDS = st.sets(
    st.sampled_from(["ab", "a1", "ba", "12", "ss", "kg", "中", "赌博", "賭文", "株式", "가", "が", "文a"]),
    max_size=5,
)


def naive(text: str, words: set[str]) -> list[bool]:
    """By character of the original, whether it is masked: each part of it is compared with each word."""
    hidden = [False] * len(text)
    pieces = [
        (place, letter, n == 0) for place, char in enumerate(text) for n, letter in enumerate(fold(char))
    ]
    for word in map(fold, words):
        for start in range(len(pieces) - len(word) + 1):
            some = pieces[start : start + len(word)]
            if "".join(letter for _, letter, _ in some) != word:
                continue
            if edge(text, pieces, start) and edge(text, pieces, start + len(word)):
                first, last = some[0][0], some[-1][0]
                while last + 1 < len(text) and unicodedata.category(text[last + 1])[0] == "M":
                    last += 1
                hidden[first : last + 1] = [True] * (last + 1 - first)
    return hidden


def edge(text: str, pieces: list[tuple[int, str, bool]], place: int) -> bool:
    if place in (0, len(pieces)):
        return True
    (one, before, _), (other, here, _) = pieces[place - 1 : place + 1]
    between = [char for char in text[one + 1 : other] if not fold(char)]
    return any(map(parts, between)) or kind(before) != kind(here) or kind(here) == DENSE


@given(TEXTS, WORDS)
def test_masks_stand_where_a_naive_way_puts_them(text, words):
    """Whatever folds away, folds together or folds to several."""
    shown = masked(text, *words)
    hidden = naive(text, words)
    assert shown == "".join("*" if one else char for char, one in zip(text, hidden, strict=True))


@given(st.text())
def test_folding_is_by_character_and_once_for_all(text):
    """So that one table says it all, and the spelling of accents does not matter."""
    folded = fold(text)
    assert folded == "".join(map(fold, text)) == fold(folded)
    assert fold(unicodedata.normalize("NFD", text)) == folded


def test_every_character_is_folded_once_for_all():
    """A word of the list and the same word in a text meet."""
    for code in range(0x110000):
        char = chr(code)
        assert fold(fold(char)) == fold(char), hex(code)


@given(st.text(), st.text(min_size=1))
def test_a_text_keeps_its_length(text, word):
    """In characters."""
    if fold(word):
        assert len(masked(text + word + text, word)) == len(text + word + text)
