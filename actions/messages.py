"""Sending: from a checked message to the log. What becomes of it afterwards is in `actions.delivery`."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from actions import delivery
from actions.accounts import public_row
from hub.connection import Connection
from log.entries import Barred, Hold, Post
from models import readers as rows_of
from moderation.wordlist import MASK, REVIEW
from protocol import rows
from protocol.errors import SlowDown
from protocol.messages import ListReaders, Message, Readers, Receipt
from protocol.reviews import waits

if TYPE_CHECKING:
    from actions.services import Services


#: What counts as one message more: so many bytes of text, so many people named.
_BYTES_OF_ONE, _NAMED_OF_ONE = 8192, 20
#: Bytes that a stored message takes besides its texts, with its place in two indexes; and a person named.
_ROW_BYTES, _MENTION_BYTES = 300, 50


def submit(app: "Services", message: Message, connection: Connection) -> Awaitable[None] | None:
    """A message from a socket; its ack or error reaches the connection later. None when the log has taken it,
    else what to wait for until it has."""
    _count(app, message)
    since = app.hub.clock() if app.scraper.tells else 0.0
    return delivery.submit(app.log, _entry(app, message, connection, since))


async def send(app: "Services", message: Message) -> Receipt:
    """A message from a call. Returns its receipt once it is durable, or raises why not; of one that waits
    for a review, that."""
    _count(app, message)
    entry = _entry(app, message)
    await delivery.commit(app.log, entry)
    if isinstance(entry, Hold) and entry.review is not None:
        raise waits(entry.review.id)
    assert entry.receipt is not None
    return entry.receipt


def _entry(
    app: "Services", message: Message, connection: Connection | None = None, since: float = 0.0
) -> Post:
    """What the log is asked to do about a message, by the words in it."""
    message, verdict = app.words.judge_message(message)
    if verdict is None or verdict.deed == MASK:
        return Post(message, connection, since)
    if verdict.deed == REVIEW:
        return Hold(message, verdict.word, connection)
    return Barred(message, app.words.refusal(), connection, since)


async def readers(app: "Services", user_id: int, command: ListReaders) -> tuple[list[rows.User], Readers]:
    """Who has read a message of the caller's in a group. Raises as `models.readers.readers`."""
    config = app.config
    found, data = await app.db.read(
        rows_of.readers,
        user_id,
        command.dstid,
        command.seq,
        command.after,
        command.limit,
        config.messages.readers_max_members,
        config.contacts.strangers,
    )
    return [public_row(app, user_id, row, acquainted=True) for row in found], data


def _count(app: "Services", message: Message) -> None:
    """Counts a message by what it makes the server do and keep; as one it has been counted already. Raises
    `SlowDown`."""
    if app.budget.enabled:  # asked here, too: the size of a text is not worked out for nothing
        count_stored(app, message.userid, message.text_bytes, len(message.at or ()))


def count_stored(app: "Services", user_id: int, size: int, named: int) -> None:
    """Counts a text of `size` bytes that names so many people, and is kept. Raises `SlowDown`."""
    if not app.budget.enabled:
        return
    limits = app.config.limits
    if more := size // _BYTES_OF_ONE + named // _NAMED_OF_ONE:
        app.budget.take("message", user_id, cost=min(more, limits.message_burst))
    _count_kept(app, user_id, _ROW_BYTES + size + _MENTION_BYTES * named)


def count_copies(app: "Services", user_id: int, size: int, copies: int) -> None:
    """Counts so many messages more, besides the call that makes them, which keep texts of `size` bytes
    together. Raises `SlowDown` while there is no room for as many as can be said at once; what is above that
    is paid off afterwards."""
    if not app.budget.enabled or not copies:
        return
    more = max(copies - 1, size // _BYTES_OF_ONE)
    at_once = min(more, app.config.limits.message_burst - 1)
    app.budget.take("message", user_id, cost=at_once)
    _count_kept(app, user_id, _ROW_BYTES * copies + size)
    if more > at_once:
        app.budget.charge("message", user_id, cost=more - at_once)


def _count_kept(app: "Services", user_id: int, size: int) -> None:
    limits = app.config.limits
    stored_kib = size / 1024
    try:
        app.budget.take("stored_kib", user_id, cost=min(stored_kib, limits.stored_kib_burst))
    except SlowDown as refusal:
        zh, en = "您近期发送的内容过多，请稍后再试", "You have sent too much lately, try again later"
        raise SlowDown(refusal.retry_after_s, zh, en) from None
