"""Folding: texts that people read as the same become the same, whatever somebody did to hide a word in them.

Width, case, accents, traditional and simplified characters do not matter, and signs, spaces and what nobody
sees are left out. Each character is folded by itself, so that one table says it all, `str.translate` does it,
and every folded character knows from which one it is.
"""

import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import accumulate

import opencc

#: Where Chinese characters are in Unicode, as far as the table of traditional ones knows them.
_HAN = (range(0x3400, 0xA000), range(0x20000, 0x32400))
#: Written without spaces between words: Thai, Lao, Burmese, Korean (in its parts), Khmer, Japanese, Chinese.
_DENSE = (
    range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1100, 0x1200), range(0x1780, 0x1800),
    range(0x3005, 0x3300), *_HAN,
)  # fmt: skip
#: Letters that nobody sees, one that only makes a word longer, and a mark that does nothing.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u0640\u034f")
#: Marks that choose among the shapes of one character.
_SHAPES = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
#: Classes of marks that make no other letter: overlays, points, accents. A vowel of Hindi, a tone of Thai and
#: what makes が of か are of others.
_OVERLAY, _POINTS, _FIRST_ACCENT = 1, range(10, 37), 200

#: Letters of one character: a prayer in Arabic is one of 18, and a text of them a third of a million.
_MOST_LETTERS = 8

DENSE, LETTER, DIGIT = range(3)


class Table(dict[int, str]):
    """For `str.translate`: what becomes of each character. It is filled as they come; all scripts together
    have some 150,000."""

    def __init__(self) -> None:
        han = [chr(code) for codes in _HAN for code in codes]
        # On lines of their own, so that no phrase decides what becomes of a character.
        simple = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
        once = {old: new for old, new in zip(han, simple, strict=True) if old != new}
        self._simple = {old: once.get(new, new) for old, new in once.items()}  # 薴, 苧, 苎

    def __missing__(self, code: int) -> str:
        char = chr(code)
        letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        folded = "".join(self._simple.get(letter, letter) for letter in letters if not _is_left_out(letter))
        folded = folded[:_MOST_LETTERS]
        if unicodedata.category(char) not in ("Cn", "Co", "Cs"):  # a million that mean nothing
            self[code] = folded
        return folded


@cache
def table() -> Table:
    """One for the process: it takes a moment to make."""
    return Table()


def fold(text: str) -> str:
    """A text without what does not matter in it."""
    return text.translate(table())


class Origins:
    """Where the characters of a folded text come from. Slower than folding, and needed only where something
    was found; what it does for a whole text is done without a loop of its own, since nothing else runs
    meanwhile. `text` is the original, `folded` what became of it."""

    def __init__(self, text: str, folded: str) -> None:
        self._text, self._folded = text, folded
        # By place in the original: how many folded characters there are up to it, and with it.
        self._ends = list(accumulate(map(len, map(table().__getitem__, map(ord, text)))))

    def is_edge(self, place: int) -> bool:
        """Whether a word can begin with this folded character, or end before it: anywhere in scripts without
        spaces, else where something parts it from its neighbour, or one of the two is a digit."""
        if place in (0, len(self._folded)):
            return True
        before, here = kind(self._folded[place - 1]), kind(self._folded[place])
        return here == DENSE or before != here or self._is_apart(place)

    def _is_apart(self, place: int) -> bool:
        """Whether something that was left out parts it from the one before."""
        at = bisect_right(self._ends, place) - 1
        while at > 0 and self._ends[at] == self._ends[at - 1] == place:
            if parts(self._text[at]):
                return True
            at -= 1
        return False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where folded characters stand in the original, the marks on the last of them with
        it."""
        first = bisect_right(self._ends, start)
        after = bisect_right(self._ends, end - 1) + 1
        while after < len(self._text) and unicodedata.category(self._text[after])[0] == "M":
            after += 1
        return first, after


def kind(letter: str) -> int:
    """Of a folded character: of a script without spaces, a digit, or any other letter."""
    code = ord(letter)
    if code >= 0xE00 and any(code in codes for codes in _DENSE):
        return DENSE
    return DIGIT if unicodedata.category(letter)[0] == "N" else LETTER


def parts(char: str) -> bool:
    """Whether a character that is left out parts its neighbours, as signs and spaces do; accents, and what
    nobody sees, do not."""
    category = unicodedata.category(char)
    return category[0] in "PSZ" or category == "Cc"


def _is_left_out(letter: str) -> bool:
    category = unicodedata.category(letter)
    if letter in _UNSEEN or category == "Me" or category[0] in "PSZC":
        return True
    if category != "Mn":
        return False
    mark = unicodedata.combining(letter)
    accent = mark >= _FIRST_ACCENT or mark in _POINTS or mark == _OVERLAY
    return accent or any(ord(letter) in codes for codes in _SHAPES)
