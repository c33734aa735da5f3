"""One transaction of the message log: who may send, which numbers, what is stored.

Everything here runs inside the transaction that the log has opened. SQL is made once by Peewee and used with
`executemany`, which costs a third of Peewee's own inserts.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from peewee import Model, PostgresqlDatabase, Query, __exception_wrapper__

from database.door import Database
from models import media
from models.access import may_open, refusal
from models.conversations import open_single
from models.messages import MAX_CONVERSATION, MAX_SEQ, public_id
from models.tables import Conversation, Mention, StoredMessage, key_of
from protocol.errors import Conflict, Refused
from protocol.messages import Receipt

if TYPE_CHECKING:
    from log.log import Submission

#: Remembered conversation ids; all are forgotten when there are more.
_MAX_IDS = 200_000

#: PostgreSQL takes 65535 parameters in a statement; a message has 15.
_ROWS_A_STATEMENT = 1000


class _Place:
    """A locked conversation and the numbers it has reached in this batch."""

    __slots__ = ("id", "seq", "ver")

    def __init__(self, conversation_id: int, seq: int, ver: int) -> None:
        self.id, self.seq, self.ver = conversation_id, seq, ver


class Batch:
    """`now`: ms, above that of every earlier batch of this process. `earlier`: None on a first try, when no
    message is expected to be stored already; else the times of tries whose COMMIT may have happened, by which
    our own copy is told from a resend."""

    def __init__(
        self, prepared: "Prepared", submissions: "Sequence[Submission]", now: int, earlier: list[int] | None
    ) -> None:
        self._prepared = prepared
        self._submissions = submissions
        self._now = now
        self._earlier = earlier
        self._opened: dict[str, int] = {}
        #: ids of our own copies from an earlier try: the first of each is new to everybody
        self._ours: set[int] = set()
        #: (sender, cid) -> (digest, receipt)
        self._stored: dict[tuple[int, str], tuple[int | None, Receipt]] = {}

    def store(self) -> dict[str, int]:
        """Numbers and inserts every message that may be sent; sets refusal or numbers on each submission.
        Returns conversation ids by key that are worth remembering once this is committed."""
        for submission in self._submissions:
            submission.receipt, submission.refusal, submission.repeated = None, None, False
        keys = [key_of(s.message.userid, s.message.cmd, s.message.dstid) for s in self._submissions]
        places = self._lock(keys)
        members = self._members(keys, places)
        if self._earlier is not None:
            self._look_back()
        messages: list[tuple] = []
        mentions: list[tuple] = []
        touched: dict[int, _Place] = {}
        for submission, key in zip(self._submissions, keys):
            message, place = submission.message, places.get(key)
            if place is None or (message.userid, place.id) not in members:
                submission.refusal = refusal(message.cmd, message.dstid)
                continue
            digest = message.digest() if submission.cid else None
            if submission.cid and self._repeats(submission, digest):
                continue
            if place.seq >= MAX_SEQ or place.id > MAX_CONVERSATION:
                submission.refusal = Refused("该会话已满", "This conversation is full")
                continue
            receipt = submission.receipt = self._number(place)
            touched[place.id] = place
            messages.append(_row(submission, receipt, place.id, digest))
            mentions.extend(
                (user_id, place.id, receipt.seq, message.userid)
                for user_id in message.at or ()
                if user_id != message.userid
            )
            if submission.cid:
                self._stored[message.userid, submission.cid] = (digest, receipt)
        self._insert(messages, mentions, touched.values())
        return self._opened

    # --- the conversations --------------------------------------------------------------------------------

    def _lock(self, keys: list[str]) -> dict[str, _Place]:
        """Locks the rows of all conversations in id order (one order everywhere: no deadlocks)."""
        known = self._prepared.ids
        missing = {key for key in keys if key not in known}
        ids_of = {key: known[key] for key in keys if key in known}
        if missing:
            self._opened = self._find_or_open(missing)
            ids_of |= self._opened
        if not ids_of:
            return {}
        ids = sorted(set(ids_of.values()))
        rows = self._prepared.execute(self._prepared.lock(len(ids)), ids)
        by_id = {conversation_id: _Place(conversation_id, seq, ver) for conversation_id, seq, ver in rows}
        return {
            key: by_id[conversation_id] for key, conversation_id in ids_of.items() if conversation_id in by_id
        }

    def _find_or_open(self, keys: set[str]) -> dict[str, int]:
        """The ids of keys; single chats that may begin without having been opened are made."""
        query = Conversation.select(Conversation.key, Conversation.id).where(Conversation.key.in_(list(keys)))
        found = dict(query.tuples())
        for submission in self._submissions:
            user_id, kind, dstid = submission.message.userid, submission.message.cmd, submission.message.dstid
            key = key_of(user_id, kind, dstid)
            if key in keys and key not in found and may_open(user_id, kind, dstid, self._prepared.strangers):
                found[key] = open_single(user_id, dstid, self._now)
        return found

    def _members(self, keys: list[str], places: dict[str, _Place]) -> set[tuple[int, int]]:
        """Which of the senders are members of what they send to, asked in this transaction."""
        pairs = list(
            {(s.message.userid, places[key].id) for s, key in zip(self._submissions, keys) if key in places}
        )
        if not pairs:
            return set()
        parameters = [value for pair in pairs for value in pair]
        rows = self._prepared.execute(self._prepared.members(len(pairs)), parameters)
        return {(user_id, conversation_id) for user_id, conversation_id in rows}

    # --- the messages -------------------------------------------------------------------------------------

    def _look_back(self) -> None:
        """Finds what is stored already under the cids of this batch."""
        by_sender: dict[int, list[str]] = {}
        for submission in self._submissions:
            if submission.cid:
                by_sender.setdefault(submission.message.userid, []).append(submission.cid)
        stored = StoredMessage
        for sender, cids in by_sender.items():
            query = stored.select(
                stored.cid, stored.digest, stored.conversation_id, stored.seq, stored.ver, stored.createat
            )
            for cid, digest, conversation_id, seq, ver, at in query.where(
                stored.userid == sender, stored.cid.in_(cids)
            ).tuples():
                self._stored[sender, cid] = (digest, Receipt(public_id(conversation_id, seq), seq, ver, at))

    def _repeats(self, submission: "Submission", digest: int | None) -> bool:
        """Gives a resend the numbers of the first one, or refuses another message under the same cid."""
        message = submission.message
        stored = self._stored.get((message.userid, submission.cid or ""))
        if stored is None:
            return False
        first, receipt = stored
        if first != digest:
            submission.refusal = Conflict("该消息编号已被使用", "This cid names another message")
        else:
            ours = receipt.createat in (self._earlier or ()) and receipt.id not in self._ours
            self._ours.add(receipt.id)
            submission.receipt, submission.repeated = receipt, not ours
        return True

    def _number(self, place: _Place) -> Receipt:
        place.seq += 1
        place.ver += 1
        return Receipt(public_id(place.id, place.seq), place.seq, place.ver, self._now)

    def _insert(self, messages: list[tuple], mentions: list[tuple], touched: Iterable[_Place]) -> None:
        if not messages:
            return
        numbers = [(place.seq, place.ver, self._now, place.id) for place in touched]
        with __exception_wrapper__:  # a raw cursor raises the driver's exceptions, not Peewee's
            cursor = self._prepared.cursor()
            self._prepared.insert(cursor, StoredMessage, messages)
            self._prepared.insert(cursor, Mention, mentions)
            cursor.executemany(self._prepared.update_conversation, numbers)
        shown = [
            url
            for s in self._submissions
            if s.refusal is None and not s.repeated
            for url in (s.message.url, s.message.pic)
            if url.startswith("/mnt/")
        ]
        if shown:
            media.attach(*shown)


def _row(submission: "Submission", receipt: Receipt, conversation_id: int, digest: int | None) -> tuple:
    """In the order of `StoredMessage`'s fields."""
    message = submission.message
    at = ",".join(map(str, message.at)) if message.at else ""
    return (
        conversation_id,
        receipt.seq,
        receipt.ver,
        message.userid,
        submission.cid,
        digest,
        message.media,
        message.content,
        message.pic,
        message.url,
        message.memo,
        message.amount,
        message.ref,
        at,
        receipt.createat,
    )


