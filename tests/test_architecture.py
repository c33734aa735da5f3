"""The rules of the house, read off the source: who imports whom, sizes, and what may not be in the tree."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {
    ".git",
    ".venv",
    "node_modules",
    "data",
    "artifacts",
    "__pycache__",
    ".pytest_cache",
    ".hypothesis",
    ".ruff_cache",
    "dist",
    "coverage",
}
BUILT = ROOT / "static" / "app"
TEXTS = {
    ".py",
    ".ts",
    ".vue",
    ".js",
    ".css",
    ".html",
    ".shtml",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".ini",
    ".conf",
    ".txt",
    ".json",
    ".svg",
    ".service",
    "",
}

# Which of our packages each of them may import, besides itself and the standard library.
MAY_IMPORT = {
    "protocol": set(),
    "metrics": set(),
    "database": {"protocol", "metrics"},
    "models": {"protocol", "metrics", "database"},
    "log": {"protocol", "metrics", "database", "models"},
    "hub": {"protocol", "metrics"},
    "moderation": {"protocol", "metrics"},
    "storage": {"protocol", "metrics"},
    "media": {"protocol", "metrics"},
    "outgoing": {"protocol", "metrics"},
    "actions": {
        "protocol",
        "metrics",
        "database",
        "models",
        "log",
        "hub",
        "storage",
        "media",
        "moderation",
        "outgoing",
    },
    "handlers": {"protocol", "metrics", "models", "actions", "media"},  # models for reads, through the door
    "config": set(),
    "start": {"config", "database", "hub"},  # the broker is opened there
    "admin": {"server", "start", "protocol", "models", "actions", "config"},  # a door beside the handlers
    "server": {
        "start",
        "protocol",
        "metrics",
        "database",
        "models",
        "log",
        "hub",
        "storage",
        "media",
        "outgoing",
        "actions",
        "handlers",
        "config",
    },
}

# Of whom a package may import the types, which the running server never looks at (`if TYPE_CHECKING`).
# Settings are read in server.py and handed on.
MAY_IMPORT_TYPES = {
    "storage": {"config"},
    "media": {"config"},
    "actions": {"config"},
    "handlers": {"config", "storage"},
}

# Folders that may import more, and why.
MAY_ALSO_IMPORT = {"handlers/socket": {"hub"}}  # a WebSocket is a connection of the hub: its handler makes it

# Modules that only some files may import, and which.
ONLY_IN = {
    "tornado.web": r"handlers/.*|server\.py",
    "tornado.websocket": r"nowhere",  # hub/websocket has its own
    "peewee": r"(models|log|database)/.*",
    "playhouse": r"database/.*",
    "ujson": r"bench/.*",
    "oss2": r"storage/oss\.py",
    "asyncio": r"(?!models/|database/|log/).*|database/(door|health|lane|together)\.py|log/(log|room)\.py",
    "concurrent": r"(?!models/|database/|log/).*|database/(door|health|lane|together)\.py|log/(log|room)\.py",
    "hub.ports.memory": r"start/broker\.py",
    "hiredis": r"hub/ports/redis/.*",
    "redis": r"hub/ports/redis/.*",
    "hub.ports.bus.user_channel": r"hub/channels\.py",  # how a channel is spelt is nobody else's business
    "hub.ports.bus.group_channel": r"hub/channels\.py",
}

LONGEST, LONGEST_TEST = 300, 350
# Files that may be longer, each with the reason why it is still one subject.
LONG_FOR_A_REASON: dict[str, str] = {
    "actions/weak_passwords.txt": "a list of words",
    "web/package-lock.json": "written by npm",
    "docs/openapi.json": "written by tools/schema",
    "docs/protocol.md": "the whole contract on one page, to be searched by the reader",
    "docs/zh/protocol.md": "its twin",
}


def files(*suffixes: str) -> list[Path]:
    """All files of ours with these suffixes, without what is installed, built or made by running."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and Path(folder, name) != BUILT]
        found += [Path(folder, name) for name in names if Path(name).suffix in (suffixes or TEXTS)]
    return sorted(found)


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def server_files() -> list[Path]:
    """The Python files of the running server."""
    return [file for file in files(".py") if name_of(file).split("/")[0].removesuffix(".py") in MAY_IMPORT]


@cache
def imports(file: Path, types: bool = True) -> frozenset[str]:
    """Dotted names of everything a file imports, wherever in the file; `from a import b` gives a and a.b.
    `types`: also what is imported for its types alone."""
    package = list(file.relative_to(ROOT).parent.parts)
    found = set()
    for node in nodes(ast.parse(file.read_text("utf-8")), types):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join(parent + ([node.module] if node.module else []))
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return frozenset(found)


