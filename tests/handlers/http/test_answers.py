"""Answers hold what is declared of them, no more and no less: pages and bots rely on it."""

import asyncio
from typing import NotRequired, TypedDict, get_args, get_type_hints

import msgspec
import pyotp

from actions.resets import make_link
from models.tables import User
from protocol import invites, leaving, qr, resets, rows, sessions, totp
from protocol.clock import now_ms
from protocol.commands import COMMANDS
from tests import samples
from tests.app import PASSWD
from tests.gateway import b64
from tests.handlers.http.moderated import held
from tests.handlers.people import make_operator
from tests.outgoing.test_webpush import POINT

#: Ways into an account, each of which needs what the one before it has told.
WAYS_IN = (
    totp.StartTotp, totp.ConfirmTotp, totp.TotpState, totp.StopTotp, qr.NewQr, qr.ScanQr, qr.PollQr,
    qr.ApproveQr, resets.ResetPasswd, sessions.ConfirmSession, invites.MakeInvite,
    invites.ListInvites, invites.RevokeInvite, leaving.DeleteAccount,
)  # fmt: skip


def hold(answer: dict, command: type) -> None:
    """The answer is a success, and of the shape that its command names."""
    assert answer["code"] == 0, answer
    call = command.by_call
    assert ("rows" in answer) == (call.row is not None)
    if call.row is not None:
        assert answer["rows"] and answer["total"] == len(answer["rows"])
    for row in answer.get("rows", ()):
        fits(row, call.row)
    if call.data is None:
        assert answer.get("data") is None
    else:
        fits(answer["data"], call.data)


def fits(value: object, kind: type) -> None:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        kind = as_typed_dict(kind)
    msgspec.convert(value, kind, strict=True)
    if isinstance(value, dict):
        hints = get_type_hints(kind)
        assert set(value) <= set(hints), f"{kind.__name__} has no {set(value) - set(hints)}"
        for name, part in value.items():
            if isinstance(part, dict) and isinstance(hints[name], type):
                fits(part, hints[name])


def as_typed_dict(kind: type[msgspec.Struct]) -> type:
    """The same fields; those that may be UNSET may be missing, which a struct allows only with a default."""
    fields = {}
    for name, hint in get_type_hints(kind).items():
        optional = msgspec.UnsetType in get_args(hint)
        told = get_args(hint)[0] if optional else hint
        told = as_typed_dict(told) if told is rows.Message else told
        fields[name] = NotRequired[told] if optional else told
    return TypedDict(kind.__name__, fields)


