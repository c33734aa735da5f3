"""Words: what a text is found by, and where they stand in it.

A word is a run of letters and digits; where the script changes a new one begins, and an emoji is one. Case
and width do not matter. Chinese, Japanese and Korean are written without spaces: of their runs any part is a
word.

Databases know nothing of that. So an index is given `tokens`, plain ASCII: each two neighbours of such a run
as one token (`z` and their code points), in order, so that a longer part is a phrase of them; each letter of
it once more by itself (`y`); every other word with `xx` in front, and letters beyond ASCII spelt out. What
an index finds may be a little too much, where two spellings meet: `places` says what really is there.
"""

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

#: Characters of a token: MySQL's index knows no longer ones than 84. Longer words are found by their first.
_LONGEST = 60
#: Words of a query that an index is asked for, and tokens of a phrase: more say little more, and each costs.
MAX_WORDS, MAX_PHRASE = 12, 6
#: Of words of one letter so many, and only where there are no others: all that begin with it are gathered,
#: most messages have one, and twelve of them took MariaDB seconds.
_MAX_LETTERS = 2
#: Places that are told of one text.
MAX_PLACES = 100

_APART, _LETTER, _DENSE, _EMOJI, _MARK, _JOINER = range(6)
#: Characters that are looked at at once for being composed, and so many of them twice, so that none is cut
#: from its accents; and a letter with its accents. Python sorts those, in a time that grows with the square
#: of their number, and nothing else runs meanwhile: 30,000 took half a second.
_STRETCH, _TWICE, _MOST_TOGETHER = 512, 32, 32
#: Makes one emoji of two.
_ZWJ = "\u200d"
#: The two marks of Japanese letters of half width.
_HALF_MARKS = frozenset("\uff9e\uff9f")
_DENSE_RANGES = (
    (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


class Word(NamedTuple):
    """`text` is folded; it stands from `start` to `end` in the original, in characters. `dense`: written
    without spaces, so that a part of it is a word, too."""

    text: str
    start: int
    end: int
    dense: bool


def words_in(text: str) -> Iterator[Word]:
    """In order."""
    folded: list[str] = []
    kind, script, start, end, joined = _APART, "", 0, 0, False
    for char, place, after in _characters(text):
        now, letters, of_script = _look_at(char)
        if now != kind:
            goes_on = now in (_MARK, _JOINER) and kind != _APART
        elif now == _LETTER:
            goes_on = not of_script or not script or script == of_script
        elif now == _EMOJI:
            goes_on = joined or (_is_half_a_flag(char) and len(folded) == 1 and _is_half_a_flag(folded[0]))
        else:
            goes_on = now == _DENSE
        if not goes_on:
            if folded:
                yield Word("".join(folded), start, end, kind == _DENSE)
            folded, start, script = [], place, ""
            kind = now if now in (_LETTER, _DENSE, _EMOJI) else _APART
        joined = now == _JOINER
        script = of_script or script
        if kind != _APART:
            if now != _MARK or kind == _LETTER:
                folded.append(letters)
            end = after
    if folded:
        yield Word("".join(folded), start, end, kind == _DENSE)


def _characters(text: str) -> Iterable[tuple[str, int, int]]:
    """Each with its place. Where one is written as several, a letter and its accent or the parts of a Korean
    syllable, as names of files from a Mac are, it is one; so are signs of half width with theirs."""
    if text.isascii() or (_is_composed(text) and not _HALF_MARKS.intersection(text)):
        return zip(text, itertools.count(), itertools.count(1))
    return _composed(text)


def _is_composed(text: str) -> bool:
    stretches = (text[start : start + _STRETCH] for start in range(0, len(text), _STRETCH - _TWICE))
    return all(unicodedata.is_normalized("NFC", stretch) for stretch in stretches)


def _composed(text: str) -> Iterator[tuple[str, int, int]]:
    place = 0
    while place < len(text):
        end = place + 1
        while end < min(len(text), place + _MOST_TOGETHER) and _belongs_to_the_last(text[end]):
            end += 1
        part = text[place:end]
        composed = unicodedata.normalize("NFKC" if _HALF_MARKS.intersection(part) else "NFC", part)
        if len(composed) == len(part):
            for char in part:
                yield char, place, place + 1
                place += 1
        else:
            for char in composed:
                yield char, place, end
        place = end


def _belongs_to_the_last(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or char in _HALF_MARKS


def _is_half_a_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@lru_cache(maxsize=20_000)
def _look_at(char: str) -> tuple[int, str, str]:
    """What kind of character it is, what it is folded to, and of a letter its script: digits have none."""
    folded = unicodedata.normalize("NFKC", char).casefold()
    code, category = ord(char), unicodedata.category(char)
    if char == _ZWJ:
        return _JOINER, char, ""
    if any(low <= ord(folded[0]) <= high for low, high in _DENSE_RANGES) if folded else False:
        return _DENSE, folded, ""
    if category[0] == "M" or 0x1F3FB <= code <= 0x1F3FF:  # accents, and the colours of skin
        return _MARK, char, ""
    if folded and all(unicodedata.category(letter)[0] in "LN" for letter in folded):
        letters = unicodedata.category(folded[0])[0] == "L"
        return _LETTER, folded, unicodedata.name(folded[0], "").partition(" ")[0] if letters else ""
    if category == "So" or 0x1F000 <= code <= 0x1FAFF:
        return _EMOJI, char, ""
    return _APART, "", ""


# --- for an index -------------------------------------------------------------------------------------------


def tokens(*texts: str) -> list[str]:
    """What an index is given of these texts: what is a phrase stands in order, then each single letter of
    dense runs once."""
    found: list[str] = []
    single: dict[str, None] = {}
    for text in texts:
        for word in words_in(text):
            if word.dense:
                found += _pairs(word.text)
                single |= dict.fromkeys(word.text)
            else:
                found.append(_spelt(word.text))
    return found + [_alone(letter) for letter in single]


class Wanted(NamedTuple):
    """One word of a query: the tokens of a phrase; `prefix`: the token may go on."""

    phrase: tuple[str, ...]
    prefix: bool


def wanted(query: str) -> list[Wanted]:
    """What an index is asked for: all of these. Of a long phrase and of many words it is some."""
    found: dict[Wanted, None] = {}
    letters: dict[Wanted, None] = {}
    for word in words_in(query):
        if not word.dense:
            (found if len(word.text) > 1 else letters)[Wanted((_spelt(word.text),), True)] = None
        elif len(word.text) == 1:
            found[Wanted((_alone(word.text),), False)] = None
        else:
            pairs = list(dict.fromkeys(_pairs(word.text)))
            step = max(1, len(pairs) / MAX_PHRASE)
            some = [pairs[int(place * step)] for place in range(min(len(pairs), MAX_PHRASE))]
            found[Wanted(tuple(some), False)] = None
    return list(found)[:MAX_WORDS] or list(letters)[:_MAX_LETTERS]


def _pairs(run: str) -> list[str]:
    return [f"z{ord(one):x}{ord(other):x}" for one, other in itertools.pairwise(run)]


def _alone(letter: str) -> str:
    return f"y{ord(letter):x}"


def _spelt(word: str) -> str:
    """ASCII letters and digits as they are."""
    return ("xx" + "".join(c if c.isascii() and c.isalnum() else f"q{ord(c):x}q" for c in word))[:_LONGEST]


# --- where they are -----------------------------------------------------------------------------------------


def places(text: str, query: str) -> list[tuple[int, int]] | None:
    """Where the words of a query stand in a text: (start, end) in UTF-16 units as browsers count, in order,
    none within another; the first ones, when they are many. None when one of them does not occur."""
    wanted = {(word.text, word.dense) for word in words_in(query)}
    runs = [run for run, dense in wanted if dense]
    begins = {begin for begin, dense in wanted if not dense}
    lengths = sorted({len(begin) for begin in begins})
    met: set[tuple[str, bool]] = set()
    found: set[tuple[int, int]] = set()
    for word in words_in(text):
        if word.dense:
            for run in runs:
                if here := list(_within(word, run)):
                    met.add((run, True))
                    found.update(here)
        else:  # one look for each length, however many are wanted
            for length in lengths:
                if (begin := word.text[:length]) in begins:
                    met.add((begin, False))
                    found.add((word.start, word.end))
    return _in_utf16(text, _merged(sorted(found))[:MAX_PLACES]) if met == wanted else None


def _within(word: Word, run: str) -> Iterator[tuple[int, int]]:
    if len(word.text) != word.end - word.start:  # a letter that is folded to several
        if run in word.text:
            yield word.start, word.end
        return
    at = word.text.find(run)
    while at >= 0:
        yield word.start + at, word.start + at + len(run)
        at = word.text.find(run, at + 1)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that meet are one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _in_utf16(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    if text.isascii() or max(text) <= "\uffff":
        return list(spans)
    found: list[tuple[int, int]] = []
    passed = more = 0  # `more`: units that are no characters, up to `passed`
    for start, end in spans:
        more += sum(char > "\uffff" for char in text[passed:start])
        begin = start + more
        more += sum(char > "\uffff" for char in text[start:end])
        found.append((begin, end + more))
        passed = end
    return found
