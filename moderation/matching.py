"""Finding all words of a list in a text at once, however many there are."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

import ahocorasick

from moderation.folding import Origins, fold
from moderation.wordlist import BLOCK, MASK

#: Words that are made ready at once: nothing else runs meanwhile, for 8 ms with so many. More are several
#: passes, of 2 us each over a usual text.
_TOGETHER = 12_500


#: Places of a text that are masked. Nobody says more in earnest, and each takes microseconds in which nothing
#: else runs.
_MOST_MASKED = 1000


class Hit(NamedTuple):
    """A word of the list, what is to be done, and where it stands in the text, in characters."""

    word: str
    deed: int
    start: int
    end: int


class Verdict(NamedTuple):
    """What becomes of a text: the strictest deed, the word for which it is, and the text in which a `*`
    stands for each character of a word to be masked."""

    deed: int
    word: str
    text: str


class Matcher:
    """`words`: by folded word what is done, and how it is written."""

    def __init__(self, words: Mapping[str, tuple[int, str]]) -> None:
        self._words = [(folded, *rest) for folded, rest in words.items()]
        self._finders = [
            _finder(
                [(place, self._words[place][0]) for place in range(start, min(start + _TOGETHER, len(words)))]
            )
            for start in range(0, len(words), _TOGETHER)
        ]

    def judge(self, text: str) -> Verdict | None:
        """None for a text with none of the words, and most have none."""
        worst: Hit | None = None
        spans: list[tuple[int, int]] = []
        for hit in self.hits(text):
            if hit.deed == BLOCK:
                return Verdict(BLOCK, hit.word, text)
            if hit.deed == MASK:
                spans.append((hit.start, hit.end))
                if len(spans) > _MOST_MASKED:
                    return Verdict(BLOCK, hit.word, text)
            if worst is None or hit.deed > worst.deed:
                worst = hit
        return None if worst is None else Verdict(worst.deed, worst.word, _masked(text, spans))

    def hits(self, text: str) -> Iterator[Hit]:
        """In no order."""
        folded = fold(text)
        units = _units(folded)
        ends: list[int] | None = None
        origins: Origins | None = None
        for finder in self._finders:
            for last, which in finder.iter(units):
                if origins is None:
                    ends, origins = _ends(folded), Origins(text, folded)
                word, deed, written = self._words[which]
                end = 1 + (last if ends is None else bisect_right(ends, last))
                start = end - len(word)
                if origins.is_edge(start) and origins.is_edge(end):
                    yield Hit(written, deed, *origins.span(start, end))


def _finder(words: list[tuple[int, str]]) -> ahocorasick.Automaton:
    finder = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for place, word in words:
        finder.add_word(_units(word), place)
    finder.make_automaton()
    return finder


def _units(folded: str) -> str:
    """Its bytes as characters: where 20,000 characters can be the first one of a word the automaton compares
    them one by one, 120 us a text; of bytes there are few."""
    return folded if folded.isascii() else folded.encode().decode("latin-1")


def _ends(folded: str) -> list[int] | None:
    """By character: how many units there are up to it, and with it; None where each is one."""
    return None if folded.isascii() else list(accumulate(map(len, map(str.encode, folded))))


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    done, pieces = 0, []
    for start, end in sorted(spans):
        if end > done:
            start = max(start, done)
            pieces += [text[done:start], "*" * (end - start)]
            done = end
    return "".join((*pieces, text[done:]))
