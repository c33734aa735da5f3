"""Reviews: messages that wait, and what an operator decides about them."""

from typing import TYPE_CHECKING

from actions import delivery
from log.entries import Pass
from models import reviews
from protocol.clock import now_ms
from protocol.errors import Forbidden, NotFound
from protocol.reviews import PASSED, REFUSED, STATES, WITHDRAWN, Answered, Review, WaitingCount, told

if TYPE_CHECKING:
    from actions.services import Services
    from models.tables import Review as Stored


async def waiting(app: "Services", user_id: int) -> list[Review]:
    """The author's messages that wait, and those that were refused lately."""
    return await app.db.read(reviews.waiting_of, user_id, now_ms())


async def withdraw(app: "Services", user_id: int, review_id: int) -> None:
    """The author takes a message back that waits; all their connections hear of it."""
    _tell(app, await app.db.write(reviews.withdraw, user_id, review_id), WITHDRAWN)


async def queue(app: "Services", op: int, after: int | None, limit: int) -> tuple[list[Review], WaitingCount]:
    """What waits, the oldest first. That the operator has looked at it is noted."""
    found, more, waits = await app.db.write(reviews.queue, op, after, limit, now_ms())
    return found, {"waiting": waits, "more": int(more)}


async def answer(app: "Services", op: int, review_id: int, passes: bool) -> Answered:
    """Lets a message pass, or refuses it, and tells its author. Of several who decide at once, and whatever
    process ends in between, one decides. Raises `Conflict` when it was decided before."""
    if passes:
        review = await app.db.read(reviews.waiting, review_id)
        try:
            await delivery.commit(app.log, Pass(reviews.message_of(review), review.cid, review_id, op))
            return {"state": STATES[PASSED]}
        except (Forbidden, NotFound):  # its author has left, or was blocked
            pass
    _tell(app, await app.db.write(reviews.refuse, op, review_id, now_ms()), REFUSED)
    return {"state": STATES[REFUSED]}


async def forget(app: "Services") -> int:
    """Deletes what was decided long ago; how much."""
    count = 0
    while some := await app.db.write(reviews.purge, now_ms()):
        count += some
    return count


def _tell(app: "Services", review: "Stored", state: int) -> None:
    message = reviews.message_of(review)
    app.hub.tell_users([message.userid], told(review.id, state, message))
