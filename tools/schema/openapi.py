"""docs/openapi.json: all calls."""

from types import NoneType, UnionType
from typing import Any, get_args

import msgspec
from msgspec import UnsetType

from protocol.commands import COMMANDS
from protocol.declare import Access, Call, Command
from protocol.errors import Refusal
from protocol.limits import MAX_SECRET
from tools.schema.parts import ABOUT, ID, SCHEMAS, Schema, noun, schema_of, sentences

_ACCESS = {
    Access.PUBLIC: "anyone",
    Access.USER: "the user named in `userid` (or `ownerid`), with a credential of that user",
    Access.ANY_SESSION: "whoever has a valid credential; `userid`, when given, must be its user",
    Access.OPTIONAL: "whoever has a valid credential, or nobody",
    Access.OPERATOR: "the user named in `userid`, who is an operator of the installation",
}
_REFUSED_TOO = "Refusals too are HTTP 200: `code` tells"
_CALLER: Schema = {
    "userid": {**ID, "description": "Who calls; also as `ownerid`"},
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
        "info": ABOUT,
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Answer": _answer(), **_rows()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "im_<userid>"},
            },
        },
    }


def _operation(command: type[Command], call: Call[Any]) -> Schema:
    body = {"schema": {"$ref": SCHEMAS + command.__name__}}
    kinds = ["application/json", "application/x-www-form-urlencoded"]
    return {
        "operationId": command.__name__,
        "tags": [noun(command)],
        "summary": sentences(command)[0],
        "description": " ".join([*sentences(command)[1:], f"For {_ACCESS[call.access]}.{_counts(call)}"]),
        "x-access": call.access.value,
        "x-limit": call.limit,
        **({"x-anonymous-limit": call.anonymous_limit} if call.anonymous_limit != call.limit else {}),
        "security": _security(call.access),
        "requestBody": {"content": dict.fromkeys(["multipart/form-data"] if call.file else kinds, body)},
        "responses": {"200": {"description": _REFUSED_TOO, "content": _answers(call)}},
    }


def _answers(call: Call[Any]) -> Schema:
    file = {call.mime: {"schema": {"type": "string", "format": "binary"}}} if call.mime else {}
    return {**file, **_json(_answer_schema(call))}


def _answer_schema(call: Call[Any]) -> Schema:
    """The envelope with what this call puts into it."""
    parts: dict[str, Schema] = {}
    if call.data is not None:
        parts["data"] = _reference(call.data)
    if call.row is not None:
        parts["rows"] = {"type": "array", "items": _reference(call.row)}
    envelope = {"$ref": SCHEMAS + "Answer"}
    return {"allOf": [envelope, {"type": "object", "properties": parts}]} if parts else envelope


def _reference(kind: Any) -> Schema:
    kind = _one(kind)
    return {"type": "string"} if kind is str else {"$ref": SCHEMAS + kind.__name__}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


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
    schema = schema_of(command, fields)
    if call.file:
        schema["properties"][call.file] = {"type": "string", "format": "binary"}
        schema["required"].append(call.file)
    if call.access is not Access.PUBLIC:
        schema["properties"] = {**_CALLER, **schema["properties"]}
    if call.access in (Access.USER, Access.OPERATOR):
        schema["required"].insert(0, "userid")
    return schema


def _rows() -> dict[str, Schema]:
    """What answers hold."""
    told = [_one(kind) for c in COMMANDS if c.by_call for kind in (c.by_call.data, c.by_call.row)]
    kinds = [kind for kind in dict.fromkeys(told) if kind not in (None, str)]
    _, components = msgspec.json.schema_components(kinds, ref_template=SCHEMAS + "{name}")
    told_of = {name: _without_title(schema) for name, schema in components.items()}
    for kind in kinds:
        if issubclass(kind, msgspec.Struct):
            told_of[kind.__name__]["required"] = _always_there(kind)
    return told_of


def _one(kind: Any) -> Any:
    """What there is, where there may also be nothing."""
    return (
        next(part for part in get_args(kind) if part is not NoneType) if isinstance(kind, UnionType) else kind
    )


def _always_there(kind: type[msgspec.Struct]) -> list[str]:
    """The fields that are never UNSET, which msgspec tells only of those with a default."""
    fields = msgspec.structs.fields(kind)
    return [field.name for field in fields if UnsetType not in get_args(field.type)]


def _without_title(schema: Schema) -> Schema:
    described = {**schema, "description": " ".join(schema.get("description", "").split())}
    return {name: value for name, value in described.items() if name != "title"}


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
