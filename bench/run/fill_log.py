"""A data directory with a long log, for ``reads``: made once, and used again where it is kept.

One user, the reader, has all conversations; the others are friends or members. A quarter of all messages is
in the first group, the rest evenly everywhere; they were written over months, in the order of their times.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.clients.lines import User
from bench.clients.wire import GROUP
from bench.run.dataset import DataPlan
from bench.run.fill_database import LIFETIME_MS, fill_database
from bench.run.server import Checkout
from bench.run.tables import Row, Tables, open_tables, sqlite_url

#: What tells a directory that was filled here to its end, and who is in it.
_NOTE = "reads.json"
#: Of five conversations, one is a group, of so many people; the first has more.
_GROUP_EVERY, _MEMBERS, _MEMBERS_OF_FIRST = 5, 40, 320
#: One message in so many goes to the first group.
_TO_FIRST = 4
#: The others take turns, in steps of so many: a prime, so that all have theirs.
_PRIME = 7919
#: Milliseconds between two messages.
_STEP_MS = 1000
#: Messages written in one transaction.
_CHUNK = 50_000
#: What people write, of so many different sentences; a Chinese character is the rarer the further it is from
#: the first, as in any language.
_SENTENCES, _CHARACTERS, _FIRST_CHARACTER = 4096, 3000, 0x4E00
FREQUENT = chr(_FIRST_CHARACTER + 1)
#: The reader has read all but so many messages of a conversation at most, and nothing of one in fifty.
_UNREAD, _FAR_EVERY = 15, 50


@dataclass(frozen=True)
class LongLog:
    """What is there. `users`: the reader first. `group_id`: the first group; `group_seq`: its messages;
    `members`: places of its people among `users`, its owner first. `friend_ids`: those of the reader.
    `phrase`: Chinese of one sentence in some thousand. `began_ms`: the time of the first message."""

    messages: int
    conversations: int
    users: list[User]
    group_id: int
    group_seq: int
    members: list[int]
    friend_ids: list[int]
    phrase: str
    began_ms: int


def fill_log(data: Path, messages: int, conversations: int, say: Callable[[str], None]) -> LongLog:
    """A long log in `data`: the one that is there already, whatever its size, or a new one. Raises
    `ServerFailed` when the server cannot make its tables, ValueError when other data are there,
    `TablesFailed` for what SQLite refuses."""
    note, url = data / _NOTE, sqlite_url(data / "magpie.db")
    if note.exists():
        found = _read(note)
        Checkout().migrate(data)
        with open_tables(url) as tables:
            _renew(tables, found.users)
        return found
    if (data / "magpie.db").exists():
        raise ValueError(f"{data}: has other data than a log made by reads")
    plan = _plan(conversations)
    dataset = fill_database(Checkout(), data, plan)
    began_ms = int(time.time() * 1000) - messages * _STEP_MS
    with open_tables(url) as tables:
        tables.cursor.execute("PRAGMA synchronous = OFF")  # what is not filled to its end is thrown away
        writing = _Writing(tables, dataset.users[0].user_id, dataset.group_ids[0], began_ms)
        for done in writing.write(messages):
            say(f"filling the log: {done} of {messages} messages")
        writing.close(messages)
    with open_tables(url) as tables:
        tables.cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    friends = [dataset.users[b].user_id for _, b in plan.pairs]
    found = LongLog(
        messages,
        conversations,
        dataset.users,
        dataset.group_ids[0],
        writing.first_group_seq,
        plan.groups[0],
        friends,
        _sentences()[0][:4],
        began_ms,
    )
    note.write_text(json.dumps(found.__dict__), "utf-8")
    return found


def _plan(conversations: int) -> DataPlan:
    groups = max(1, conversations // _GROUP_EVERY)
    friends = conversations - groups
    sizes = [_MEMBERS_OF_FIRST] + [_MEMBERS] * (groups - 1)
    others = [
        [1 + (group + i) % friends for i in range(min(size, friends + 1) - 1)]
        for group, size in enumerate(sizes)
    ]
    # An owner has few groups, so it is another one each time.
    rooms = [[owner, 0, *rest] for owner, *rest in others]
    return DataPlan(1 + friends, rooms, [(0, 1 + i) for i in range(friends)])


def _read(note: Path) -> LongLog:
    found = json.loads(note.read_text("utf-8"))
    return LongLog(**{**found, "users": [User(*user) for user in found["users"]]})


def _renew(tables: Tables, users: list[User]) -> None:
    """Their log-ins, which would end a week after they were made, begin anew."""
    now = int(time.time() * 1000)
    tables.cursor.executemany(
        "UPDATE session SET created = ?, last_seen = ?, expires = ? WHERE user_id = ?",
        [(now, now, now + LIFETIME_MS, user.user_id) for user in users],
    )


class _Writing:
    """Messages into all conversations that there are, from `began_ms` on."""

    def __init__(self, tables: Tables, reader_id: int, group_id: int, began_ms: int) -> None:
        self._tables, self._reader_id, self._began = tables, reader_id, began_ms
        rows = self._all("SELECT id, kind, a, b FROM conversation ORDER BY id")
        self._ids = [row[0] for row in rows]
        first = [i for i, (_, kind, a, _) in enumerate(rows) if (kind, a) == (GROUP, group_id)]
        self._first = first[0]
        self._authors: list[list[int]] = [[] for _ in rows]
        places = {conversation_id: i for i, conversation_id in enumerate(self._ids)}
        for conversation_id, user_id in self._all("SELECT conversation_id, user_id FROM member"):
            self._authors[places[conversation_id]].append(user_id)
        self._seq, self._latest = [0] * len(rows), [0] * len(rows)
        self._sentences = _sentences()

    @property
    def first_group_seq(self) -> int:
        return self._seq[self._first]

    def write(self, messages: int) -> Iterator[int]:
        """How many are written, after each transaction."""
        for first in range(0, messages, _CHUNK):
            end = min(first + _CHUNK, messages)
            self._tables.insert("message", [self._message(number) for number in range(first, end)])
            self._tables.cursor.connection.commit()
            yield end

    def close(self, messages: int) -> None:
        """Conversations and members stand where the messages have brought them; each message was a change of
        its own."""
        times = [self._began + number * _STEP_MS for number in self._latest]
        numbers = [number + 1 for number in self._latest]
        self._tables.cursor.executemany(
            "UPDATE conversation SET seq = ?, ver = ?, updateat = ?, change = ? WHERE id = ?",
            list(zip(self._seq, self._seq, times, numbers, self._ids)),
        )
        read = [
            0 if i % _FAR_EVERY == _FAR_EVERY - 1 else max(0, seq - i % (_UNREAD + 1))
            for i, seq in enumerate(self._seq)
        ]
        update = "UPDATE member SET read = ? WHERE conversation_id = ? AND user_id {} ?"
        for mark, which in ((self._seq, "<>"), (read, "=")):
            values = [(seq, id_, self._reader_id) for seq, id_ in zip(mark, self._ids)]
            self._tables.cursor.executemany(update.format(which), values)
        self._tables.cursor.execute("UPDATE server_state SET value = ? WHERE name = 'change'", [messages])

    def _message(self, number: int) -> Row:
        i = self._first
        if number % _TO_FIRST:
            i = (number - number // _TO_FIRST) * _PRIME % len(self._ids)
        self._seq[i] += 1
        self._latest[i] = number
        seq, authors = self._seq[i], self._authors[i]
        return {
            "conversation_id": self._ids[i],
            "seq": seq,
            "ver": seq,
            "userid": authors[number * 31 % len(authors)],
            "cid": f"{number:012x}-bench",
            "digest": number,  # of something: nobody sends it again
            "media": 1,
            "content": f"Message {number}: {self._sentences[number * _PRIME % _SENTENCES]}",
            "createat": self._began + number * _STEP_MS,
        }

    def _all(self, statement: str) -> list[tuple[int, ...]]:
        self._tables.cursor.execute(statement)
        return list(self._tables.cursor.fetchall())


def _sentences() -> list[str]:
    """The same in every run."""
    chance = random.Random(_SENTENCES)

    def words(least: int, most: int) -> str:
        count = chance.randint(least, most)
        return "".join(chr(_FIRST_CHARACTER + int(_CHARACTERS ** chance.random())) for _ in range(count))

    return [f"{words(2, 12)}，as long as people write，{words(4, 20)}。" for _ in range(_SENTENCES)]
