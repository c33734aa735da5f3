"""What a word list costs each message: ``python -m bench words``. It judges texts in this process, with lists
of several lengths; the words are of the lengths that real lists have, four of five Chinese."""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

from bench.report.progress import Progress
from bench.run import linux
from bench.run.options import Options
from bench.run.output import write
from moderation.folding import fold
from moderation.matching import Matcher
from moderation.wordlist import MASK

LISTS = (1_000, 10_000, 50_000, 200_000)
_CHINESE = "".join(map(chr, range(0x4E00, 0x9FA6)))
#: The commonest characters of what people write.
_USUAL = "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下"


def words(count: int, chance: random.Random) -> dict[str, tuple[int, str]]:
    """A list of so many."""
    found: dict[str, tuple[int, str]] = {}
    while len(found) < count:
        if chance.random() < 0.8:
            word = "".join(chance.choices(_CHINESE, k=chance.choice((2, 2, 3, 3, 4, 5, 6))))
        else:
            word = "".join(chance.choices("etaoinshrdlucmwfgypbvk", k=chance.randint(4, 10)))
        found[fold(word)] = MASK, word
    return found


def texts(chance: random.Random) -> Iterator[tuple[str, str]]:
    """A name for each, and the text."""
    chinese = "".join(chance.choices(_USUAL, k=20)) + "，" + "".join(chance.choices(_USUAL, k=19)) + "。"
    yield "40 Chinese characters", chinese
    yield (
        "100 English letters",
        "the quick brown fox jumps over the lazy dog, and then it goes home to sleep " * 2,
    )
    yield "40, with a word of it", chinese[:36]  # a word is put behind
    yield "64 KiB of Chinese", (chinese * 600)[:21_800]


def took_us(act: Callable[[], object], least_s: float = 0.3) -> float:
    """CPU time of one call, the best of several rounds."""
    act()
    times, best = 1, float("inf")
    for _ in range(5):
        while True:
            begun = time.process_time()
            for _ in range(times):
                act()
            took_s = time.process_time() - begun
            if took_s > least_s / 5:
                break
            times *= 2
        best = min(best, took_s / times)
    return best * 1e6


async def run(options: Options, progress: Progress) -> int:
    """Prints microseconds a text."""
    chance = random.Random(1)
    figures = []
    for count in LISTS:
        listed = words(count, chance)
        begun = time.perf_counter()
        matcher = Matcher(listed)
        made_s = time.perf_counter() - begun
        a_word = next(word for _, word in listed.values() if not word.isascii())
        costs: dict[str, float] = {}
        for name, text in texts(chance):
            costs[name] = took_us(partial(matcher.judge, text + a_word if "with" in name else text))
        figures.append({"words": count, "made_s": made_s, "us": costs})
        progress.clear()
        told = "   ".join(f"{name} {us:.1f} µs" for name, us in costs.items())
        print(f"{count:>7} words, made in {made_s:.2f} s:   {told}")
    write(options, {"machine": linux.machine(), "words": figures}, "")
    return 0
