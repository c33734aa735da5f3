"""Whatever people do, two databases that are written on the two ways hold the same, and the same is told."""

import itertools
import random

import pytest

from database import base
from database.door import Database
from log.context import Context
from log.entries import Join, Post, ReadMark
from log.telling import Telling
from log.writer import Writer
from models import accounts, contacts, groups
from models.media import NO_QUOTA
from models.tables import Conversation, Member, Mention, ServerState, StoredMessage
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.models.people import NOW, join

TEXTS = [
    "hi",
    "",
    "你好",
    "😀\U0001fae8",
    "'\"\\%s%%{}[]$",
    "a\nb\tc\r\u2028\x7f",
    "null",
    "x" * 3000,
    "ﬁ\u0301é ",
]
TABLES = (StoredMessage, Conversation, Member, Mention, ServerState)


BOTH_WAYS = False  # but both at once


class Twin:
    """A database with four people, who know each other but for one pair, in a group but for one; and a log's
    writer on it."""

    def __init__(self, url, way, monkeypatch):
        self.way = way
        self.db = Database(url, workers=1)
        self.db.migrate()
        self.use()
        with self.db.writing():
            self.people = [
                accounts.create_user(f"1380000000{i}", "x", f"u{i}", "", "U", "", NOW)["id"] for i in range(4)
            ]
            a, b, c, d = self.people
            for one, other in ((a, b), (a, c), (b, c), (c, d)):
                contacts.befriend(one, other, NOW)
            self.room = groups.create_community(a, "r", "", 0, "", 9, NOW)["id"]
            for user in (b, c):
                join(user, self.room, 0, NOW)
            ServerState.update(value=NOW).where(ServerState.name == "epoch").execute()
        self.writer = Writer(self.db, Context(self.db, False, NO_QUOTA), Telling())
        self.monkeypatch = monkeypatch

    def use(self):
        base.database.initialize(self.db.peewee)

    def commit(self, made):
        """What was told about a batch."""
        self.use()
        if self.way == "general":
            self.writer._way = None
        entries = [make() for make in made]
        changes, error = self.writer.commit(entries)
        assert error is None
        return [list(numbers) for numbers in changes], [self.told(entry) for entry in entries]

    @staticmethod
    def told(entry):
        said = [type(entry), entry.refusal and (type(entry.refusal), entry.refusal.args)]
        if isinstance(entry, Post) and entry.refusal is None:
            place = entry.place and [getattr(entry.place, name) for name in entry.place.__slots__]
            said += [entry.receipt, entry.repeated, place]
        return said + [getattr(entry, name, None) for name in ("stands", "joined")]

    def rows(self):
        self.use()
        with self.db.reading():
            return {table: sorted(table.select().tuples(), key=repr) for table in TABLES}

    def close(self):
        self.db.drop_connection()


@pytest.fixture
def twins(database_url, request, tmp_path, monkeypatch):
    """One written in one pass wherever that can be, the other in the general way."""
    clock = itertools.count(NOW + 1000, 7)
    times = {}  # each batch has one time, whoever writes it
    monkeypatch.setattr("log.writer.now_ms", lambda: times.setdefault("now", next(clock)))
    kind = database_url.partition(":")[0]
    server = {"mysql": "mariadb", "postgresql": "postgresql"}.get(kind)
    if server is None:
        other, drop = f"sqlite:///{tmp_path}/twin.db", None
    else:
        server = request.getfixturevalue(server)
        drop = server.create()
        other = server.url(drop)
    both = Twin(database_url, "usual", monkeypatch), Twin(other, "general", monkeypatch)
    yield both, times.clear
    for twin in both:
        twin.close()
    if drop is not None:
        server.drop(drop)


class Crowd:
    """Makes up what people do: mostly plain messages, now and then something else."""

    def __init__(self, seed, people, room):
        self.random = random.Random(seed)
        self.people, self.room = people, room
        a, b, c, d = people
        self.may = [(a, SINGLE, b), (b, SINGLE, a), (c, SINGLE, a), (c, SINGLE, d), (d, SINGLE, c)]
        self.may += [(a, ROOM, room), (b, ROOM, room), (c, ROOM, room)]
        self.number = 0

    def batch(self):
        size = self.random.choice([1, 2, 2, 5, 20, 60])
        odd = self.random.random() < 0.4  # something in it may be unusual
        return [self.entry(odd) for _ in range(size)]

    def entry(self, odd):
        pick = self.random.choice
        odd = odd and self.random.random() < 0.2
        author, kind, dst = pick(self.may)
        if odd:
            kind, dst = pick([(ROOM, self.room), (SINGLE, pick(self.people))])
            author, seq = pick(self.people), pick([1, 3, 10**6])
        if odd and pick([True, False]):
            return pick([lambda: ReadMark(author, kind, dst, seq), lambda: Join(author, self.room)])
        fields = {
            "content": pick(TEXTS),
            "pic": pick(["", "/logo.png"]),
            "url": pick(["", "https://example.org/?a='\\"]),
            "memo": pick(["", "", '{"a":[1,null]}']),
            "amount": pick([0, 0, 1, 2**53 - 1]),
            "ref": pick([2**53 - 1, 1 << 27 | 1, 1 << 27 | 10**6]) if odd else 0,
            "at": pick([None, [0, 999], [*self.people]]) if odd else None,
            "cid": self.cid(odd),
        }
        media = pick([Media.TEXT, Media.IMAGE, 100, Media.NOTICE if odd else Media.TEXT])
        return lambda: Post(Message(author, dst, kind, media, **fields))

    def cid(self, odd):
        self.number += 1
        if odd:
            return self.random.choice(["c", "C", "c1", "ć", "😀", "😁"])
        return self.random.choice([f"n{self.number}", f"N{self.number}😀", None, f"{self.number:064}"])


@pytest.mark.parametrize("seed", [1, 2, None])
def test_both_ways_are_one(twins, seed):
    """The same entries get the same numbers, times and refusals, and leave the same rows, in one pass or
    not."""
    (usual, general), next_time = twins
    seed = seed or random.randrange(10**6)
    crowd = Crowd(seed, usual.people, usual.room)
    assert (usual.people, usual.room) == (general.people, general.room)
    for number in range(60):
        made = crowd.batch()
        assert usual.commit(made) == general.commit(made), f"seed {seed}, batch {number}"
        next_time()
    assert usual.rows() == general.rows(), f"seed {seed}"
    assert usual.writer.usual > 10 and general.writer.usual == 0
