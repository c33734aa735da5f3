"""Devices: from where an account has been logged in to before. Kept longer than sessions, and only to tell
its owner from strangers who guess the password; what is stored says nothing to who reads it."""

import hashlib
from collections.abc import Collection

from models.tables import Device

#: Of one account; the longest unseen is forgotten for a new one.
MAX_DEVICES = 50
#: Rows that one sweep deletes.
SWEEP = 1000


def mark_of(kind: str, name: str) -> str:
    """What is stored of a browser's cookie or of an address."""
    return hashlib.sha256(f"{kind} {name}".encode("utf-8", "replace")).hexdigest()


def known_marks(user_id: int, marks: Collection[str]) -> frozenset[str]:
    """Those of `marks` from which the account has been logged in to."""
    mine = Device.select(Device.mark).where(Device.user_id == user_id, Device.mark.in_(list(marks)))
    return frozenset(mark for (mark,) in mine.tuples())


def is_new(user_id: int, mark: str) -> bool:
    """Whether nobody has logged in to the account from there, while somebody has from elsewhere."""
    mine = Device.user_id == user_id
    if Device.select(Device.mark).where(mine, Device.mark == mark).exists():
        return False
    return Device.select(Device.mark).where(mine).limit(1).exists()


def remember(user_id: int, marks: Collection[str], now: int) -> None:
    """Somebody has logged in from there."""
    for mark in sorted(marks):  # one order for all, so that no two wait for each other
        new = Device.insert(user_id=user_id, mark=mark, last_seen=now).on_conflict_ignore()
        if not new.as_rowcount().execute():
            Device.update(last_seen=now).where(Device.user_id == user_id, Device.mark == mark).execute()
    latest = Device.select(Device.mark).where(Device.user_id == user_id).order_by(Device.last_seen.desc())
    _delete(Device.user_id == user_id, [mark for (mark,) in latest.tuples()][MAX_DEVICES:])


def forget_before(time: int) -> int:
    """Deletes a batch of those last seen before `time` (ms); how many there were."""
    old = Device.select(Device.mark).where(Device.last_seen < time).limit(SWEEP).tuples()
    marks = [mark for (mark,) in old]
    _delete(Device.last_seen < time, marks)
    return len(marks)


def _delete(of: object, marks: list[str]) -> None:
    if marks:
        Device.delete().where(of, Device.mark.in_(marks)).execute()
