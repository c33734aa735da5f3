"""The table of commands, and how one is declared.

    def declare(commands: Commands) -> None:
        command = commands.add("roles on", _on, "make somebody an operator", Effect.MEMORY)
        command.argument("id", type=an_id, help="of the user")

A new subject is a file with such a `declare`, named in `SUBJECTS`.
"""

import argparse
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NoReturn, TypeVar

from actions.services import Services
from admin.output import Output
from protocol.clock import now_ms
from protocol.declare import Command as Said
from protocol.forms import Form
from protocol.limits import MAX_INT
from start.command_line import add_places

#: What a command does, with the parts, what was said, and where its answer goes.
Verb = Callable[[Services, argparse.Namespace, Output], Awaitable[None]]

C = TypeVar("C", bound=Said)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"(\d{1,6})([smhdw])")
#: As many as are shown when nobody says how many.
ROWS = 50


class Effect(Enum):
    """What servers that run beside it have to do when a command has changed something."""

    NOTHING = "nothing"  #: it changes nothing, or nothing that anybody keeps
    MEMORY = "memory"  #: sessions, memberships, mutes and what else they keep in memory are read again
    CLIENTS = "clients"  #: and clients ask what is new: the command has written into the log


@dataclass
class Command:
    """One of them, as `Commands.add` has declared it."""

    words: str
    verb: Verb
    effect: Effect
    parser: argparse.ArgumentParser = field(repr=False)

    def argument(self, *names: str, **how: Any) -> None:
        """As argparse's `add_argument`."""
        self.parser.add_argument(*names, **how)

    def rows(self) -> None:
        """The command lists something: how much of it."""
        self.argument(
            "--limit", type=_count, default=ROWS, metavar="N", help=f"rows, 0 for all (default: {ROWS})"
        )


class Commands:
    """All commands, and the parser that tells which is meant."""

    def __init__(self) -> None:
        self.parser = _Parser(prog="python -m admin", description="Magpie 鹊桥: people, roles, safety")
        self.all: dict[str, Command] = {}
        self._subjects = self.parser.add_subparsers(metavar="COMMAND", required=True)
        self._verbs: dict[str, Any] = {}

    def subject(self, name: str, about: str) -> None:
        """A word that has others behind it: ``users list``."""
        parser = self._subjects.add_parser(name, help=about, description=about)
        self._verbs[name] = parser.add_subparsers(metavar="VERB", required=True)

    def add(self, words: str, verb: Verb, about: str, effect: Effect = Effect.NOTHING) -> Command:
        """The command ``words``, one word or two, of which the first is a `subject`."""
        first, _, second = words.partition(" ")
        among = self._verbs[first] if second else self._subjects
        parser = among.add_parser(second or first, help=about, description=about)
        parser.add_argument("--json", action="store_true", help="the answer as JSON, for programs")
        add_places(parser)
        command = self.all[words] = Command(words, verb, effect, parser)
        parser.set_defaults(command=command)
        return command


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"magpie: {message}; {self.prog} --help says how\n")


def checked(command: type[C], **fields: object) -> C:
    """The arguments as the route would read them, with the same bounds. Raises `BadArgument`."""
    call = command.by_call
    assert call is not None
    read: C = call.read(Form(fields))
    return read


# --- what arguments mean ----------------------------------------------------------------------------------


def an_id(text: str) -> int:
    """The id of a user, group or whatever it is."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:17]) <= MAX_INT:
        raise argparse.ArgumentTypeError(f"{text!r} is no id")
    return int(text)


def a_number(text: str) -> int:
    """A whole number, also below 0."""
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or int(digits[:17]) > MAX_INT:
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def until(text: str) -> int:
    """A time (ms): after a span (30m, 2h, 7d), at a date, or "off", which is 0, and "forever"."""
    if text in ("off", "forever"):
        return 0 if text == "off" else MAX_INT
    if span := _SPAN.fullmatch(text):
        return now_ms() + int(span[1]) * _UNITS[span[2]] * 1000
    try:
        at = datetime.fromisoformat(text)
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: say 30m, 2h, 7d, 2030-12-31, forever or off"
        ) from None


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def at(ms: int) -> str:
    """A time as people read it, "" for none."""
    if not ms:
        return ""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(ms / 1000))
    except (ValueError, OverflowError, OSError):
        return "forever"
