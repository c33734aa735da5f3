"""Drafts: what somebody has begun to write, one text for each conversation, numbered over all of them."""

from models import access
from models.accounts import lock
from models.fitting import fitting
from models.tables import Draft
from protocol import drafts as wire
from protocol.errors import Conflict, Refused
from protocol.limits import MAX_DRAFTS

#: Bytes of a row besides its texts.
_ROW_BYTES = 150


def put(user_id: int, command: wire.SetDraft, strangers: bool, now: int) -> tuple[wire.Draft, bool]:
    """The draft as it stands now, and whether it has changed. Raises `Conflict` with the one that is there
    when it is another one than the caller goes on from, `Refused` when there are too many, and why they may
    not write there; one may be taken away whatever became of the conversation."""
    content, ref = command.content, command.ref or 0
    at = ",".join(map(str, command.at or ())) if content else ""
    wanted = bool(content or ref)
    lock(user_id)  # one change of their drafts after the other: each has a number
    mine = Draft.user_id == user_id
    here = mine & (Draft.kind == command.kind) & (Draft.dstid == command.dstid)
    found = Draft.select().where(here).first()
    if found is not None and _is_there(found) and command.rev not in (None, found.rev):
        raise Conflict("草稿已在其他设备上修改", "The draft was changed on another device", {**_row(found)})
    if found is None and not wanted:
        return {"kind": command.kind, "dstid": command.dstid, "rev": 0, "updateat": now}, False
    if found is not None and (found.content, found.at, found.ref) == (content, at, ref):
        return _row(found), False
    if wanted:
        access.require_writing(user_id, command.kind, command.dstid, strangers, now)
        if not (found and _is_there(found)) and Draft.select().where(mine, _THERE).count() >= MAX_DRAFTS:
            raise Refused(f"最多保存 {MAX_DRAFTS} 个草稿", f"{MAX_DRAFTS} drafts at most")
    last = Draft.select(Draft.rev).where(mine).order_by(Draft.rev.desc()).limit(1).scalar()
    said = {"content": content, "at": at, "ref": ref, "rev": (last or 0) + 1, "updateat": now}
    if found is None:
        place = {"user_id": user_id, "kind": command.kind, "dstid": command.dstid}
        return _row(Draft.create(**place, **said)), True
    Draft.update(said).where(here, Draft.rev == found.rev).execute()
    return _row(Draft(user_id=user_id, kind=command.kind, dstid=command.dstid, **said)), True


_THERE = (Draft.content != "") | (Draft.ref != 0)


def _is_there(draft: Draft) -> bool:
    return bool(draft.content or draft.ref)


def drafts_of(user_id: int, after: int | None) -> tuple[list[wire.Draft], wire.Drafts]:
    """All of somebody's, or those that changed after the number `after`, ascending; and where that ends."""
    query = Draft.select().where(Draft.user_id == user_id).order_by(Draft.rev)
    query = query.where(_THERE) if after is None else query.where(Draft.rev > after)
    found, more = fitting(query.iterator(), lambda row: 3 * len(row.content) + _ROW_BYTES)
    return [_row(row) for row in found], {"more": int(more), "rev": found[-1].rev if found else after or 0}


def forget(user_id: int) -> None:
    """None of somebody's is left."""
    Draft.delete().where(Draft.user_id == user_id).execute()


def _row(draft: Draft) -> wire.Draft:
    row: wire.Draft = {
        "kind": draft.kind, "dstid": draft.dstid, "rev": draft.rev, "updateat": draft.updateat
    }  # fmt: skip
    if draft.content:
        row["content"] = draft.content
    if draft.at:
        row["at"] = [int(user_id) for user_id in draft.at.split(",")]
    if draft.ref:
        row["ref"] = draft.ref
    return row
