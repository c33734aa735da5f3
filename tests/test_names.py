"""One noun in each layer: who knows a route or a table names the files of its subject without looking."""

import re
from pathlib import Path

import pytest

from actions.delivery import Delivery
from database.base import Base
from handlers.http.site import ROUTES
from handlers.socket.client import ACTIONS
from hub.hub import Hub
from hub.ports import memory
from log import entries
from log.entries import Change, Entry, Friendship
from models import tables
from protocol.commands import COMMANDS, FRAMES

ROOT = Path(__file__).resolve().parent.parent

# The subjects of the house: each has one name, which is a file's in all of these rooms.
NOUNS = {
    "accounts",
    "sessions",
    "settings",
    "contacts",
    "groups",
    "conversations",
    "messages",
    "changes",
    "media",
    "drafts",
    "schedules",
    "favorites",
    "forwards",
    "stickers",
    "search",
    "reports",
    "reviews",
    "operators",
    "invites",
    "resets",
    "totp",
    "qr",
    "leaving",
    "wallet",
    "packets",
    "push",
    "previews",
}
# What else stands in these rooms: machinery, and subjects that have no rows (presence, access, the
# installation).
PARTS = {
    "protocol": {"clock", "commands", "declare", "envelope", "errors", "fields", "forms", "frames", "joining",
                 "limits", "names", "numbers", "presence", "rows", "values"},
    "models": {"access", "audit", "badges", "blocks", "devices", "done", "exports", "finding", "fitting",
               "hidden", "ids", "index", "indexing", "joining", "last", "members", "missed", "parts",
               "pinyin", "rates", "readers", "records", "requests", "restraints", "roster", "state", "tables",
               "unread", "views", "words"},
    "actions": {"bucket", "budget", "committing", "delivery", "due", "exports", "fetching", "friendships",
                "gateways", "guesses", "handshakes", "housekeeping", "indexing", "looking", "membership",
                "notices", "passwords", "presence", "pushing", "recovery", "reindexing", "seal", "services",
                "session_use", "shared_rates", "stored_rates", "telling", "typing", "weak_passwords",
                "words"},
    "handlers/http": {"accepting", "answers", "arriving", "base", "body", "caller", "conditions", "gate",
                      "heads", "installing", "listener", "metrics", "multipart", "newcomers", "ops",
                      "origins", "pages", "places", "proxies", "security", "site", "streamed", "streams"},
    "web/src/features": {"connection", "shell"},
}  # fmt: skip


# What the page can't do yet.
NOT_YET: dict[str, set[str]] = {}


@pytest.mark.parametrize("room", PARTS)
def test_one_noun_in_each_layer(room):
    """Whoever knows the name of a subject in one room knows its file in every other."""
    there = {path.stem for path in (ROOT / room).iterdir() if not path.name.startswith("__")}
    assert there == NOUNS - NOT_YET.get(room, set()) | PARTS[room]


def test_routes_and_tables_stand_at_their_noun():
    """A route's command is in the file of its noun, and so is its handler."""
    for command in COMMANDS:
        if command.by_call is not None:
            noun = command.__module__.removeprefix("protocol.")
            assert noun in NOUNS, command
            handlers = [route[1] for route in ROUTES if getattr(route[1], "call", None) is command.by_call]
            assert {handler.__module__ for handler in handlers} == {f"handlers.http.{noun}"}, command


def test_every_frame_has_its_action():
    """What a client may say on its socket is acted on."""
    assert set(ACTIONS) == {frame.command for frame in FRAMES.values()}


def test_every_entry_is_delivered():
    """Whatever the log can be asked to write, somebody is told of it."""
    kinds = {kind for kind in vars(entries).values() if isinstance(kind, type) and issubclass(kind, Entry)}
    delivery = Delivery(Hub(memory.alone(), 0, 1 << 20))
    assert delivery.kinds == kinds - {Entry, Change, Friendship}


def listed(cell):
    """The paths in a cell: behind the first of some that stand together the others are named shortly."""
    found = set()
    for first, *others in (together.split() for together in re.findall(r"`([^`]+)`", cell)):
        found |= {first, *(first[: first.rindex("/") + 1] + other for other in others if "/" in first)}
    return found


def nouns_told():
    """The table of nouns in docs/architecture.md: by noun, its routes, tables and files."""
    found = {}
    for line in (ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[0] in NOUNS:
            found[cells[0]] = listed(cells[1]), cells[2].split(", "), listed(cells[3])
    return found


def test_the_document_names_them_all():
    """Who looks for a route, a table or a file in docs/architecture.md finds its noun, and nothing that is
    not there."""
    told = nouns_told()
    assert told.keys() == NOUNS
    there = {noun: set() for noun in NOUNS}
    for command in COMMANDS:
        if command.by_call is not None:
            there[command.__module__.removeprefix("protocol.")] |= {*command.by_call.routes}
    for noun, (routes, _, files) in told.items():
        begun = tuple(route.removesuffix("…") for route in routes if route.endswith("…"))
        said = {route for route in routes if not route.endswith("…")}
        assert said == {route for route in there[noun] if not (begun and route.startswith(begun))}, noun
        assert not [name for name in files if "/" in name and not (ROOT / name).exists()], noun
    stored = [kind for kind in vars(tables).values() if isinstance(kind, type) and issubclass(kind, Base)]
    names = ["findable", *(kind._meta.table_name for kind in stored)]  # the first has no model
    in_rows = [table for _, named, _ in told.values() for table in named]
    assert sorted([*in_rows, "server_state", "rate"]) == sorted(names)
