"""Groups: making and joining them, and what their heads do. All of it takes effect on the connections that
are open, in every process."""

from actions import delivery, search
from actions.accounts import public_row
from actions.services import Services
from log.entries import (
    AnswerJoin,
    CreateGroup,
    Dissolve,
    HandOver,
    Invite,
    Join,
    Leave,
    Mute,
    Remove,
    SetAlias,
    SetRole,
    Unban,
    Update,
)
from models import groups as models
from models import joining, roster
from protocol import groups as commands
from protocol import rows
from protocol.clock import now_ms
from protocol.errors import Refusal
from protocol.joining import (
    Banned,
    GroupLink,
    JoinAnswer,
    JoinedGroup,
    JoinRequest,
    JoinsWaiting,
    Moved,
    SeenGroup,
)


async def create(app: Services, owner_id: int, name: str, icon: str, cate: int, memo: str) -> JoinedGroup:
    """A new group; its row. The owner is in it from now on."""
    name, memo = app.words.check(name), app.words.check(memo)
    config = app.config.communities
    entry = CreateGroup(owner_id, name, icon, cate, memo, config.max_owned, int(config.history))
    await delivery.commit(app.log, entry)
    assert entry.row is not None
    return entry.row


async def info(app: Services, user_id: int, command: commands.GroupInfo) -> SeenGroup:
    """A group as the caller may see it, by its number or by a link that leads into it."""
    now = now_ms()
    dstid = command.dstid
    if dstid is None:
        dstid = await app.db.read(joining.leads_to, command.link or "", now)
    return await app.db.read(models.info, user_id, dstid, now)


async def update(app: Services, user_id: int, command: commands.UpdateGroup) -> JoinedGroup:
    """Some of what it is; the row as it is then."""
    said = command.changes()
    texts = ((name, said.get(name)) for name in ("name", "memo", "notice"))
    said |= {name: app.words.check(text) for name, text in texts if isinstance(text, str)}
    await delivery.commit(app.log, Update(user_id, command.dstid, said))
    return await app.db.read(models.row_of, user_id, command.dstid, now_ms())


async def join(app: Services, user_id: int, command: commands.JoinGroup) -> JoinAnswer | None:
    """The user is in the group from now on, or has asked to be: the request. Joining again changes nothing
    and tells nobody."""
    dstid = command.dstid
    if command.link is not None:
        dstid = await app.db.read(joining.leads_to, command.link, now_ms())
    assert dstid is not None  # the command has one of both
    most = app.config.communities.max_members
    entry = Join(user_id, dstid, most, app.words.check(command.memo), command.link)
    await delivery.commit(app.log, entry)
    return {"request": entry.request, "state": "pending"} if entry.request else None


async def members(
    app: Services, user_id: int, command: commands.ListMembers
) -> tuple[list[rows.Member], commands.MorePeople]:
    """Who is in a group, and whether and where it goes on. Raises as `models.roster.listed`."""
    dstid, now = command.dstid, now_ms()
    if command.ids is not None:
        found, more, last = await app.db.read(roster.these, user_id, dstid, command.ids, now), False, 0
    elif command.q:
        found, more, last = await search.called(app, user_id, command, now)
    else:
        muted = bool(command.muted)
        said = dstid, command.after, "", command.limit, now, muted
        found, more, last = await app.db.read(roster.listed, user_id, *said)
    told: list[rows.Member] = [
        {
            **public_row(app, user_id, row, acquainted=True),
            "role": row["role"],
            "alias": row["alias"],
            "muted_until": row["muted_until"],
            "joinedat": row["joinedat"],
        }
        for row in found
    ]
    return told, {"more": int(more), "next": last if more else 0}


async def invite(app: Services, user_id: int, command: commands.InviteToGroup, lang: str) -> list[Moved]:
    """Friends come in, or are proposed; what became of each."""
    most = app.config.communities.max_members
    entry = Invite(user_id, command.dstid, command.ids, most)
    await delivery.commit(app.log, entry)
    told = [_moved(number, entry.refusals.get(number), lang) for number in command.ids]
    for row in told:
        if row["id"] in entry.proposed:
            row["state"] = "pending"
    return told


