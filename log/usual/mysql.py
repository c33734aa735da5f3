"""The usual batch on MySQL and MariaDB: the rows of each statement come as one text of JSON."""

from collections.abc import Sequence

import msgspec
from peewee import NotSupportedError, OperationalError, ProgrammingError

from database.dialect import Values
from log.statements import Statements
from log.usual.plain import Plain
from log.usual.way import Way
from models import state
from models.tables import StoredMessage

#: Rows in the order in which they stand in the text; a STRAIGHT_JOIN makes that the order of locks. What does
#: not fit is an error; else it would become NULL.
_TABLE = "JSON_TABLE(%s, '$[*]' COLUMNS ({})) AS j"
_COLUMN = "{} {} PATH '$[{}]' ERROR ON ERROR"

#: Members are locked with their conversations: a plain read would not see what the lock has waited for.
_LOOK = """
SELECT m.user_id, c.id, m.said, c.seq, c.ver, c.updateat, c.`change`
FROM {} STRAIGHT_JOIN conversation c FORCE INDEX (PRIMARY) ON c.id = j.place
STRAIGHT_JOIN member m FORCE INDEX (PRIMARY) ON m.user_id = j.who AND m.conversation_id = j.place
WHERE m.role > 0 AND m.bars = 0 AND c.bars = 0
FOR UPDATE
"""

_SAID = """
UPDATE {} STRAIGHT_JOIN member m FORCE INDEX (PRIMARY) ON m.user_id = j.who AND m.conversation_id = j.place
SET m.said = j.said
"""


#: From here on errors have numbers that the client gives, of a lost connection for instance.
_OF_THE_CLIENT = 2000


class MySqlWay(Way):
    least = 2  # the texts of JSON cost a message alone a sixth more time

    def __init__(self, statements: Statements) -> None:
        super().__init__(statements)
        self._look = _LOOK.format(_table(["who", "place"], []))
        self._said = _SAID.format(_table(["said", "who", "place"], []))
        columns = [field.column_name for field in StoredMessage._meta.sorted_fields]
        texts = ["cid", "content", "pic", "url", "memo", "at", "extra"]
        names = ", ".join(f"`{name}`" for name in columns)
        self._insert = f"INSERT INTO message ({names}) SELECT {names} FROM {_table(columns, texts)}"
        reached = ["seq", "ver", "updateat", "change"]
        news = ", ".join(f"c.`{name}` = j.`{name}`" for name in reached)
        there = f"{_table([*reached, 'id'], [])} STRAIGHT_JOIN conversation c FORCE INDEX (PRIMARY)"
        self._advance = f"UPDATE {there} ON c.id = j.id SET {news}"

    def works(self) -> bool:
        """MariaDB has JSON_TABLE from 10.6 on, MySQL from 8.0."""
        try:
            for sql in (self._look, self._insert, self._said, self._advance):
                self.statements.rows(f"EXPLAIN {sql}", ("[]",))
        except (OperationalError, ProgrammingError, NotSupportedError) as error:
            if error.args[0] >= _OF_THE_CLIENT:
                raise
            return False
        return True

    def store(self, plain: Plain) -> bool:
        if not plain.begin(self.statements.rows(self._look, (_json(plain.who),))):
            return False
        plain.number()
        self._run(self._insert, plain.rows())
        if said := plain.said():
            self._run(self._said, said)
        self._run(self._advance, plain.take(state.take_changes(len(plain.counts))))
        return True

    def _run(self, sql: str, rows: Sequence[Values]) -> None:
        self.statements.peewee.execute_sql(sql, (_json(rows),))


def _table(columns: Sequence[str], texts: Sequence[str]) -> str:
    """Rows with these columns, whole numbers but for `texts`."""
    kinds = ("LONGTEXT" if name in texts else "BIGINT" for name in columns)
    declared = (_COLUMN.format(f"`{name}`", kind, i) for i, (name, kind) in enumerate(zip(columns, kinds)))
    return _TABLE.format(", ".join(declared))


def _json(rows: Sequence[Values]) -> str:
    return msgspec.json.encode(rows).decode()
