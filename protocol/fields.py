"""Fields: what one of them may hold, said once in its annotation and read in three ways.

msgspec reads the bounds (`Meta`) when it decodes a frame; `Field` reads them when a value came in a form, or
to say why one was refused; JSON Schema shows them to others. What msgspec has no word for are the marks::

    icon: Annotated[Picture, Also("pic")] = ""
"""

import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import fields as fields_of

from protocol import names, values
from protocol.errors import BadArgument
from protocol.forms import Form
from protocol.limits import MAX_INT, MAX_SECRET, MAX_URL

T = TypeVar("T")

# --- marks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A word that needs nothing beside it."""

    name: str


@dataclass(frozen=True)
class Also:
    """Another name of the field in forms: the first that is given counts."""

    name: str


@dataclass(frozen=True)
class Held:
    """A larger number means this one."""

    most: int


@dataclass(frozen=True)
class Bytes:
    """What a text may have of them, whatever it spells."""

    most: int


@dataclass(frozen=True)
class Rule:
    """Called with the value and the field's name; raises what speaks against it."""

    refuse: Callable[[Any, str], None]


@dataclass(frozen=True)
class Mended:
    """What is done to a form's value before anybody looks at it."""

    mend: Callable[[object], object]


@dataclass(frozen=True)
class Missing:
    """Called with the field's name: what is said when it is left out."""

    refusal: Callable[[str], BadArgument]


#: Given twice it is refused: which one was meant?
ONCE = Mark("once")
#: Without the white space around it.
STRIP = Mark("strip")
#: A name: without what cannot be seen in it, which is none when nothing can (`protocol.names`).
SEEN = Mark("seen")
#: In frames only: a call says it elsewhere, or not at all.
IN_FRAMES = Mark("in frames")

#: What an error repeats: a text, and anything else is passed over.
ECHOED = Mark("echoed")

# --- the fields that many commands have -------------------------------------------------------------------

_PICTURE = re.compile(r"""(?:/(?:mnt|asset)/|https://)[^\s\x00-\x20\x7f"'<>\\`]+\Z""")


def _refuse_scripts(url: str, name: str) -> None:
    """The address of an avatar or icon is a file of ours or https. Anything else, `javascript:` first of all,
    is refused."""
    if url and not (_PICTURE.match(url) and ".." not in url):
        raise BadArgument.of(name)


Number = Annotated[int, Meta(ge=0, le=MAX_INT)]
#: Of a user, group, message or session.
Id = Annotated[int, Meta(ge=1, le=MAX_INT), ONCE]
#: A position in a conversation (`seq`, `ver`) or in the list (`change`).
Position = Annotated[int, Meta(ge=0, le=MAX_INT), ONCE]
Flag = Annotated[int, Meta(ge=0, le=1)]
#: How many rows are wanted; a command says what that is held to.
Limit = Annotated[int, Meta(ge=1, le=MAX_INT), ONCE]
#: What people are shown as the name of somebody or something, or a line about it.
Name = Annotated[str, STRIP, SEEN]
#: A password or token, kept as it is.
Secret = Annotated[str, Meta(min_length=1, max_length=MAX_SECRET), ONCE]
Picture = Annotated[
    str,
    Meta(max_length=MAX_URL, description="`/mnt/…`, `/asset/…` or `https://…`"),
    STRIP,
    Rule(_refuse_scripts),
]

# --- reading them -----------------------------------------------------------------------------------------


