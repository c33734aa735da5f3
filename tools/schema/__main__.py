"""Writes the documents, or with --check says whether they are stale."""

import json
import sys
from pathlib import Path

from tools.schema.asyncapi import asyncapi
from tools.schema.openapi import openapi

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENTS = {"openapi.json": openapi, "asyncapi.json": asyncapi}

_WIDTH = 105


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