class Prepared:
    """What all batches of one log share: SQL texts for its kind of database, and the conversation ids it has
    seen. `strangers`: whether people who are no friends may begin a single chat."""

    def __init__(self, db: Database, strangers: bool) -> None:
        self._peewee = db.peewee
        self._is_sqlite = db.is_sqlite
        self._is_postgresql = isinstance(db.peewee, PostgresqlDatabase)
        self.strangers = strangers
        #: by key; an id never changes and is only kept once it is committed
        self.ids: dict[str, int] = {}
        self.update_conversation = _text(
            Conversation.update(seq=0, ver=0, updateat=0).where(Conversation.id == 0)
        )
        self.lock = functools.cache(self._lock)
        self.members = functools.cache(self._members)
        self._insert = functools.cache(_insert)

    def remember(self, ids: dict[str, int]) -> None:
        if len(self.ids) > _MAX_IDS:
            self.ids.clear()
        self.ids.update(ids)

    def execute(self, sql: str, parameters: Sequence) -> list[tuple]:
        return self._peewee.execute_sql(sql, parameters).fetchall()

    def cursor(self):
        return self._peewee.cursor()

    def insert(self, cursor, model: type[Model], rows: list[tuple]) -> None:
        """Inserts rows by `executemany`, which the drivers make cheap; but psycopg's is a pipeline, and one
        that fails (a resend, told by a unique key) logs a warning: PostgreSQL gets rows in one statement."""
        if not self._is_postgresql:
            if rows:
                cursor.executemany(self._insert(model, 1), rows)
            return
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            part = rows[start : start + _ROWS_A_STATEMENT]
            cursor.execute(self._insert(model, len(part)), [value for row in part for value in row])

    def _lock(self, n: int) -> str:
        query = Conversation.select(Conversation.id, Conversation.seq, Conversation.ver)
        query = query.where(Conversation.id.in_([0] * n)).order_by(Conversation.id)
        return _text(query if self._is_sqlite else query.for_update())

    def _members(self, n: int) -> str:
        """Pairs by row values; SQLite uses the key only when they come as VALUES."""
        pairs = ", ".join([f"({self._peewee.param}, {self._peewee.param})"] * n)
        values = f"VALUES {pairs}" if self._is_sqlite else pairs
        return f"SELECT user_id, conversation_id FROM member WHERE (user_id, conversation_id) IN ({values})"


def _insert(model: type[Model], n: int) -> str:
    fields = model._meta.sorted_fields
    return _text(model.insert_many([[0] * len(fields)] * n, fields=fields))


def _text(query: Query) -> str:
    """The SQL alone. PostgreSQL's inserts get a RETURNING that executemany has no use for."""
    return query.sql()[0].split(" RETURNING ")[0]
