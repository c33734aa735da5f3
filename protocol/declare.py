"""How a command is declared: its fields, and the doors it comes in by.

    @call("/contact/addfriend", access=Access.USER, limit="contact")
    class AddFriend(Command, frozen=True):
        "Both become friends at once and may write to each other."

        dstid: Id

`call` is the door for HTTP, `frame` the one for the socket; a command may have both. Who reads a call or a
frame gets a command that is right in itself, or the refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, get_type_hints

import msgspec
from msgspec.structs import fields as fields_of

from protocol import values
from protocol.fields import Field
from protocol.forms import Form

#: A frame of so many characters has in no field more bytes than `MAX_TEXT_BYTES`, whatever they spell.
_SURELY_SHORT = 16383


class Access(Enum):
    """Who may make a call."""

    PUBLIC = "public"  #: anyone, and it does not matter who: log-in and registration
    USER = "user"  #: the user named in `userid` (or `ownerid`), with a credential of that user
    ANY_SESSION = "any session"  #: any valid credential; a `userid`, when given, must be its user
    OPTIONAL = "optional"  #: as ANY_SESSION, or nobody
    OPERATOR = "operator"  #: as USER, who is an operator of the installation


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client says. Fields that nobody knows are passed over (msgspec refuses them, and `Frame` then
    looks again)."""

    by_call: ClassVar["Call[Any] | None"] = None
    by_frame: ClassVar["Frame[Any] | None"] = None
    is_speech: ClassVar[bool] = False  #: others hear from the caller by it: one who is muted is refused

    def check(self) -> None:
        """Refuses what single fields cannot show: two that exclude each other, one that is needed by
        another."""

    @property
    def speaks(self) -> bool:
        """Whether it is speech as it is said here."""
        return self.is_speech


C = TypeVar("C", bound=Command)


def call(
    *routes: str,
    access: Access,
    limit: str | None = None,
    anonymous_limit: str | None = None,
    file: str | None = None,
    data: object = None,
    row: object = None,
    mime: str = "",
) -> Callable[[type[C]], type[C]]:
    """The command is made by a POST to any of `routes`. It counts against `limit` for its user, before
    log-in (or against `anonymous_limit`, if that is another) for its address. `file`: the part of a
    multipart body that is one. `data` and `row`: what the answer holds, one thing or a list of them; `mime`:
    of an answer that is no envelope."""

    def declare(command: type[C]) -> type[C]:
        command.by_call = Call(
            command, routes, access, limit, anonymous_limit or limit, file, data, row, mime
        )
        return command

    return declare


def frame(*cmds: int, limit: str | None) -> Callable[[type[C]], type[C]]:
    """The command is a frame with one of `cmds`, from whoever has the socket; it counts against `limit`. Of
    several cmds the command has a field of its own."""

    def declare(command: type[C]) -> type[C]:
        command.by_frame = Frame(command, tuple(map(int, cmds)), limit)
        return command

    return declare


@dataclass(frozen=True)
class _Door(Generic[C]):
    command: type[C]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        hints = get_type_hints(self.command, include_extras=True)
        return tuple(Field(f.name, hints[f.name], f.default) for f in fields_of(self.command))


@dataclass(frozen=True)
class Call(_Door[C]):
    """The door of a command for HTTP."""

    routes: tuple[str, ...]
    access: Access
    limit: str | None
    anonymous_limit: str | None
    file: str | None = None
    data: object = None
    row: object = None
    mime: str = ""

    def read(self, form: Form) -> C:
        """The command in a call's fields, or why there is none."""
        found = [(field, *field.found(form)) for field in self.fields if not field.in_frames]
        said: dict[str, object] = {}
        for field, name, value in found:
            if value is not None:
                said[field.name] = field.checked(value, name)
            elif field.required:
                raise field.refusal()
        command = self.command(**said)
        command.check()
        return command


@dataclass(frozen=True)
class Frame(_Door[C]):
    """The door of a command for the socket."""

    cmds: tuple[int, ...]
    limit: str | None

    def read(self, raw: str) -> C:
        """The command in a frame, or why there is none.

        msgspec decodes and checks at once and is asked first. It takes nothing that we refuse but for NUL
        and for texts with more bytes than characters, knows nothing of names, and refuses a little that we
        take, unknown fields first of all. So where it says no, or may be wrong, each field is looked at."""
        if len(raw) > _SURELY_SHORT or "\\u0000" in raw or self._has_names:
            return self.look(values.parse_json(raw))
        try:
            command = self._decoder.decode(raw)
        except (ValueError, RecursionError):
            return self.look(values.parse_json(raw))
        for field, refuse in self._rules:
            value = getattr(command, field)
            if value is not None:
                refuse(value, field)
        command.check()
        return command

    def look(self, fields: dict[str, object]) -> C:
        """The command in a frame's fields, looked at one by one: slow, and sure to say why not."""
        said: dict[str, object] = {}
        for field in self.fields:
            value = fields.get(field.name)
            if value is None and (field.nullable or (field.name not in fields and not field.required)):
                continue
            said[field.name] = field.checked(value)
        command = self.command(**said)
        command.check()
        return command

    @cached_property
    def _decoder(self) -> "msgspec.json.Decoder[C]":
        if any(field.name == "cmd" for field in self.fields):
            return msgspec.json.Decoder(self.command)
        [cmd] = self.cmds
        # The cmd tells which command it is and is no field of it: msgspec's word for that is a tag.
        tagged = msgspec.defstruct(
            self.command.__name__, (), bases=(self.command,), tag_field="cmd", tag=cmd, frozen=True
        )
        return msgspec.json.Decoder(tagged)

    @cached_property
    def _has_names(self) -> bool:
        return any(field.seen for field in self.fields)

    @cached_property
    def _rules(self) -> list[tuple[str, Callable[[Any, str], None]]]:
        return [(field.name, refuse) for field in self.fields for refuse in field.rules]
