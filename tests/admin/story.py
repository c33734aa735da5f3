"""The commands of a document, made again: docs/administration.md shows what they really answer.

python -m tests.admin.story FILE …    writes what they answer now into these documents
"""

import os
import re
import shlex
import sys
import tempfile
import time
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from actions import passwords
from admin import running
from database.door import Database
from models import accounts, groups, sessions
from models.accounts import is_operator
from models.tables import Totp
from protocol.clock import now_ms
from tests.databases import migrated_file

#: 2026-11-01 08:00 UTC.
_NOW = 1_793_520_000_000
_LISTING = re.compile(r"(?<=```console\n).*?(?=^```$)", re.M | re.S)
_LIFETIME = 10**12

#: What is another one each time: times, numbers of milliseconds, random texts, sizes.
_VARIES = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME"),
    (r"\b1[789]\d{11}\b", "MS"),
    (r"#[\w-]{43}", "#TOKEN"),
    (r"(?<=invite=)[\w-]{12}|^[\w-]{12}$|(?<=  )[\w-]{12}(?=  )", "CODE"),
    (r"[\d,]+ bytes", "BYTES"),
]


def make(data: Path) -> None:
    """A database with an operator and two users, and a session."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data / "magpie.db").write_bytes(migrated_file())
    database = Database(f"sqlite:///{data / 'magpie.db'}", workers=1)
    people = (("13900000001", "小李"), ("13800000002", "张三"), ("13800000003", "Alice"))
    with database.writing():
        for number, (mobile, name) in enumerate(people):
            accounts.create_user(mobile, "hash", name, "", "U", "", _NOW + number * 60_000, op=number == 0)
        sessions.open_session(3, "hash", "token", "Firefox/140.0", "192.0.2.7", now_ms(), _LIFETIME)
        groups.create_community(2, "Birds", "", 0, "", 5, _NOW)
        Totp.create(user_id=2, secret="sealed", since=_NOW)
        assert is_operator(1)
    database.drop_connection()


def call(words: str, data: Path) -> str:
    """What a command says, on both ways."""
    out = StringIO()
    arguments = shlex.split(words.removeprefix("python -m admin "))
    with redirect_stdout(out), redirect_stderr(out):
        try:
            running.main([*arguments, "--data", str(data)])
        except SystemExit:
            pass
    return out.getvalue()


def replay(document: str, folder: Path) -> str:
    """The document with what its commands answer now, made in their order in a new installation."""
    data = folder / "data"
    make(data)

    def said(found: re.Match[str]) -> str:
        commands = [line[2:] for line in found[0].splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{call(command, data)}" for command in commands)

    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        with chdir(folder):
            return _LISTING.sub(said, document)
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def plain(document: str) -> str:
    """Without what is another one each time."""
    for pattern, word in _VARIES:
        document = re.sub(pattern, word, document, flags=re.M)
    return re.sub(r" +", " ", document)


if __name__ == "__main__":
    passwords.TIME_COST = 1
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as scratch:
            Path(name).write_text(replay(Path(name).read_text("utf-8"), Path(scratch)), "utf-8")
