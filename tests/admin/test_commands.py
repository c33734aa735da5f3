"""The command as people run it: what it answers is what the document shows, and what it refuses."""

import json
import sys
from pathlib import Path

import pytest

from actions import passwords
from admin import running
from admin.output import shown
from tests.admin import story
from tests.process import run_afresh

DOCUMENTS = [Path(__file__).parents[2] / folder / "administration.md" for folder in ("docs", "docs/zh")]


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(passwords, "TIME_COST", 1)
    story.make(tmp_path / "data")
    return tmp_path / "data"


def call(capsys, data, *words) -> tuple[int, str, str]:
    """(exit code, what it said, what it complained of)."""
    try:
        code = running.main([*words, "--data", str(data)])
    except SystemExit as end:
        code = end.code
    return (code, *capsys.readouterr())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.parent.name)
def test_what_the_document_shows(document, tmp_path, monkeypatch):
    """Who types what stands there sees what stands there: python -m tests.admin.story writes it."""
    monkeypatch.setattr(passwords, "TIME_COST", 1)
    text = document.read_text("utf-8")
    assert story.plain(story.replay(text, tmp_path)) == story.plain(text)


def test_every_command_is_shown():
    """No command is missing in the document."""
    text = DOCUMENTS[0].read_text("utf-8")
    assert [words for words in running.all_commands().all if f"$ python -m admin {words}" not in text] == []


def test_help_of_every_command(capsys):
    """Each says what it is for."""
    for words in running.all_commands().all:
        with pytest.raises(SystemExit) as end:
            running.main([*words.split(), "--help"])
        assert end.value.code == 0
        assert len(capsys.readouterr().out.splitlines()) > 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "COMMAND"),
        (("users",), 2, "VERB"),
        (("user", "list"), 2, "invalid choice"),
        (("mute", "x", "1h"), 2, "no id"),
        (("mute", "2", "soon"), 2, "no time"),
        (("mute", "0", "1h"), 2, "no id"),
        (("mute", "99", "1h"), 1, "No such user"),
        (("users", "list", "--limit", "many"), 2, "no number"),
        (("users", "search", "x" * 101), 2, "Bad value of q"),
        (("grant", "2", "0"), 2, "Bad value of amount"),
        (("grant", "2", "-99999999"), 1, ""),
        (("invites", "make", "--uses", "0"), 2, "Bad value of uses"),
        (("invites", "make", "--until", "2020-01-01"), 2, "over already"),
        (("invites", "revoke", "9"), 1, "No such invite"),
        (("reset", "99"), 1, "No such user"),
        (("codes-off", "3"), 1, "not on"),
        (("roles", "off", "1"), 1, "There has to be an operator"),
        (("deactivate", "1"), 1, "There has to be an operator"),
        (("delete", "1", "--yes"), 1, "There has to be an operator"),
        (("delete", "2"), 1, "--yes"),
        (("export", "99", "new.zip"), 1, "No such user"),
        (("export", "2", "/nowhere/new.zip"), 1, "cannot write"),
        (("export", "2", "/etc/passwd"), 2, "there already"),
        (("users", "list", "--config", "/nowhere.yaml"), 2, "No such file"),
    ],
)
def test_mistakes(capsys, data, tmp_path, monkeypatch, words, code, said):
    """One line says what is wrong, the exit code which kind of mistake it was, and programs get both."""
    monkeypatch.chdir(tmp_path)
    told = call(capsys, data, *words)
    assert (told[0], told[1]) == (code, "")
    assert said in told[2] and told[2].count("\n") == 1, told
    if code == 1:
        _, out, _ = call(capsys, data, *words, "--json")
        assert set(json.loads(out)) >= {"code", "msg"}
    assert not list(tmp_path.glob("new.zip*"))


def test_without_a_database(capsys, tmp_path):
    """Started in the wrong place it makes nothing, and says so."""
    code, out, said = call(capsys, tmp_path / "nowhere", "users", "list")
    assert (code, out) == (3, "") and "no database at" in said
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "magpie.db").touch()
    code, _, said = call(capsys, tmp_path, "users", "list")
    assert code == 3 and said.rstrip().endswith("run  python server.py --migrate")


def test_all_pages(capsys, data):
    """Without a limit all rows come, whatever the size of a page; with one it is said how to go on."""
    code, out, _ = call(capsys, data, "users", "list", "--limit", "2")
    assert code == 0 and out.endswith("there are more: go on with --after 2\n")
    _, out, _ = call(capsys, data, "users", "list", "--limit", "2", "--after", "2", "--json")
    assert [row["id"] for row in json.loads(out)] == [3]
    _, out, _ = call(capsys, data, "users", "list", "--limit", "0", "--json")
    assert [row["id"] for row in json.loads(out)] == [1, 2, 3]


def test_names_move_no_terminal():
    """What somebody has called themselves is shown without what a terminal would obey."""
    assert shown("a\x1b[2Jb\u202ec\n") == "a�[2Jb�c�"


def test_as_a_process(data):
    """`python -m admin` ends with the code, and has its answer on standard output alone."""
    admin = (sys.executable, "-m", "admin")
    code, out, said = run_afresh("roles", "list", "--json", "--data", str(data), command=admin)
    assert (code, [row["id"] for row in json.loads(out)], said) == (0, [1], "")
    code, out, said = run_afresh("roles", "off", "1", "--data", str(data), command=admin)
    assert (code, out, said) == (1, "", "magpie: There has to be an operator\n")
