"""Names by how they are pronounced: 张三 is found by zhangsan, zs, zhangs and san, 单 by dan, chan and shan.

A Chinese character counts with each of its readings, without tones; ü is v, as people type it.
"""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from models.words import Word, words_in

# Only characters are looked up, and its phrases take 45 MB. It is read when the server starts: later it would
# keep the loop waiting for 50–130 ms, in whatever thread.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, pinyin

#: What a syllable may begin with that is written with two letters.
_TWO = ("zh", "ch", "sh")


class Name(NamedTuple):
    """`words`: folded, for what is typed as it is written. `runs`: for each character of a run its readings,
    for a letter itself. `initials`: with what a reading begins, which most names are passed over by."""

    words: tuple[str, ...]
    runs: tuple[tuple[tuple[str, ...], ...], ...]
    initials: str


def is_called(name: Name, wanted: Sequence[Word]) -> bool:
    """Whether each of these words is a part of the name, or how a part of it is pronounced or begins to be,
    syllable by syllable."""
    return all(
        any(word.text in part for part in name.words)
        or (
            not word.dense
            and word.text[0] in name.initials
            and any(_sounds(run, word.text.replace("ü", "v")) for run in name.runs)
        )
        for word in wanted
    )


@lru_cache(maxsize=20_000)
def name_of(text: str) -> Name:
    """A name, ready to be compared; some hundred bytes each are kept."""
    words = tuple(word.text for word in words_in(text))
    runs = tuple(_runs(text))
    initials = {reading[0] for run in runs for spoken in run for reading in spoken}
    return Name(words, runs, "".join(sorted(initials)))


def _runs(text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Chinese characters and what is written together with them. Signs and spaces between two of them part
    nothing: 诸葛·亮 is one run. What has none is no more than a word of the name."""
    run: list[tuple[str, ...]] = []
    any_spoken = spoken_before = gap = False
    for char in unicodedata.normalize("NFKC", text).casefold():
        spoken = readings(char)
        if not spoken and not char.isalnum():
            gap = True
            continue
        if gap and not (spoken and spoken_before):
            if any_spoken:
                yield tuple(run)
            run, any_spoken = [], False
        run.append(spoken or (char,))
        any_spoken, spoken_before, gap = any_spoken or bool(spoken), bool(spoken), False
    if any_spoken:
        yield tuple(run)


@lru_cache(maxsize=20_000)
def readings(char: str) -> tuple[str, ...]:
    """How a Chinese character is read; nothing for any other."""
    if char.isascii():
        return ()
    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(reading for reading in found[0] if reading)) if found else ()


def _sounds(run: Sequence[tuple[str, ...]], typed: str) -> bool:
    """Whether somebody who typed this may mean a part of the run: of each syllable all or its initial, of the
    last one any beginning."""
    reached: dict[tuple[int, int], bool] = {}

    def goes_on(at: int, place: int) -> bool:
        if place == len(typed):
            return True
        if at == len(run):
            return False
        key = at, place
        if key not in reached:
            reached[key] = any(
                goes_on(at + 1, place + taken)
                for reading in run[at]
                for taken in _taken(reading, typed, place)
            )
        return reached[key]

    return any(goes_on(at, 0) for at in range(len(run)))


def _taken(reading: str, typed: str, place: int) -> set[int]:
    """How many of the letters from `place` on may be this syllable."""
    left = len(typed) - place
    if left <= len(reading) and reading.startswith(typed[place:]):
        return {left, *({1} if left > 1 else ())}
    beginnings = {len(reading), 1}
    if reading[:2] in _TWO:
        beginnings.add(2)
    return {count for count in beginnings if typed.startswith(reading[:count], place)}


#: Characters that are read otherwise as a family name, which stands first.
_SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "曾": "zeng", "查": "zha", "朴": "piao", "翟": "zhai", "盖": "ge",
    "区": "ou", "繁": "po", "乐": "yue", "覃": "qin", "缪": "miao", "种": "chong", "折": "she", "黑": "he",
    "秘": "bi", "隗": "wei", "召": "shao", "洗": "xian", "重": "chong", "能": "nai", "都": "du", "员": "yun",
    "祭": "zhai", "阚": "kan", "薄": "bo", "卜": "bu", "佴": "nai",
}  # fmt: skip
#: The same of two.
_DOUBLE = {"尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai"}


@lru_cache(maxsize=20_000)
def sort_key(name: str) -> str:
    """By what a name stands in a list: its syllables as they are read, the first ones as a family name, and
    what is not Chinese as it is, folded and without accents. Signs and emoji in front stay, so that these
    stand apart."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    parts = _DOUBLE.get(text[:2], "").split()
    word = ""
    for char in text[len(parts) :]:
        spoken = readings(char)
        if not spoken and not char.isspace():
            word += "".join(
                sign for sign in unicodedata.normalize("NFKD", char) if not unicodedata.combining(sign)
            )
            continue
        if word:
            parts.append(word)
            word = ""
        if spoken:
            parts.append(_SURNAMES.get(char, spoken[0]) if not parts else spoken[0])
    return " ".join([*parts, word]).strip()