async def test_every_answer_is_as_declared(app):
    """Each call there is answers with the fields that the documents name, of their types."""
    ann, bob = await app.client().register("Ann"), await app.client().register("Bob")
    carol = await app.client().register("Carol")
    await make_operator(app, ann)
    cy, dora = await app.client().register("Cy"), await app.client().register("Dora")
    assert (await ann.post("/contact/addfriend", dstid=bob.user_id))["code"] == 0
    for asked in (ann, cy):
        await asked.post("/user/settings", approval="request")
    request = (await dora.post("/contact/addfriend", dstid=ann.user_id))["data"]["request"]
    group = (await ann.post("/contact/createcommunity", name="hills"))["data"]["id"]
    await bob.post("/contact/joincommunity", dstid=group)
    guest = await app.client().register("Guest")
    made = [(await ann.post("/contact/createcommunity", name=name))["data"]["id"] for name in "abc"]
    closed, ended, another = made
    assert (await bob.post("/contact/joincommunity", dstid=closed))["code"] == 0
    assert (await ann.post("/community/update", dstid=closed, join="approve"))["code"] == 0
    request = (await guest.post("/contact/joincommunity", dstid=closed))["data"]["request"]
    assert (await ann.post("/community/remove", dstid=closed, ids="[999]", ban=1))["code"] == 0
    assert (await ann.post("/community/remove", dstid=closed, ids=f"[{guest.user_id}]", ban=1))["code"] == 0
    await ann.post("/community/unban", dstid=closed, id=guest.user_id)
    request = (await guest.post("/contact/joincommunity", dstid=closed))["data"]["request"]
    third = await app.client().register("Third")
    await ann.post("/community/remove", dstid=closed, ids=f"[{third.user_id}]", ban=1)
    other = (await bob.post("/contact/createcommunity", name="bob's"))["data"]["id"]
    await ann.post("/contact/joincommunity", dstid=other)
    link = (await ann.post("/community/link", dstid=group))["data"]["id"]
    named = {"cmd": 11, "dstid": group, "media": 1, "content": "you", "at": [ann.user_id]}
    assert (await bob.post_json("/message/send", **named))["code"] == 0
    mine = (await ann.post_json("/message/send", **{**named, "at": []}))["data"]
    assert (await bob.post("/message/read", kind=11, dstid=group, seq=mine["seq"]))["code"] == 0
    chat = {"kind": 10, "dstid": ann.user_id}
    note = {"cmd": 10, "dstid": ann.user_id, "media": 1, "content": "note"}
    one = {**chat, "id": (await ann.post_json("/message/send", **note))["data"]["id"]}
    hidden = (await ann.post_json("/message/send", **note))["data"]["id"]
    for change in ({"cmd": 16, "content": "👍", "amount": 1}, {"cmd": 19, "amount": 1}):
        assert (await ann.post_json("/message/change", **one, **change))["code"] == 0
    merged = {**chat, "ids": [one["id"]], "to": [chat], "merge": 1}
    record = {**chat, "id": (await ann.post_json("/message/forward", **merged))["rows"][0]["id"]}
    message = {"cmd": 10, "dstid": ann.user_id, "media": 10, "content": "a.pdf", "url": "/mnt/a", "amount": 5}
    later = {**message, "sendat": now_ms() + 86_400_000}
    schedule = (await ann.post("/schedule/add", **later))["data"]["id"]
    said = {
        "Register": {"userid": None, "mobile": "13900000000", "passwd": PASSWD},
        "Login": {"userid": None, "mobile": ann.mobile, "passwd": PASSWD},
        "ChangeProfile": {"memo": "on the way"},
        "ChangePasswd": {"old": PASSWD, "new": "changed123"},
        "FindUser": {"id": bob.user_id},
        "SearchContacts": {"q": "hil"},
        "AddFriend": {"dstid": cy.user_id, "memo": "It is Ann"},
        "AnswerRequest": {"request": request, "accept": 0},
        "CallFriend": {"dstid": bob.user_id, "remark": "Bobby"},
        "RemoveFriend": {"dstid": dora.user_id},
        "BlockUser": {"dstid": dora.user_id, "on": 1},
        "ListCommonGroups": {"dstid": bob.user_id},
        "CreateGroup": {"name": "sea"},
        "JoinGroup": {"dstid": group},
        "ListMembers": {"dstid": group, "q": "b"},
        "GroupInfo": {"dstid": group},
        "UpdateGroup": {"dstid": group, "notice": "at eight"},
        "InviteToGroup": {"dstid": group, "ids": f"[{bob.user_id}]"},
        "ListJoinRequests": {"dstid": closed},
        "AnswerJoinRequest": {"request": request, "accept": 0},
        "LeaveGroup": {"dstid": other},
        "RemoveMembers": {"dstid": group, "ids": f"[{guest.user_id}]", "ban": 1},
        "UnbanUser": {"dstid": group, "id": guest.user_id},
        "ListBanned": {"dstid": closed},
        "SetRole": {"dstid": group, "id": bob.user_id, "role": 2},
        "TransferGroup": {"dstid": closed, "id": bob.user_id},
        "MuteGroup": {"dstid": group, "until": 4102444800000},
        "SetAlias": {"dstid": group, "nickname": "Annie"},
        "DissolveGroup": {"dstid": ended},
        "MakeLink": {"dstid": group},
        "ListLinks": {"dstid": group},
        "RevokeLink": {"dstid": group, "link": link},
        "MarkRead": {**chat, "seq": 1},
        "SendMessage": {**message, "cid": "c1", "ref": one["id"], "at": f"[{ann.user_id}]"},
        "ChangeMessage": {**one, "cmd": 15, "content": "edited", "cid": "c2"},
        "Edits": one,
        "Reactions": {**one, "content": "👍"},
        "RemovePreview": {**one, "on": 0},
        "Pins": chat,
        "GetMessages": {**chat, "ids": f"[{one['id']}]"},
        "Around": {**chat, "seq": 1},
        "Mentions": {"kind": 11, "dstid": group},
        "SearchMessages": {"q": "you"},
        "ListReaders": {"kind": 11, "dstid": group, "seq": mine["seq"]},
        "Forward": {**chat, "ids": f"[{one['id']}]", "to": f'[{{"kind":10,"dstid":{bob.user_id}}}]'},
        "Record": record,
        "SetDraft": {**chat, "content": "half", "at": f"[{ann.user_id}]", "ref": one["id"]},
        "AddSchedule": {**later, "ref": one["id"], "at": f"[{ann.user_id}]"},
        "UpdateSchedule": {"id": schedule, "content": "b.pdf"},
        "SendScheduleNow": {"id": schedule},
        "RemoveSchedule": {"id": schedule + 1},
        "AddFavorite": one,
        "RemoveFavorite": {"favorite": 1},
        "Subscribe": {"endpoint": "https://93.184.215.14/x", "p256dh": POINT, "auth": b64(b"a" * 16)},
        "AddSticker": {"url": "/asset/stickers/magpie/hello.webp"},
        "RemoveSticker": {"id": 1},
        "HideMessages": {**chat, "ids": f"[{hidden}]"},
        "ListHidden": chat,
        "ArrangeConversation": {**chat, "pinned": 1, "marked": 1},
        "ClearConversation": {"kind": 11, "dstid": group, "seq": 1},
        "ShowUser": {"id": carol.user_id},
        "MuteUser": {"id": carol.user_id, "until": 0},
        "CloseSessions": {"id": carol.user_id},
        "DeactivateUser": {"id": carol.user_id, "on": 0},
        "DissolveAnyGroup": {"id": another},
        "MakeResetLink": {"id": carol.user_id},
        "MakeOperator": {"id": carol.user_id, "on": 1},
        "History": chat,
        "Changes": {**chat, "ver": 0},
    }
    put = {"kind": 11, "dstid": group, "amount": 9, "count": 2}
    packet = (await bob.post("/redpacket/send", **put))["data"]["id"]
    await app.services.db.write(User.update(op=1).where(User.id == ann.user_id).execute)
    said |= {"Grant": {"id": bob.user_id, "amount": 5}}
    said |= {"SendPacket": {**put, "cid": "c3"}, "OpenPacket": {"id": packet}, "ReadPacket": {"id": packet}}
    first = await held(app, ann)
    said |= {"Withdraw": {"review": first}, "AnswerReview": {"id": first + 1, "pass": 1}}
    said |= {"AddReport": {"what": "user", "id": bob.user_id, "reason": "rude"}}
    said |= {"AnswerReport": {"id": 1, "what": "keep"}}
    while not (await ann.post("/message/search", q="you"))["rows"]:  # it is in the index in a moment
        await asyncio.sleep(0.02)
    calls = [command for command in COMMANDS if command.by_call and command not in WAYS_IN]
    calls.remove(leaving.ExportAccount)  # no envelope
    # So that no list is empty, and nobody is let out early.
    order = {"AddFriend": -3, "AnswerRequest": -2, "BlockUser": -1, "SendMessage": -1}
    order |= {"AddSchedule": -2, "SendScheduleNow": 1, "RemoveSchedule": 1, "TransferGroup": 1, "Logout": 2}
    for command in sorted(calls, key=lambda c: order.get(c.__name__, 0)):
        name, route = command.__name__, command.by_call.routes[0]
        if command.by_call.file:
            answer = await ann.upload(samples.picture())
            assert set(answer) == {"code", "msg", "data", "pic", "type", "bytes", "width", "height", "frames"}
        else:
            answer = await ann.post(route, **said.get(name, {}))
        hold(answer, command)


