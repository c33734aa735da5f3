"""What operators did: written with it, in one transaction, and never changed."""

from models.tables import Audit

#: Characters of what was before and is after; a longer text is cut off.
MAX_TEXT = 4000


def note(op: int, what: str, target: object, now: int, before: object = "", after: object = "") -> None:
    """Operator `op` (0: the command line) did `what` at `now` (ms), to `target`, as it was `before` and is
    `after`."""
    Audit.insert(
        op=op,
        what=what,
        target=str(target)[:80],
        before=str(before)[:MAX_TEXT],
        after=str(after)[:MAX_TEXT],
        createat=now,
    ).execute()
