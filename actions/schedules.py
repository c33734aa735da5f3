"""Messages that are sent later: by the same way as one that is sent by hand, and once."""

import asyncio
import logging
import secrets
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING

from actions import messages
from models import forwards, restraints, schedules
from models.schedules import Claimed
from protocol import frames, rows
from protocol.clock import now_ms
from protocol.errors import BadArgument, Forbidden, Refusal, SlowDown, TryAgain
from protocol.numbers import Cmd
from protocol.reviews import Waits
from protocol.schedules import LATEST_MS, SOONEST_MS, AddSchedule, Schedule, UpdateSchedule

if TYPE_CHECKING:
    from actions.services import Services

log = logging.getLogger("magpie.schedules")

#: Sent in one round.
ROUND = 100
#: ms after which one is tried again that could not be sent for now, at least.
_PAUSE_MS = 1_000
#: ms after which one is tried again by which something broke.
_LONG_PAUSE_MS = 60_000


async def add(app: "Services", user_id: int, command: AddSchedule) -> Schedule:
    """Raises as `models.schedules.add`, and `BadArgument` for a time that is none to choose."""
    _refuse_time(command.sendat)
    cid = command.cid or f"later-{secrets.token_hex(16)}"
    message = command.by(user_id)
    messages.count_stored(app, user_id, message.text_bytes, len(message.at or ()))
    strangers, quota = app.config.contacts.strangers, app.config.uploads.quota_bytes
    row, new = await app.db.write(schedules.add, message, cid, command.sendat, strangers, quota, now_ms())
    if new:
        _tell(app, user_id, "waiting", row)
        app.due.told(row["sendat"])
    return row


async def update(app: "Services", user_id: int, command: UpdateSchedule) -> Schedule:
    """Raises as `models.schedules.change`."""
    if command.sendat is not None:
        _refuse_time(command.sendat)
    if command.content:
        messages.count_stored(app, user_id, 3 * len(command.content), 0)
    quota = app.config.uploads.quota_bytes
    row = await app.db.write(schedules.change, user_id, command.id, command.content, command.sendat, quota)
    _tell(app, user_id, "waiting", row)
    app.due.told(row["sendat"])
    return row


async def remove(app: "Services", user_id: int, schedule_id: int) -> None:
    """Raises as `models.schedules.remove`."""
    _tell(app, user_id, "removed", await app.db.write(schedules.remove, user_id, schedule_id))


async def all_of(app: "Services", user_id: int) -> list[Schedule]:
    """Somebody's, which are bounded."""
    found: list[Schedule] = []
    more = True
    while more:
        after = found[-1]["id"] if found else None
        some, more = await app.db.read_much(schedules.schedules_of, user_id, None, None, after)
        found += some
    return found


async def send_now(app: "Services", user_id: int, schedule_id: int) -> rows.Ack:
    """The ack. Raises why it can't be sent, and for one that waits for a review, that."""
    claimed = await app.db.write(schedules.own, user_id, schedule_id, now_ms())
    return await _send(app, claimed)


async def send_due(app: "Services") -> int | None:
    """Sends those whose time has come, a round of them; when the next one's comes."""
    if ids := await app.db.read(schedules.due, now_ms(), ROUND):
        claimed = [await app.db.write(schedules.claim, schedule_id, now_ms()) for schedule_id in ids]
        ours = sorted(filter(None, claimed), key=lambda one: one.user_id)
        each = [list(some) for _, some in groupby(ours, key=lambda one: one.user_id)]
        await asyncio.gather(*(_send_each(app, some) for some in each))
    return await app.db.read(schedules.next_due)


async def _send_each(app: "Services", some: list[Claimed]) -> None:
    """Those of one author, in their order."""
    for claimed in some:
        try:
            app.budget.take("message", claimed.user_id)
            await _send(app, claimed)
        except SlowDown as refusal:
            await _put_off(app, claimed, now_ms() + int(refusal.retry_after_s * 1000) + 1)
        except Refusal as refusal:
            log.debug("a scheduled message: %s", refusal)  # its author knows
        except Exception:  # a fault of ours: neither lost nor in the way of the others
            log.exception("sending a scheduled message")
            with suppress(TryAgain):
                await _put_off(app, claimed, now_ms() + _LONG_PAUSE_MS)


async def _send(app: "Services", claimed: Claimed) -> rows.Ack:
    """Sends what is the caller's to send, and its author's devices know how it ended. Raises why it was not
    sent."""
    user_id, message = claimed.user_id, claimed.message
    try:
        if await app.db.read(restraints.is_deactivated, user_id):
            raise Forbidden("该账号已被停用", "This account is deactivated")
        app.muted.refuse(user_id)
        receipt = await messages.send(app, message)
    except (SlowDown, TryAgain) as refusal:
        # One that was to go at once, before its time, waits for that again.
        until = max(claimed.row["sendat"], now_ms() + _pause(refusal))
        await _put_off(app, claimed, until)
        raise
    except Waits:
        await _done(app, claimed)
        raise
    except Refusal as refusal:
        # Who was killed between the message and its row may have sent it, when it still might be said.
        if await app.db.read(forwards.stored, user_id, [message.cid or ""]):
            await _done(app, claimed)
        elif (row := await app.db.write(schedules.refuse, claimed, refusal)) is not None:
            app.due.count("refused")
            _tell(app, user_id, "refused", row)
        raise
    await _done(app, claimed)
    return frames.ack_fields(message, receipt)


async def _done(app: "Services", claimed: Claimed) -> None:
    if await app.db.write(schedules.done, claimed):
        app.due.count("sent")
        _tell(app, claimed.user_id, "sent", claimed.row)


async def _put_off(app: "Services", claimed: Claimed, until: int) -> None:
    app.due.count("put_off")
    await app.db.write(schedules.put_off, claimed, until)


def _pause(refusal: Refusal) -> int:
    wait_s = refusal.retry_after_s if isinstance(refusal, SlowDown) else 0
    return max(_PAUSE_MS, int(wait_s * 1000))


def _refuse_time(sendat: int) -> None:
    if not SOONEST_MS <= sendat - now_ms() <= LATEST_MS:
        zh, en = "发送时间须在 10 秒后、366 天内", "A time between 10 s and 366 days from now is needed"
        raise BadArgument(zh, en)


def _tell(app: "Services", user_id: int, state: str, row: Schedule) -> None:
    """All v2 connections of the author."""
    app.hub.tell_users([user_id], frames.event(Cmd.LATER, what="schedule", state=state, row=row))
