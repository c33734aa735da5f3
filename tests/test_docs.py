"""What the documents say, held against the code: nothing the server does is missing, no link leads
nowhere."""

import re
from functools import cache
from pathlib import Path

import pytest

from admin.running import all_commands
from handlers.http.site import ROUTES
from protocol.commands import COMMANDS
from protocol.declare import Access
from protocol.errors import Refusal
from protocol.frames import CloseCode
from protocol.messages import Cmd, Media, SendMessage
from tools import limits
from tools.schema import __main__ as schema

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")

#: Made by the machine that runs, or outside the tree.
_ELSEWHERE = re.compile(r"[a-z]+:|//")


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def paths_of(pattern):
    """What a reader would look for: the literal beginnings of a route's pattern, one for each alternative."""
    head, group, rest = pattern.replace("\\.", ".").partition("(?:")
    if group:
        inner, _, tail = rest.partition(")")
        return [path for name in inner.split("|") for path in paths_of(head + name + tail)]
    return [re.match(r"[\w/.-]*", head)[0]]


@pytest.mark.parametrize(
    "path", sorted({path for route in ROUTES for path in paths_of(route[0])} - {".", "/"})
)
def test_every_route_is_told(path):
    """Whatever the server answers to is in the protocol document."""
    assert path in PROTOCOL


def test_no_route_is_invented():
    """A path that the document gives for a call is one the server knows."""
    today = PROTOCOL.partition("## Not in this release")[0]
    calls = {route for command in COMMANDS if command.by_call for route in command.by_call.routes}
    subjects = "|".join({route.split("/")[1] for route in calls})
    told = set(re.findall(rf"(/(?:{subjects})/[\w/]+)`", today))
    assert told >= calls
    assert [path for path in sorted(told) if not any(re.fullmatch(route[0], path) for route in ROUTES)] == []


@pytest.mark.parametrize("name", schema.DOCUMENTS)
def test_machines_are_told_the_same(name):
    """A program that reads the schema meets the server it describes: `python -m tools.schema` writes it."""
    document = schema.DOCUMENTS[name]()
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == schema.text_of(document) + "\n"
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', schema.text_of(document)):
        place = document
        for part in reference.split("/"):
            place = place[part.replace("~1", "/")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_is_told(command):
    """Whatever a client may say is in the protocol document: each route and cmd, with each of its fields."""
    doors = [door for door in (command.by_call, command.by_frame) if door]
    keys = [f"{route}`" for route in command.by_call.routes] if command.by_call else []
    keys += [f"| {cmd} |" for cmd in (*command.by_frame.cmds, int(Cmd.ERROR))] if command.by_frame else []
    told = {key: [line for line in PROTOCOL.splitlines() if key in line] for key in keys}
    assert all(told.values()), [key for key in keys if not told[key]]
    lines = PROTOCOL if issubclass(command, SendMessage) else str(told)
    names = [field.names[0] for door in doors for field in door.fields]
    assert [name for name in names if f"`{name}`" not in lines] == []


def test_what_operators_do_is_told():
    """Each call of operators, and each command, has its place in the table of what they do."""
    lines = (ROOT / "docs" / "administration.md").read_text(encoding="utf-8").splitlines()
    told = set(re.findall(r"`([^`]+)`", "\n".join(line for line in lines if line.startswith("| "))))
    calls = {
        route
        for command in COMMANDS
        if command.by_call and command.by_call.access is Access.OPERATOR
        for route in command.by_call.routes
    }
    assert calls - told == set()
    assert [words for words in all_commands().all if not {words, words.split()[0]} & told] == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        *((kind, int(member)) for kind in (Cmd, Media, CloseCode) for member in kind),
        *(("Refusal", refusal.code) for refusal in [Refusal, *Refusal.__subclasses__()]),
    ],
)
def test_every_number_is_told(kind, number):
    """Each frame, media kind, close code and error code has its line in a table of the protocol document."""
    assert re.search(rf"^\| {number} \|", PROTOCOL, re.MULTILINE), f"{kind} {number}"


def test_the_page_knows_the_limits():
    """What the page lets a person type is what the server takes: `python -m tools.limits` writes it."""
    assert limits.PAGE.read_text(encoding="utf-8") == limits.text()


@cache
def anchors(path):
    """The places in a document that a link can lead to, named the way GitHub names them."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_leads_somewhere(document):
    """A reader who follows a link of the documents arrives."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if _ELSEWHERE.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name) if name else document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_decision_is_on_the_list():
    """Who opens the folder of decisions finds all of them in its list, in order."""
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


TWINS = sorted(path.name for path in (ROOT / "docs" / "zh").glob("*.md"))


def test_who_reads_chinese_has_what_matters():
    """Running it, setting it and talking to it are told in Chinese, too."""
    assert TWINS == [
        "administration.md",
        "metrics.md",
        "moderation.md",
        "operations.md",
        "protocol.md",
        "scaling.md",
        "settings.md",
    ]


def tables_of(text):
    """The code in each row of each table, in order: what must be the same in any language."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [re.findall(r"`[^`]+`", row) for row in rows]


def listings_of(text):
    """Listings without their comments and without what is said in them in either language."""
    bare = [
        re.sub(r"(?m)\s*(?:#|//|-- ).*$", "", listing)
        for listing in re.findall(r"^```\w*\n.*?^```", text, re.MULTILINE | re.DOTALL)
    ]
    return [[line for line in listing.splitlines() if line] for listing in bare]


@pytest.mark.parametrize("name", TWINS)
def test_both_languages_tell_the_same(name):
    """The Chinese document has the sections of the English one, the same names in each row of its tables, and
    the same listings."""
    english, chinese = ((ROOT / folder / name).read_text(encoding="utf-8") for folder in ("docs", "docs/zh"))
    for found in (lambda text: re.findall(r"^#+ ", text, re.MULTILINE), listings_of):
        assert found(english) == found(chinese)
    told = zip(tables_of(english), tables_of(chinese), strict=True)
    assert [pair for pair in told if sorted(pair[0]) != sorted(pair[1])] == []


def test_both_readmes_tell_the_same():
    """The Chinese README has the sections, commands and links of the English one."""
    english, chinese = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    for pattern in (
        r"^(#+) ",
        r"^((?:make|MAGPIE_)[^#\n]*?)\s*(?:#|$)",
        r"^(\| .*`)",
        r"!\[[^]]*\]\(([^)]*)\)",
    ):
        found = [re.findall(pattern, text, re.MULTILINE) for text in (english, chinese)]
        if pattern.startswith(r"^(\|"):
            found = [[re.findall(r"`MAGPIE_[^`]*`", row) for row in rows] for rows in found]
        assert found[0] == found[1]
