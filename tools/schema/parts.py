"""What both documents are made of: a command's fields as JSON Schema, and its words."""

import inspect
import re
from typing import Any

import msgspec

from protocol.declare import Command
from protocol.fields import Field
from protocol.limits import MAX_INT

Schema = dict[str, Any]

SCHEMAS = "#/components/schemas/"
ABOUT = {
    "title": "Magpie",
    "version": "2",
    "description": "Made from the declarations in protocol/ by `python -m tools.schema`. What is promised is"
    " told in protocol.md.",
}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_INT}


def schema_of(command: type[Command], fields: list[Field]) -> Schema:
    """A command as msgspec tells it, with what it has no words for. Unknown fields are passed over."""
    _, components = msgspec.json.schema_components([command], ref_template=SCHEMAS + "{name}")
    told = _with_parts(components[command.__name__]["properties"], components)
    properties: dict[str, Schema] = {}
    for field in fields:
        told_of = _without_null(told[field.name])
        notes = [told_of.pop("description", "")]
        if field.held < MAX_INT:
            notes.append(f"more than {field.held} means {field.held}")
        if field.bytes:
            notes.append(f"at most {field.bytes} bytes")
        notes += [f"also as `{name}`" for name in field.names[1:]]
        note = "; ".join(filter(None, notes))
        properties[field.names[0]] = {**told_of, **({"description": note} if note else {})}
    return {
        "type": "object",
        "description": said(command),
        "properties": properties,
        "required": [field.names[0] for field in fields if field.required],
    }


def _with_parts(schema: Any, components: dict[str, Schema]) -> Any:
    """What is itself an object, in the place of the reference to it."""
    if isinstance(schema, list):
        return [_with_parts(one, components) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        part = components[schema["$ref"].removeprefix(SCHEMAS)]
        told = {name: _with_parts(value, components) for name, value in part.items() if name != "title"}
        return told | {"description": " ".join(told.get("description", "").split())}
    return {name: _with_parts(value, components) for name, value in schema.items()}


def _without_null(schema: Schema) -> Schema:
    """A field that may be left out may be null, too, which says nothing more."""
    if "anyOf" not in schema:
        return schema
    [rest] = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    return {**rest, "type": [rest["type"], "null"]} if "type" in rest else {"enum": [*rest["enum"], None]}


def said(command: type[Command]) -> str:
    return " ".join((inspect.getdoc(command) or "").split())


def sentences(command: type[Command]) -> list[str]:
    return re.split(r"(?<=[.]) (?=[A-Z])", said(command))


def noun(command: type[Command]) -> str:
    return command.__module__.rpartition(".")[2]
