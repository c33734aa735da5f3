"""Writes what a client may say as documents for machines, read off the declarations in `protocol/`:
docs/openapi.json for HTTP and docs/asyncapi.json for the socket.

python -m tools.schema [--check]
"""

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from protocol.commands import COMMANDS
from protocol.declare import Access, Call, Command, Frame
from protocol.errors import Refusal
from protocol.fields import Field
from protocol.limits import MAX_INT, MAX_SECRET

DOCS = Path(__file__).resolve().parent.parent / "docs"
Schema = dict[str, Any]

_WIDTH = 105

_SCHEMAS = "#/components/schemas/"
_ABOUT = {
    "title": "Magpie",
    "version": "2",
    "description": "Made from the declarations in protocol/ by `python -m tools.schema`. What is promised is"
    " told in protocol.md.",
}
_ACCESS = {
    Access.PUBLIC: "anyone",
    Access.USER: "the user named in `userid` (or `ownerid`), with a credential of that user",
    Access.ANY_SESSION: "whoever has a valid credential; `userid`, when given, must be its user",
    Access.OPTIONAL: "whoever has a valid credential, or nobody",
}
_ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_INT}
_CALLER: Schema = {
    "userid": {**_ID, "description": "Who calls; also as `ownerid`"},
    "token": {
        "type": "string",
        "maxLength": MAX_SECRET,
        "description": "The credential, where neither cookie nor Bearer header is sent",
    },
}


def openapi() -> Schema:
    """All calls."""
    paths: dict[str, Schema] = {}
    schemas: dict[str, Schema] = {}
    for command in COMMANDS:
        if call := command.by_call:
            schemas[command.__name__] = _call_schema(command, call)
            first, *others = call.routes
            paths[first] = {"post": _operation(command, call)}
            paths |= {route: {"$ref": "#/paths/" + first.replace("/", "~1")} for route in others}
    return {
        "openapi": "3.1.0",
        "info": _ABOUT,
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Answer": _answer()},
            "responses": {
                "Answer": {
                    "description": "Refusals too are HTTP 200: `code` tells.",
                    "content": {"application/json": {"schema": {"$ref": _SCHEMAS + "Answer"}}},
                }
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "im_<userid>"},
            },
        },
    }


