"""Passwords that are tried first: the commonest, simple patterns, and the account's own number.

The commonest are zxcvbn's, and those in `weak_passwords.txt` beside this file.
"""

import re
import unicodedata
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from protocol.errors import BadArgument, Refused
from protocol.limits import MAX_PASSWD_BYTES

_LIST = Path(__file__).with_suffix(".txt")
#: Words of zxcvbn's list, which goes from the commonest on.
_ZXCVBNS = 10_000
#: Patterns of so many signs are seen at once: 111111, 121212, abcabc.
_SHORT = 3
#: What fingers run along, forwards or backwards.
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
#: With more signs beside it, a part of one's number is no longer the first guess.
_BESIDE_NUMBER = 2
_SHORTEST_NUMBER = 5


def refuse_weak(passwd: str, mobile: str, least_bytes: int) -> None:
    """Raises `BadArgument` for a password of fewer than `least_bytes`, and `Refused` for one that somebody
    who guesses tries first. Old passwords are not looked at: they still log in."""
    if len(passwd.encode()) < least_bytes:
        raise BadArgument(
            f"密码长度应为 {least_bytes} 到 {MAX_PASSWD_BYTES} 个字节",
            f"A password has {least_bytes} to {MAX_PASSWD_BYTES} bytes",
        )
    word = unicodedata.normalize("NFKC", passwd).casefold().strip()
    if _is_simple(word) or word in _COMMONEST:
        raise Refused(
            "这个密码太常见，很容易被猜到，请换一个",
            "This password is among those tried first: choose another",
        )
    if _is_of(mobile, word):
        raise Refused("密码不能是自己的手机号", "Your own number is no password")


def _is_simple(word: str) -> bool:
    sizes = range(1, min(_SHORT, len(word) // 2) + 1)
    repeated = not word or any(word == (word[:size] * len(word))[: len(word)] for size in sizes)
    return repeated or any(word in run or word[::-1] in run for run in _RUNS)


def _is_of(mobile: str, word: str) -> bool:
    number = re.sub(r"\A(?:\+|00)86(?=1[0-9]{10}\Z)|\+", "", mobile)
    digits = re.sub("[^0-9]", "", word)
    if len(digits) < _SHORTEST_NUMBER or len(word) - len(digits) > _BESIDE_NUMBER:
        return False
    return digits in number or digits in number[::-1] or number in digits


def _read_list() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    ours = {word for line in lines if not line.startswith("# ") for word in line.split()}
    return frozenset(ours.union(FREQUENCY_LISTS["passwords"][:_ZXCVBNS]))


#: Read at the start, which nobody waits for.
_COMMONEST = _read_list()
