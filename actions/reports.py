"""Reports: taken from people, answered by operators; and what is told of the list of words."""

from typing import TYPE_CHECKING

from actions import delivery
from log.entries import Removal
from models import reports
from protocol.clock import now_ms
from protocol.errors import Refused
from protocol.messages import ROOM
from protocol.reports import (
    DEEDS,
    DISMISSED,
    REMOVED,
    STATES,
    AddReport,
    ListReports,
    OpenCount,
    Report,
    Words,
    told,
)

if TYPE_CHECKING:
    from actions.services import Services

#: Refused lines of the file that are told.
_MOST_FAULTS = 100


async def add(app: "Services", user_id: int, command: AddReport) -> None:
    """Keeps a report, with a copy. Raises as `models.reports.add`."""
    strangers, quota = app.config.contacts.strangers, app.config.uploads.quota_bytes
    which = (command.what, command.id, command.kind or 0, command.dstid or 0)
    await app.db.write(reports.add, user_id, *which, command.reason, strangers, quota, now_ms())


async def listed(app: "Services", op: int, command: ListReports) -> tuple[list[Report], OpenCount]:
    """Reports for an operator; that they have looked at them is noted."""
    state = None if command.state is None else STATES.index(command.state)
    found, more, count = await app.db.write(
        reports.listed, op, state, command.before, command.limit, now_ms()
    )
    return found, {"open": count, "more": int(more)}


async def answer(app: "Services", op: int, report_id: int, what: str, note: str) -> None:
    """Answers a report, and tells its reporter, who hears nothing when they are not connected. `remove`
    recalls the message in the same transaction."""
    state = DEEDS[what]
    if state == REMOVED:
        done = await _remove(app, op, report_id, note)
    else:
        all_alike = state != DISMISSED
        done = await app.db.write(reports.answer, op, report_id, state, all_alike, note, now_ms())
    for answered, reporter in done:
        app.hub.tell_users([reporter], told(answered, reporter, state))


async def _remove(app: "Services", op: int, report_id: int, note: str) -> list[tuple[int, int]]:
    report = await app.db.read(reports.open_report, report_id)
    if report.what != "message":
        raise Refused("只有消息可以删除", "Only messages can be removed")
    author = reports.author_of(report)
    # In a single chat its author means the reporter.
    dstid = report.dstid if report.kind == ROOM else report.user_id
    entry = Removal(op, report_id, note, author, report.kind, dstid, report.target)
    await delivery.commit(app.log, entry)
    return entry.answered


def words(app: "Services") -> Words:
    """What of the list is in force here."""
    stands = app.words.standing()
    return {
        "path": stands.path,
        "block": stands.counts["block"],
        "mask": stands.counts["mask"],
        "review": stands.counts["review"],
        "loaded": stands.loaded,
        "faults": [{"line": f.line, "zh": f.zh, "en": f.en} for f in stands.faults[:_MOST_FAULTS]],
        "refused": len(stands.faults),
        "broken": stands.broken,
    }