def nodes(tree: ast.AST, types: bool) -> Iterator[ast.AST]:
    """All nodes, without those under `if TYPE_CHECKING` unless `types`."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if types or not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from nodes(child, types)


def is_inside(dotted: str, module: str) -> bool:
    return dotted == module or dotted.startswith(module + ".")


def imports_of_rooms(file: Path) -> set[str]:
    """The first parts of what a file imports to run."""
    return {dotted.split(".")[0] for dotted in imports(file, types=False)}


def test_layers_import_downwards_only():
    """A change in one layer cannot break a layer that should not know of it."""
    wrong = []
    for file in server_files():
        room = name_of(file).split("/")[0].removesuffix(".py")
        allowed = {room} | MAY_IMPORT[room] | MAY_ALSO_IMPORT.get(name_of(file.parent), set())
        for dotted in imports(file):
            other = dotted.split(".")[0]
            for_types = MAY_IMPORT_TYPES.get(room, set()) - imports_of_rooms(file)
            if other in MAY_IMPORT and other not in allowed | for_types:
                wrong.append(f"{name_of(file)} imports {dotted}")
    assert not wrong, "\n".join(sorted(wrong))


def test_doors_only_read():
    """What is written is written by an action, whichever door it came by: handlers and commands read at
    most."""
    wrong = {
        f"{name_of(file)}:{number}"
        for file in server_files()
        if name_of(file).startswith(("handlers/", "admin/"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if ".db.write" in line
    }
    assert not wrong


@pytest.mark.parametrize("module", ONLY_IN)
def test_module_is_used_only_where_it_belongs(module):
    """Web, database and JSON libraries stay behind the one door each of them has."""
    allowed = re.compile(ONLY_IN[module])
    wrong = {
        name_of(file)
        for file in server_files()
        if not allowed.fullmatch(name_of(file)) and any(is_inside(name, module) for name in imports(file))
    }
    assert not wrong


def test_no_drawer_for_everything():
    """There is no utils or helpers module: each piece of code has a place with a name."""
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert not [name_of(file) for file in files(".py", ".ts") if file.name in drawers]


def longest(file: Path) -> int:
    """Lines of a file at most: tests are lists of cases, so they get some more."""
    return LONGEST_TEST if "tests" in file.relative_to(ROOT).parts else LONGEST


def test_no_file_has_two_subjects():
    """No file is longer than 300 lines (a test's 350), unless the reason is written down here."""
    long = {
        name_of(file): count
        for file in files()
        if (count := file.read_text("utf-8").count("\n")) > longest(file) and file.suffix != ".svg"
    }
    assert {name: count for name, count in long.items() if name not in LONG_FOR_A_REASON} == {}
    assert set(LONG_FOR_A_REASON) <= set(long), "a reason is given for a file that is not long"


def test_nothing_is_left_for_later():
    """There are no notes of unfinished work in the tree."""
    note = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    found = [
        f"{name_of(file)}:{number}"
        for file in files()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if note.search(line)
    ]
    assert not found


def test_no_download_address_is_written_down():
    """Packages install from whatever registry a machine is set up for."""
    hosts = re.compile(
        r"\b(registry|mirrors?)\.[a-z]|py" r"pi\.org|python" r"hosted|npm" r"js\.|npm" r"mirror"
    )
    wrong = [name_of(file) for file in files() if hosts.search(file.read_text("utf-8"))]
    assert not wrong
    for lock in files(".json"):
        if "lock" in lock.name:
            assert '"resolved"' not in lock.read_text("utf-8"), name_of(lock)
    for requirements in ROOT.glob("requirements*.txt"):
        assert not re.search(r"://|--(extra-)?index-url|--find-links", requirements.read_text("utf-8"))


def test_every_python_package_is_pinned():
    """Two set-ups a year apart install the same versions."""
    for requirements in ROOT.glob("requirements*.txt"):
        for line in requirements.read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.match(r"[\w.\-]+==[\w.]+(; .+)?$", line), f"{requirements.name}: {line}"


def test_the_image_has_all_of_the_server():
    """A container started from deploy/Dockerfile finds every module that the server imports."""
    rooms = {path.name for path in ROOT.iterdir() if path.name.removesuffix(".py") in MAY_IMPORT}
    copied = re.findall(
        r"^COPY (?!--)(.+) \S+$", (ROOT / "deploy" / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    assert rooms <= {name for line in copied for name in line.split()}
    allowed = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert rooms <= {line[1:] for line in allowed if line.startswith("!")}


def test_no_third_party_source():
    """Everything in the tree was written for it; the rest comes from the registries."""
    foreign = re.compile(
        r"Copyright(?! \(c\) \d{4} Magpie contributors)\s+(\(c\)|©|\d{4})|@lic" r"ense|@pres" r"erve"
    )
    wrong = [
        name_of(file) for file in files() if foreign.search(file.read_text("utf-8")) or ".min." in file.name
    ]
    wrong += [
        name_of(file)
        for file in files()
        if {"vendor", "third_party", "thirdparty", "external"} & set(file.relative_to(ROOT).parts)
    ]
    assert not wrong


def test_every_test_says_what_it_shows():
    """Each test begins with a sentence of what a user would notice."""
    silent = []
    for file in files(".py"):
        if file.name.startswith("test_"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
                if is_function and node.name.startswith("test") and not ast.get_docstring(node):
                    silent.append(f"{name_of(file)}: {node.name}")
    assert not silent
