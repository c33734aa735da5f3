"""What a log hands to each of its batches."""

from collections.abc import Callable
from typing import TypeAlias

from database.door import Database
from log.statements import Statements

#: Asked in the log's thread with two user ids.
Quiet: TypeAlias = Callable[[int, int], bool]

#: Remembered conversation ids; all are forgotten when there are more.
_MAX_IDS = 200_000


class Context:
    """What a log hands to each of its batches: the statements of its database, what the installation allows,
    and what was learned so far.

    `strangers`: whether people who are no friends may begin a single chat; `quota`: bytes of media that a
    user may have; `all_name_all`: whether every member of a group may name everybody at once; `quiet`:
    whether two people don't tell each other how far they have read."""

    def __init__(
        self,
        db: Database,
        strangers: bool,
        quota: int,
        all_name_all: bool = False,
        quiet: Quiet = lambda user_id, other_id: False,
    ) -> None:
        self.statements = Statements(db)
        self.savepoint = db.peewee.atomic
        self.strangers, self.quota, self.all_name_all = strangers, quota, all_name_all
        self.quiet = quiet
        self.born = 0  # when the database was made, ms
        #: Conversation ids by key; an id never changes and is only kept once it is committed.
        self.ids: dict[str, int] = {}

    def remember(self, ids: dict[str, int]) -> None:
        if len(self.ids) > _MAX_IDS:
            self.ids.clear()
        self.ids.update(ids)
