"""The usual batch on SQLite: one look-up, one insert, one update, inside the transaction."""

from database.sqlite import json_pairs
from log.usual.plain import Plain
from log.usual.way import Way
from models import state

#: One text for any number of people.
_LOOK = """
SELECT m.user_id, c.id, m.said, c.seq, c.ver, c.updateat, c.change FROM json_each(?) w
CROSS JOIN member m ON m.user_id = CAST(w.key AS INTEGER) AND m.conversation_id = w.value
CROSS JOIN conversation c ON c.id = w.value
WHERE m.role > 0 AND m.bars = 0 AND c.bars = 0
"""


class SqliteWay(Way):
    def store(self, plain: Plain) -> bool:
        if not plain.begin(self.statements.rows(_LOOK, (json_pairs(plain.who),))):
            return False
        plain.number()
        self.statements.insert(plain.rows())
        self.statements.said(plain.said())
        self.statements.advance(plain.take(state.take_changes(len(plain.counts))))
        return True
