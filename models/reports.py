"""What people have reported, with a copy of it as it was then."""

from collections.abc import Sequence
from typing import Any

import msgspec
from peewee import fn

from models import audit, changes, groups, media, messages
from models.access import no_group, no_message
from models.accounts import PROFILE, lock, nicknames_of, unknown_user
from models.fitting import fitting
from models.tables import Community, User
from models.tables import Report as Stored
from protocol import reports as wire
from protocol.changes import Edited
from protocol.errors import Conflict, NotFound, Refused
from protocol.limits import MAX_INT, MAX_OPEN_REPORTS
from protocol.media import keys_in
from protocol.reports import OPEN, STATES

#: Bytes of earlier texts in the copy of a message.
_MOST_EDITS_BYTES = 256 << 10

_copy = msgspec.json.Decoder(dict[str, Any]).decode


def add(
    user_id: int,
    what: str,
    target: int,
    kind: int,
    dstid: int,
    reason: str,
    strangers: bool,
    quota: int,
    now: int,
) -> None:
    """Keeps a report with a copy, and what that shows. An open one about the same stays as it is. Raises
    `NotFound` for what the reporter can't read or is not there, `Refused` for what is their own, and when too
    many of theirs are open: each keeps a copy, which counts as nobody's."""
    lock(user_id)  # so that of many at once none is too many
    mine = {"user_id": user_id, "what": what, "target": target}
    already = (Stored.user_id == user_id, Stored.what == what, Stored.target == target, Stored.answered == 0)
    if Stored.select(Stored.id).where(*already).first() is not None:
        return
    mine_open = Stored.select().where(Stored.user_id == user_id, Stored.state == OPEN)
    if mine_open.count() >= MAX_OPEN_REPORTS:
        raise Refused("您有太多举报还没有处理", "Too many of your reports are still open")
    if what == "message":
        copy = _message(user_id, kind, dstid, target, strangers)
    else:
        kind = dstid = 0
        copy = _user(user_id, target) if what == "user" else _community(target)
    text = msgspec.json.encode(copy).decode()
    row = Stored.insert(**mine, kind=kind, dstid=dstid, reason=reason, copy=text, createat=now)
    if row.on_conflict_ignore().as_rowcount().execute():
        media.attach(user_id, quota, *_shown(copy))


def _message(user_id: int, kind: int, dstid: int, message_id: int, strangers: bool) -> dict[str, object]:
    found = messages.some(user_id, kind, dstid, [message_id], strangers)
    if not found or found[0].recalled:
        raise no_message()
    [message] = found
    _require_another(message.userid, user_id)
    message.preview = msgspec.UNSET  # its picture is not the reporter's
    copy: dict[str, object] = {"message": message, "author": _called(message.userid)}
    if message.edited:
        copy["edits"] = _latest(changes.edits(user_id, kind, dstid, message_id, strangers))
    return copy


def _latest(edits: list[Edited]) -> list[Edited]:
    """The last texts of a message, as many as a copy has room for: somebody may have edited it without
    end."""
    size = 0
    for number, edit in enumerate(reversed(edits)):
        size += len(edit["content"].encode())
        if number and size > _MOST_EDITS_BYTES:
            return edits[-number:]
    return edits


def _user(reporter: int, user_id: int) -> dict[str, object]:
    _require_another(user_id, reporter)
    row = User.select(*PROFILE).where(User.id == user_id).dicts().first()
    if row is None:
        raise unknown_user()
    return {"user": {**row, "mobile": ""}, "author": row["nickname"]}


def _community(group_id: int) -> dict[str, object]:
    row = Community.select(*groups.STORED).where(Community.id == group_id).dicts().first()
    if row is None:
        raise no_group()
    return {"community": row, "author": _called(row["ownerid"])}


def _require_another(user_id: int, reporter: int) -> None:
    if user_id == reporter:
        raise Refused("不能举报自己", "You can't report yourself")


def _called(user_id: int) -> str:
    return nicknames_of((user_id,)).get(user_id, "")