async def test_every_way_in_is_as_declared(app):
    """The same of codes, links and invitations."""
    await app.client().register("Op")
    ann, screen = await app.client().register(), app.client()
    await make_operator(app, ann)
    told = {}

    async def call(who, command, **fields):
        answer = await who.post(command.by_call.routes[0], **fields)
        hold(answer, command)
        told[command] = answer.get("data")
        return answer

    secret = (await call(ann, totp.StartTotp))["data"]["secret"]
    recovery = (await call(ann, totp.ConfirmTotp, code=pyotp.TOTP(secret).now()))["data"]["recovery"]
    await call(ann, totp.TotpState)
    await call(ann, totp.StopTotp, code=recovery[0])
    code = (await call(screen, qr.NewQr))["data"]["code"]
    fits((await screen.post("/user/qr/poll", code=code))["data"], qr.QrState)
    await call(ann, qr.ScanQr, code=code)
    await call(ann, qr.ApproveQr, code=code)
    await call(screen, qr.PollQr, code=code)
    listed = (await ann.post("/user/sessions"))["rows"]
    await call(ann, sessions.ConfirmSession, session=max(row["id"] for row in listed))
    invite = (await call(ann, invites.MakeInvite))["data"]["id"]
    await call(ann, invites.ListInvites)
    await call(ann, invites.RevokeInvite, id=invite)
    token = (await make_link(app.services, ann.user_id)).split("#")[1]
    await call(ann, resets.ResetPasswd, token=token, new="another-word-9")
    await ann.login(ann.mobile, "another-word-9")
    await call(ann, leaving.DeleteAccount, passwd="another-word-9")
    assert set(told) == set(WAYS_IN)


def test_types_are_told_apart():
    """The comparison above would notice a field that is missing, too many, or of another type."""
    [row] = [command.by_call.row for command in COMMANDS if command.__name__ == "ListGroups"]
    good = dict.fromkeys(get_type_hints(row), 1) | {
        "name": "",
        "icon": "",
        "memo": "",
        "join": "",
        "alias": "",
        "notice": {"content": "", "userid": 0, "createat": 0},
    }
    fits(good, row)
    for bad in ({**good, "id": "1"}, {**good, "more": 1}, {k: v for k, v in good.items() if k != "id"}):
        try:
            fits(bad, row)
        except (AssertionError, msgspec.ValidationError):
            continue
        raise AssertionError(bad)
