"""docs/asyncapi.json: all frames of clients; what the server says is told in protocol.md."""

from typing import Any

from protocol.commands import COMMANDS
from protocol.declare import Command, Frame
from tools.schema.parts import ABOUT, ID, SCHEMAS, Schema, noun, schema_of, sentences


def asyncapi() -> Schema:
    """All frames of clients; what the server says is told in protocol.md."""
    heard = [(command, command.by_frame) for command in COMMANDS if command.by_frame]
    return {
        "asyncapi": "3.0.0",
        "info": ABOUT,
        "channels": {
            "chat": {
                "address": "/chat",
                "description": "A WebSocket. Text frames, one JSON object each.",
                "bindings": {"ws": {"method": "GET", "query": _query()}},
                "messages": {
                    command.__name__: {"$ref": "#/components/messages/" + command.__name__}
                    for command, _ in heard
                },
            }
        },
        "operations": {
            command.__name__: {
                "action": "receive",
                "channel": {"$ref": "#/channels/chat"},
                "messages": [{"$ref": "#/channels/chat/messages/" + command.__name__}],
            }
            for command, _ in heard
        },
        "components": {
            "messages": {command.__name__: _message(command, frame) for command, frame in heard},
            "schemas": {command.__name__: _frame_schema(command, frame) for command, frame in heard},
        },
    }


def _message(command: type[Command], frame: Frame[Any]) -> Schema:
    return {
        "name": command.__name__,
        "summary": sentences(command)[0],
        "tags": [{"name": noun(command)}],
        "x-limit": frame.limit,
        "payload": {"$ref": SCHEMAS + command.__name__},
    }


def _frame_schema(command: type[Command], frame: Frame[Any]) -> Schema:
    schema = schema_of(command, list(frame.fields))
    if "cmd" not in schema["properties"]:
        schema["properties"] = {"cmd": {"const": frame.cmds[0]}, **schema["properties"]}
        schema["required"].insert(0, "cmd")
    return schema


def _query() -> Schema:
    return {
        "type": "object",
        "properties": {"id": ID, "token": {"type": "string"}, "v": {"const": 2}},
        "required": ["id"],
    }
