"""What clients say in tests, read by the real doors."""

import json

from protocol import commands, values
from protocol.declare import Command
from protocol.errors import Refusal
from protocol.messages import Message, SendMessage


def frame(raw: str) -> Command:
    """The command of a frame's text; reading it field by field gives the same, or the same refusal."""
    door = commands.frame_of(raw)
    quick, slow = _outcome(door.read, raw), _outcome(lambda: door.look(values.parse_json(raw)))
    assert quick == slow
    return door.read(raw)


def message(fields: dict, userid: int) -> Message:
    """The message that a frame with these fields is, whatever its cmd."""
    raw = json.dumps(fields)
    door = SendMessage.by_frame
    quick, slow = _outcome(door.read, raw), _outcome(lambda: door.look(values.parse_json(raw)))
    assert quick == slow
    return door.read(raw).by(userid)


def _outcome(read, *args) -> tuple:
    """The fields of what was read, or all that is told of why it was not."""
    try:
        command = read(*args)
    except Refusal as refusal:
        return type(refusal), refusal.msg("zh"), refusal.msg("en"), refusal.data
    return tuple(getattr(command, name) for name in command.__struct_fields__)