class Field:
    """One field, as its annotation and default say."""

    def __init__(self, name: str, hint: object, default: object = NODEFAULT) -> None:
        self.name = name
        self.default = default
        self.required = default is NODEFAULT
        hint, self.nullable = _without_none(hint)
        self.type, marks = _unpacked(hint)
        self.choices = get_args(self.type) if get_origin(self.type) is Literal else ()
        self.item = Field(name, get_args(self.type)[0]) if get_origin(self.type) is list else None
        self.parts = _parts_of(self.type)

        bounds: dict[str, Any] = {}
        for meta in _of(Meta, marks):
            bounds |= {key: value for key in _BOUNDS if (value := getattr(meta, key)) is not None}
        self.low, self.high = bounds.get("ge", 0), bounds.get("le", MAX_INT)
        self.shortest, self.longest = bounds.get("min_length", 0), bounds.get("max_length", MAX_INT)
        #: `from_` is called `from`, which Python has taken
        self.names = (name.removesuffix("_"), *(also.name for also in _of(Also, marks)))
        self.held = min((held.most for held in _of(Held, marks)), default=MAX_INT)
        self.bytes = min((limit.most for limit in _of(Bytes, marks)), default=0)
        self.rules = [rule.refuse for rule in _of(Rule, marks)]
        self.mends = [mended.mend for mended in _of(Mended, marks)]
        words = (ONCE, STRIP, SEEN, IN_FRAMES)
        self.once, self.strip, self.seen, self.in_frames = (word in marks for word in words)
        said = _of(Missing, marks)
        self._missing = said[-1].refusal if said else BadArgument.missing
        self._check: Callable[[object, str], object]
        if ECHOED in marks:
            self._check = lambda value, name: value if type(value) is str else None
        elif self.choices:
            self._check = self._choice
        elif self.item is not None:
            self._check = self._list
        elif self.parts:
            self._check = self._whole
        else:
            self._check = {int: self._integer, str: self._text}[self.type]

    # --- in a form ----------------------------------------------------------------------------------------

    def found(self, form: Form) -> tuple[str, object]:
        """The name under which the field came, and its value with digits made numbers: None when it was left
        out. An empty text is one that was said, if only to empty it."""
        if self.once:
            form.refuse_repeated(*self.names)
        for name in self.names:
            if name in form:
                return name, self._plain(form.value(name))
        emptied = self.type is str and any(form.value(name) == "" for name in self.names)
        return self.name, "" if emptied else None

    def _plain(self, value: object) -> object:
        """A form knows only text: digits are numbers there, and a list is JSON."""
        for choice in self.choices:  # one of them may be negative, and digits never are
            if value == str(choice):
                return choice
        if self.type is int or (self.choices and type(self.choices[0]) is int):
            return values.digits(value, signed=self.low < 0)
        if self.item is not None:
            listed = values.parse_json_list(value) if type(value) is str else value
            return [self.item._plain(item) for item in listed] if type(listed) is list else listed
        if self.parts:
            value = values.small_object(value)
            return {k: self._part(k, v) for k, v in value.items()} if type(value) is dict else value
        for mend in self.mends:
            value = mend(value)
        return value

    def refusal(self) -> BadArgument:
        """It was left out."""
        return self._missing(self.name)

    # --- its value ----------------------------------------------------------------------------------------

    def checked(self, value: object, name: str = "") -> object:
        """The value, or why it is none for this field; `name`: under which it came."""
        value = self._check(value, name or self.name)
        for refuse in self.rules:
            refuse(value, self.name)
        return value

    def _integer(self, value: object, name: str) -> int:
        number = values.integer(value, name, self.low, self.high)
        return number if number < self.held else self.held

    def _text(self, value: object, name: str) -> str:
        text = values.text(value, name, self.longest, self.bytes)
        if self.seen:
            text = names.shown(text)
        if self.strip:
            text = text.strip()
        if len(text) < self.shortest:
            raise self.refusal()
        return text or (self.default if isinstance(self.default, str) else "")

    def _choice(self, value: object, name: str) -> object:
        if any(type(value) is type(choice) and value == choice for choice in self.choices):
            return value
        raise BadArgument.of(name)

    def _list(self, value: object, name: str) -> list[object]:
        if type(value) is not list or not self.shortest <= len(value) <= self.longest:
            raise BadArgument.of(name)
        return [self.item.checked(item, name) for item in value] if self.item else value

    def _part(self, name: object, value: object) -> object:
        return next((part._plain(value) for part in self.parts if part.name == name), None)

    def _whole(self, value: object, name: str) -> object:
        if type(value) is not dict or any(value.get(part.name) is None for part in self.parts):
            raise BadArgument.of(name)
        return self.type(**{part.name: part.checked(value[part.name]) for part in self.parts})


_BOUNDS = ("ge", "le", "min_length", "max_length")


def _parts_of(kind: Any) -> "tuple[Field, ...]":
    """The fields of what has some itself: an item of a list, as a small object."""
    if not (isinstance(kind, type) and issubclass(kind, Struct)):
        return ()
    hints = get_type_hints(kind, include_extras=True)
    return tuple(Field(field.name, hints[field.name]) for field in fields_of(kind))


def _of(kind: type[T], marks: tuple[object, ...]) -> list[T]:
    return [mark for mark in marks if isinstance(mark, kind)]


def _without_none(hint: object) -> tuple[object, bool]:
    """The hint without its ``| None``, and whether it had one."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    [rest] = [part for part in get_args(hint) if part is not type(None)]
    return rest, True


def _unpacked(hint: object) -> tuple[Any, tuple[object, ...]]:
    """The bare type, and what stands beside it."""
    if get_origin(hint) is not Annotated:
        return hint, ()
    bare, *marks = get_args(hint)
    return bare, tuple(marks)
