"""The word list: which one holds, and what it makes of texts before anybody else gets them."""

import asyncio
import logging
import re
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from moderation.matching import Matcher, Verdict
from moderation.wordlist import BLOCK, DEED_NAMES, MASK, REVIEW, BrokenList, Fault, WordList, read
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.messages import Media, Message

logger = logging.getLogger("magpie.words")

#: Seconds between two looks at the file. A new one is read when it is the same at two looks: an editor may
#: still be writing.
LOOK_S = 2.0
#: Lines that a line of the log names.
_MOST_NAMED = 20

#: When a file was written, how long it is, and which it is; None for none.
_Stamp = tuple[int, int, int] | None

#: Texts that no person reads: the address of a place, whose card it is.
_NO_TEXT = {Media.PLACE: "memo", Media.CARD: "content"}
_NUMBERS = frozenset("0123456789.,-+ ")
#: What leads somewhere. Any other `url` is a text, and pages show it as one.
_ADDRESS = re.compile(r"(?:https?://|/(?:mnt|asset|redpacket)/)\S+\Z", re.IGNORECASE)


class Standing(NamedTuple):
    """What holds: how many words of each deed, the lines of the file that were refused, when it was read
    (ms), and why a newer file is not used, "" when there is none."""

    path: str
    counts: dict[str, int]
    faults: list[Fault]
    loaded: int
    broken: str


class Words:
    """The list in `path`, if there is one. Each process has its own, and looks at the file itself.

    Begins with `start`, ends with `close`. Raises `BrokenList` when there is nothing to begin with."""

    def __init__(self, path: Path | None = None, look_s: float = LOOK_S) -> None:
        self._path = path
        self._look_s = look_s
        self._matcher: Matcher | None = None
        self._list = WordList({}, [])
        self._loaded = 0
        self._broken = ""
        self._used: _Stamp = None  # of the file that was read last
        self._seen: _Stamp = None  # as it was at the last look
        self._task: asyncio.Task[None] | None = None
        self._blocked = self._masked = self._held = 0
        if self._path is not None:
            self._used = self._seen = _stamp(self._path)
            found = read(self._path)
            self._use(found, Matcher(found.words))

    def check(self, text: str) -> str:
        """A name, a greeting, an announcement and whatever else can't wait for a review, as it may be stored:
        words to be masked are. Raises `Refused` for a word that is blocked, and for one to be reviewed, since
        what has it would have to wait."""
        shown, why = self.masked(text)
        if why is not None:
            raise why
        return shown

    def masked(self, text: str) -> tuple[str, Refused | None]:
        """The same for who does not know yet whether it is to be refused."""
        verdict = self._matcher.judge(text) if self._matcher is not None and text else None
        if verdict is None:
            return text, None
        if verdict.deed != MASK:
            return text, self.refusal()
        self._masked += 1
        return verdict.text, None

    def blocks(self, text: str) -> bool:
        """Whether a text may not be said at all."""
        verdict = self._matcher.judge(text) if self._matcher is not None and text else None
        return verdict is not None and verdict.deed == BLOCK

    def finds(self, text: str) -> bool:
        """Whether a text has any word of the list: for what can neither be masked nor wait."""
        return self._matcher is not None and self._matcher.judge(text) is not None

    def judge_message(self, message: Message) -> tuple[Message, Verdict | None]:
        """The message with its words masked, and the strictest verdict about its texts, if there is any. A
        message that was masked still tells its resend from another by what was first said."""
        if self._matcher is None:
            return message, None
        worst: Verdict | None = None
        masked: dict[str, str] = {}
        for name in ("content", "memo", "url"):
            text = getattr(message, name)
            if not text or (_NO_TEXT.get(message.media) == name and _NUMBERS.issuperset(text)):  # type: ignore[call-overload]
                continue
            if name == "url" and is_address(text):
                continue
            verdict = self._matcher.judge(text)
            if verdict is None:
                continue
            if verdict.text != text:
                masked[name] = verdict.text
            if worst is None or verdict.deed > worst.deed:
                worst = verdict
        if masked:
            message = replace(message, said=message.digest(), **masked)
        if worst is not None and worst.deed != BLOCK:  # a refusal counts as it is made
            self._masked += worst.deed == MASK
            self._held += worst.deed == REVIEW
        return message, worst

    def refusal(self) -> Refused:
        """Why a text is not taken. Which word it is stays untold: who looks for a way around it would be
        helped."""
        self._blocked += 1
        return Refused("内容含有不允许使用的词语", "It has words that are not allowed here")

    def standing(self) -> Standing:
        """For operators."""
        counts = dict.fromkeys(DEED_NAMES.values(), 0)
        for deed, _ in self._list.words.values():
            counts[DEED_NAMES[deed]] += 1
        path = "" if self._path is None else str(self._path)
        return Standing(path, counts, self._list.faults, self._loaded, self._broken)

    def stats(self) -> dict[str, int]:
        """`words_listed`: words that hold; `words_faults`: lines of the file that were refused;
        `words_broken`: 1 while a newer file can't be used; since the start `words_blocked`, `words_masked`,
        `words_held`: texts refused, changed, and kept for a review."""
        return {
            "words_listed": len(self._list.words),
            "words_faults": len(self._list.faults),
            "words_broken": int(bool(self._broken)),
            "words_blocked": self._blocked,
            "words_masked": self._masked,
            "words_held": self._held,
        }

    def start(self) -> None:
        """Call it on the loop."""
        if self._path is not None:
            self._task = asyncio.get_running_loop().create_task(self._watch(self._path))

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    # --- the file -----------------------------------------------------------------------------------------

    async def _watch(self, path: Path) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            stamp = await asyncio.to_thread(_stamp, path)
            settled, self._seen = stamp == self._seen, stamp
            if not settled or stamp == self._used:
                continue
            self._used = stamp  # what is wrong with it is said once
            try:
                found, matcher = await asyncio.to_thread(_load, path)
            except BrokenList as error:
                self._broken = str(error)
                logger.warning("words: the old list stays: %s", error)
            except Exception:  # a fault of ours ends no watch
                self._broken = f"{path}: see the log"
                logger.exception("words: the old list stays")
            else:
                self._use(found, matcher)

    def _use(self, found: WordList, matcher: Matcher) -> None:
        self._list, self._loaded, self._broken = found, now_ms(), ""
        self._matcher = matcher if found.words else None
        logger.info("words: %d from %s", len(found.words), self._path)
        if found.faults:
            named = "; ".join(f"line {fault.line}: {fault.en}" for fault in found.faults[:_MOST_NAMED])
            more = len(found.faults) - _MOST_NAMED
            logger.warning("words: refused %s%s", named, f"; and {more} more" if more > 0 else "")


def is_address(url: str) -> bool:
    """Whether a `url` is not read by people as it stands."""
    return _ADDRESS.match(url) is not None


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _load(path: Path) -> tuple[WordList, Matcher]:
    found = read(path)
    return found, Matcher(found.words)
