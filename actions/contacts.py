"""Contacts: making friends and ending it, whom one blocks, and the lists of them."""

from actions import delivery
from actions.accounts import public_row
from actions.services import Services
from hub.audience import V2
from log.entries import AnswerRequest, Befriend, Block, Unfriend
from models import contacts, requests
from protocol import rows
from protocol.clock import now_ms
from protocol.contacts import Asked, Waiting
from protocol.frames import contact_updated


async def add_friend(app: Services, user_id: int, dst_id: int, memo: str) -> Asked | None:
    """Both become friends at once, and None; or a request waits for the other one. All pages hear of it."""
    entry = Befriend(user_id, dst_id, app.words.check(memo), app.config.contacts.approval)
    await delivery.commit(app.log, entry)
    if entry.request and not entry.granted:
        return {"request": entry.request, "state": "pending"}
    return None


async def answer(app: Services, user_id: int, request: int, accept: bool) -> None:
    """Says yes or no to a request. Raises as `models.requests.answer`."""
    asker_id = await app.db.read(requests.asker_of, request)
    await delivery.commit(app.log, AnswerRequest(user_id, asker_id, request, accept))


async def remove(app: Services, user_id: int, dst_id: int) -> None:
    """They are friends no more; nothing happens when they were none."""
    await delivery.commit(app.log, Unfriend(user_id, dst_id))


async def block(app: Services, user_id: int, dst_id: int, on: bool) -> None:
    """From now on the user wants nothing of the other one, or does again."""
    await delivery.commit(app.log, Block(user_id, dst_id, on))


async def call(app: Services, user_id: int, dst_id: int, remark: str) -> None:
    """What the user calls a friend; their own pages hear of it. Raises as `models.contacts.call`."""
    await app.db.write(contacts.call, user_id, dst_id, remark)
    told = contact_updated(user_id, dst_id)
    app.hub.tell_users((user_id,), told, V2)


async def friends(app: Services, user_id: int) -> list[rows.Friend]:
    """The rows of the user's friends, each with who is online."""
    found = await app.db.read(contacts.friends_of, user_id)
    return [_friend_row(app, user_id, row) for row in found]


async def blocked(app: Services, user_id: int) -> list[rows.Friend]:
    """The rows of those whom the user blocks."""
    found = await app.db.read(contacts.blocked_by, user_id)
    return [_friend_row(app, user_id, row, acquainted=False) for row in found]


async def asked(app: Services, user_id: int, before: int | None) -> tuple[list[rows.ToldRequest], Waiting]:
    """What the user has asked and was asked. Raises as `models.requests.requests_of`."""
    page = await app.db.read(requests.requests_of, user_id, before, now_ms())
    told: list[rows.ToldRequest] = []
    for row in page.requests:
        other = page.people.get(row["dstid"] if row["userid"] == user_id else row["userid"])
        if other is not None:
            told.append({**row, "user": public_row(app, user_id, other, other["id"] in page.friends)})
    return told, {"waiting": page.waiting, "more": int(page.more)}


def _friend_row(app: Services, user_id: int, row: rows.Befriended, acquainted: bool = True) -> rows.Friend:
    shown = public_row(app, user_id, row, acquainted)
    return {**shown, "remark": row["remark"], "pinyin": row["pinyin"]}


async def forget_requests(app: Services) -> int:
    """Deletes the requests that nobody is told of any more; how many."""
    count = 0
    while some := await app.db.write(requests.forget, now_ms()):
        count += some
    return count
