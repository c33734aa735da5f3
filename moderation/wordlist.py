"""The file of words: a line each, `word, block`, `word, mask` or `word, review`; # begins a remark."""

import re
from pathlib import Path
from typing import NamedTuple

from moderation.folding import DENSE, fold, kind

#: Bytes of a file; half a million words have ten. More is a mistake.
MAX_BYTES = 32 << 20
#: Characters of a word.
MAX_WORD = 100

#: What becomes of a text with a word in it, the milder first.
MASK, REVIEW, BLOCK = range(1, 4)
_DEEDS = {"mask": MASK, "review": REVIEW, "block": BLOCK}
DEED_NAMES = {deed: name for name, deed in _DEEDS.items()}

_LINE = re.compile(r"(.*)[,，]\s*(\w+)\s*", re.DOTALL)


class BrokenList(ValueError):
    """The file can't be used at all. The text is one line that says why."""


class Fault(NamedTuple):
    """A line that was refused, counted from 1, and why, in Chinese and in English."""

    line: int
    zh: str
    en: str


class WordList(NamedTuple):
    """What a file says: by folded word what is done, and the word as it was written first."""

    words: dict[str, tuple[int, str]]
    faults: list[Fault]


def read(path: Path) -> WordList:
    """Raises `BrokenList`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BrokenList(f"{path}: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise BrokenList(f"{path}: longer than {MAX_BYTES >> 20} MiB")
    found = parse(data)
    if found.faults and not found.words:
        raise BrokenList(
            f"{path}: no line of it is one, e.g. line {found.faults[0].line}: {found.faults[0].en}"
        )
    return found


def parse(data: bytes) -> WordList:
    """Of a word that is there twice the stricter line holds."""
    words: dict[str, tuple[int, str]] = {}
    faults: list[Fault] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            text = line.decode().partition("#")[0].strip()
        except UnicodeDecodeError:
            faults.append(Fault(number, "不是 UTF-8", "not UTF-8"))
            continue
        if not text:
            continue
        match = _LINE.fullmatch(text)
        deed = _DEEDS.get(match[2].lower()) if match else None
        if match is None or deed is None:
            faults.append(Fault(number, "应为“词, block|mask|review”", "not “word, block|mask|review”"))
            continue
        word, folded = match[1].strip(), fold(match[1])
        if fault := _fault(folded):
            faults.append(Fault(number, *fault))
        elif folded not in words or words[folded][0] < deed:
            words[folded] = deed, word
    return WordList(words, faults)


def _fault(folded: str) -> tuple[str, str] | None:
    if not folded:
        return "没有文字，只有符号", "signs only"
    if len(folded) == 1 and kind(folded) != DENSE:
        return "只有一个字母或数字", "one letter or digit only"
    return ("词太长", "too long") if len(folded) > MAX_WORD else None