async def requests(
    app: Services, user_id: int, command: commands.ListJoinRequests
) -> tuple[list[JoinRequest], JoinsWaiting]:
    """Who wants to come in, and how many wait."""
    dstid, before, limit = command.dstid, command.before, command.limit
    found, waiting, more = await app.db.read(joining.requests, user_id, dstid, before, limit, now_ms())
    told: list[JoinRequest] = [
        {
            "id": asked.request_id,
            "userid": asked.user["id"],
            "memo": asked.memo,
            "by": asked.proposer,
            "state": asked.state,
            "createat": asked.createat,
            "user": public_row(app, user_id, asked.user, acquainted=False),
        }
        for asked in found
    ]
    return told, {"waiting": waiting, "more": int(more)}


async def answer(app: Services, user_id: int, command: commands.AnswerJoinRequest) -> None:
    dstid = await app.db.read(joining.group_of, command.request)
    most = app.config.communities.max_members
    accept = bool(command.accept)
    await delivery.commit(app.log, AnswerJoin(user_id, dstid, command.request, accept, most))


async def leave(app: Services, user_id: int, command: commands.LeaveGroup) -> None:
    await delivery.commit(app.log, Leave(user_id, command.dstid))


async def remove(app: Services, user_id: int, command: commands.RemoveMembers, lang: str) -> list[Moved]:
    """Members are so no longer; what became of each."""
    entry = Remove(user_id, command.dstid, command.ids, bool(command.ban))
    await delivery.commit(app.log, entry)
    return [_moved(number, entry.refusals.get(number), lang) for number in command.ids]


async def unban(app: Services, user_id: int, command: commands.UnbanUser) -> None:
    await delivery.commit(app.log, Unban(user_id, command.dstid, command.id))


async def banned(app: Services, user_id: int, command: commands.ListBanned) -> tuple[list[Banned], bool]:
    """Who may not come in, and whether there are more."""
    dstid, after, limit = command.dstid, command.after, command.limit
    found, more = await app.db.read(joining.banned, user_id, dstid, after, limit)
    return [
        {**public_row(app, user_id, row, acquainted=False), "bannedat": since, "by": by}
        for row, since, by in found
    ], more


async def set_role(app: Services, user_id: int, command: commands.SetRole) -> None:
    await delivery.commit(app.log, SetRole(user_id, command.dstid, command.id, command.role))


async def transfer(app: Services, user_id: int, command: commands.TransferGroup) -> None:
    max_owned = app.config.communities.max_owned
    await delivery.commit(app.log, HandOver(user_id, command.dstid, command.id, max_owned))


async def mute(app: Services, user_id: int, command: commands.MuteGroup) -> None:
    await delivery.commit(app.log, Mute(user_id, command.dstid, command.until, command.id))


async def set_alias(app: Services, user_id: int, command: commands.SetAlias) -> None:
    await delivery.commit(app.log, SetAlias(user_id, command.dstid, app.words.check(command.nickname)))


async def dissolve(app: Services, user_id: int, command: commands.DissolveGroup) -> None:
    await delivery.commit(app.log, Dissolve(user_id, command.dstid))


async def make_link(app: Services, user_id: int, command: commands.MakeLink) -> GroupLink:
    dstid, until, uses = command.dstid, command.until, command.uses
    return await app.db.write(joining.make_link, user_id, dstid, until, uses, now_ms())


async def links(app: Services, user_id: int, command: commands.ListLinks) -> list[GroupLink]:
    return await app.db.read(joining.links, user_id, command.dstid, now_ms())


async def revoke_link(app: Services, user_id: int, command: commands.RevokeLink) -> None:
    await app.db.write(joining.revoke_link, user_id, command.dstid, command.link)


def _moved(user_id: int, refusal: Refusal | None, lang: str) -> Moved:
    if refusal is None:
        return {"id": user_id, "code": 0, "msg": ""}
    return {"id": user_id, "code": refusal.code, "msg": refusal.msg(lang)}