def _shown(copy: dict[str, Any]) -> list[str]:
    """The addresses in a copy."""
    plain = msgspec.to_builtins(copy)
    for row, names in (
        ("message", ("content", "pic", "url", "memo")),
        ("user", ("avatar",)),
        ("community", ("icon",)),
    ):
        if row in plain:
            return [plain[row].get(name) or "" for name in names]
    return []


def made_by(user_id: int) -> list[dict[str, object]]:
    """What somebody has reported, for themselves: without the copy, which is others' words, and without what
    operators remarked."""
    r = Stored
    shown = (r.id, r.what, r.target, r.kind, r.dstid, r.reason, r.state, r.createat, r.answeredat)
    found = r.select(*shown).where(r.user_id == user_id).order_by(r.id)
    return [{**row, "state": STATES[row["state"]]} for row in found.dicts()]


# --- operators ----------------------------------------------------------------------------------------------


def listed(
    op: int, state: int | None, before: int | None, limit: int, now: int
) -> tuple[list[wire.Report], bool, int]:
    """Those in a state, the newest first, below `before`; whether there are more, and how many are open. That
    somebody has looked at what is private is noted."""
    r = Stored
    query = r.select().where(r.id < (before or MAX_INT)).order_by(r.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(r.state == state)
    found, more = fitting(query.iterator(), lambda report: len(report.copy.encode()), limit)
    if private := [str(report.id) for report in found if report.what == "message"]:
        audit.note(op, "report.look", f"report {private[0]}", now, after=",".join(private))
    count = r.select(fn.COUNT(r.id)).where(r.state == OPEN).scalar()
    return _named(found), more, count


def _named(found: Sequence[Stored]) -> list[wire.Report]:
    r = Stored
    nicknames = nicknames_of({report.user_id for report in found})
    told = []
    for report in found:
        row = wire.Report(
            report.id, report.user_id, nicknames.get(report.user_id, ""), report.what, report.target,
            report.kind or msgspec.UNSET, report.dstid or msgspec.UNSET, report.reason, _copy(report.copy),
            STATES[report.state], report.createat, 0,
        )  # fmt: skip
        if report.state == OPEN:
            alike = (r.what == report.what, r.target == report.target, r.answered == 0)
            row.reporters = r.select(fn.COUNT(r.id)).where(*alike).scalar()
        else:
            row.note, row.op, row.answeredat = report.note, report.op, report.answeredat
        told.append(row)
    return told


def open_report(report_id: int) -> Stored:
    """An open one. Raises `NotFound`, and `Conflict` for one that was answered."""
    report: Stored | None = Stored.get_or_none(Stored.id == report_id)
    if report is None:
        raise NotFound("该举报不存在", "No such report")
    if report.state != OPEN:
        raise _answered()
    return report


def answer(
    op: int, report_id: int, state: int, all_alike: bool, note: str, now: int
) -> list[tuple[int, int]]:
    """Answers a report, or all open ones about the same; (report, reporter) of each. Raises as `open_report`;
    of two who answer at once, one does."""
    r = Stored
    report = open_report(report_id)
    alike = (r.what == report.what, r.target == report.target, r.answered == 0)
    which = alike if all_alike else (r.id == report_id,)
    done: list[tuple[int, int]] = []
    for one in list(r.select().where(*which).order_by(r.id)):
        values = {"state": state, "note": note, "op": op, "answeredat": now, "answered": one.id}
        if r.update(values).where(r.id == one.id, r.state == OPEN).execute():
            media.drop(keys_in(*_shown(_copy(one.copy))))
            audit.note(
                op, f"report.{STATES[state]}", f"report {one.id}", now, STATES[OPEN], note or STATES[state]
            )
            done.append((one.id, one.user_id))
    if not any(found == report_id for found, _ in done):
        raise _answered()
    return done


def author_of(report: Stored) -> int:
    """Of the message that was reported."""
    return int(_copy(report.copy)["message"]["userid"])


def _answered() -> Conflict:
    return Conflict("该举报已经处理过了", "This report was answered already")