def asyncapi() -> Schema:
    """All frames of clients; what the server says is told in protocol.md."""
    heard = [(command, command.by_frame) for command in COMMANDS if command.by_frame]
    return {
        "asyncapi": "3.0.0",
        "info": _ABOUT,
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


# --- calls ------------------------------------------------------------------------------------------------


def _operation(command: type[Command], call: Call[Any]) -> Schema:
    body = {"schema": {"$ref": _SCHEMAS + command.__name__}}
    kinds = ["application/json", "application/x-www-form-urlencoded"]
    return {
        "operationId": command.__name__,
        "tags": [_noun(command)],
        "summary": _sentences(command)[0],
        "description": " ".join([*_sentences(command)[1:], f"For {_ACCESS[call.access]}.{_counts(call)}"]),
        "x-access": call.access.value,
        "x-limit": call.limit,
        **({"x-anonymous-limit": call.anonymous_limit} if call.anonymous_limit != call.limit else {}),
        "security": _security(call.access),
        "requestBody": {"content": dict.fromkeys(["multipart/form-data"] if call.file else kinds, body)},
        "responses": {"200": {"$ref": "#/components/responses/Answer"}},
    }


def _counts(call: Call[Any]) -> str:
    return f" Counts against `limits.{call.limit}_rate`." if call.limit else ""


def _security(access: Access) -> list[Schema]:
    nobody: list[Schema] = [{}]
    either: list[Schema] = [{"bearer": []}, {"cookie": []}]
    if access is Access.PUBLIC:
        return nobody
    return either + nobody if access is Access.OPTIONAL else either


def _call_schema(command: type[Command], call: Call[Any]) -> Schema:
    fields = [field for field in call.fields if not field.in_frames]
    schema = _schema(command, fields)
    if call.file:
        schema["properties"][call.file] = {"type": "string", "format": "binary"}
        schema["required"].append(call.file)
    if call.access is not Access.PUBLIC:
        schema["properties"] = {**_CALLER, **schema["properties"]}
    if call.access is Access.USER:
        schema["required"].insert(0, "userid")
    return schema


def _answer() -> Schema:
    codes = {refusal.code: refusal.en for refusal in Refusal.__subclasses__()}
    told = " · ".join(f"{code} {text.lower()}" for code, text in sorted(codes.items(), reverse=True))
    return {
        "type": "object",
        "properties": {
            "code": {"enum": [0, *sorted(codes, reverse=True)], "description": f"0 done · {told}"},
            "msg": {"type": "string", "description": "For people, in Chinese or English"},
            "data": {"description": "One thing, or what belongs to a list"},
            "rows": {"type": "array", "items": {"type": "object"}},
            "total": {"type": "integer"},
        },
        "required": ["code", "msg"],
    }


# --- frames -----------------------------------------------------------------------------------------------


def _message(command: type[Command], frame: Frame[Any]) -> Schema:
    return {
        "name": command.__name__,
        "summary": _sentences(command)[0],
        "tags": [{"name": _noun(command)}],
        "x-limit": frame.limit,
        "payload": {"$ref": _SCHEMAS + command.__name__},
    }


def _frame_schema(command: type[Command], frame: Frame[Any]) -> Schema:
    schema = _schema(command, list(frame.fields))
    if "cmd" not in schema["properties"]:
        schema["properties"] = {"cmd": {"const": frame.cmds[0]}, **schema["properties"]}
        schema["required"].insert(0, "cmd")
    return schema


def _query() -> Schema:
    return {
        "type": "object",
        "properties": {"id": _ID, "token": {"type": "string"}, "v": {"const": 2}},
        "required": ["id"],
    }


# --- both -------------------------------------------------------------------------------------------------


def _schema(command: type[Command], fields: list[Field]) -> Schema:
    """A command as msgspec tells it, with what it has no words for. Unknown fields are passed over."""
    _, components = msgspec.json.schema_components([command], ref_template=_SCHEMAS + "{name}")
    told = components[command.__name__]["properties"]
    properties: dict[str, Schema] = {}
    for field in fields:
        schema = _without_null(told[field.name])
        notes = [schema.pop("description", "")]
        if field.held < MAX_INT:
            notes.append(f"more than {field.held} means {field.held}")
        if field.bytes:
            notes.append(f"at most {field.bytes} bytes")
        notes += [f"also as `{name}`" for name in field.names[1:]]
        note = "; ".join(filter(None, notes))
        properties[field.name] = {**schema, **({"description": note} if note else {})}
    return {
        "type": "object",
        "description": _said(command),
        "properties": properties,
        "required": [field.name for field in fields if field.required],
    }


def _without_null(schema: Schema) -> Schema:
    """A field that may be left out may be null, too, which says nothing more."""
    if "anyOf" not in schema:
        return schema
    [rest] = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    return {**rest, "type": [rest["type"], "null"]} if "type" in rest else {"enum": [*rest["enum"], None]}


def _said(command: type[Command]) -> str:
    return " ".join((inspect.getdoc(command) or "").split())


def _sentences(command: type[Command]) -> list[str]:
    return re.split(r"(?<=[.]) (?=[A-Z])", _said(command))


def _noun(command: type[Command]) -> str:
    return command.__module__.rpartition(".")[2]


DOCUMENTS = {"openapi.json": openapi, "asyncapi.json": asyncapi}


def text_of(value: object, indent: str = "") -> str:
    """JSON for readers: what fits on a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, (dict, list)):
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        parts, opening, closing = [text_of(item, deeper) for item in value], "[", "]"
    else:
        parts = [f"{json.dumps(name)}: {text_of(item, deeper)}" for name, item in value.items()]
        opening, closing = "{", "}"
    return opening + "\n" + ",\n".join(deeper + part for part in parts) + "\n" + indent + closing


def main() -> int:
    """0, or with --check 1 when a document says something else than the declarations."""
    stale = 0
    for name, make in DOCUMENTS.items():
        path, text = DOCS / name, text_of(make()) + "\n"
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"docs/{name} is stale: run  python -m tools.schema")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
