"""One noun in each layer: who knows a route or a table names the files of its subject without looking."""

from pathlib import Path

import pytest

from actions.delivery import Delivery
from handlers.http.site import ROUTES
from handlers.socket.client import ACTIONS
from hub.hub import Hub
from hub.ports import memory
from log import entries
from log.entries import Change, Entry, Friendship
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
}
# What else stands in these rooms: machinery, and subjects that have no rows (presence, access, the
# installation).
PARTS = {
    "protocol": {"clock", "commands", "declare", "envelope", "errors", "fields", "forms", "frames", "joining",
                 "limits", "names", "numbers", "presence", "rows", "values"},
    "models": {"access", "audit", "blocks", "devices", "done", "exports", "finding", "fitting", "hidden",
               "ids", "index", "indexing", "joining", "last", "members", "missed", "parts", "pinyin", "rates",
               "readers", "records", "requests", "restraints", "roster", "state", "tables", "unread", "views",
               "words"},
    "actions": {"bucket", "budget", "committing", "delivery", "exports", "friendships", "guesses",
                "handshakes", "housekeeping", "indexing", "membership", "notices", "passwords", "presence",
                "recovery", "reindexing", "seal", "services", "session_use", "shared_rates", "stored_rates",
                "telling", "typing", "weak_passwords", "words"},
    "handlers/http": {"accepting", "answers", "arriving", "base", "body", "caller", "conditions", "gate",
                      "heads", "listener", "metrics", "multipart", "newcomers", "ops", "origins", "pages",
                      "places", "proxies", "security", "site", "streamed", "streams"},
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
