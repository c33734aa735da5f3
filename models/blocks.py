"""Whom somebody does not want to hear of. What that means is decided in `models.access`."""

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models import state
from models.accounts import unknown_user
from models.tables import Block, User
from protocol.errors import Refused
from protocol.limits import MAX_BLOCKED


def lock(user_id: int, other_id: int, alone: tuple[str, str] | None = None) -> None:
    """Nobody else changes what is between these two until the transaction ends. Raises `Refused`, in the
    words of `alone`, when they are one, and `NotFound` when the other one is nobody."""
    if user_id == other_id:
        raise Refused(*alone or ("不能对自己这样做", "Not with yourself"))
    # In the order of their ids, so that no two wait for each other.
    both = User.select(User.id).where(User.id.in_((user_id, other_id))).order_by(User.id)
    if len(of_database(database.obj).locked(both).tuples()) < 2:
        raise unknown_user()


_blocks = Prepared(
    lambda: Block.select(Block.user_id).where(Block.user_id.in_([0, 0]), Block.blocked_id.in_([0, 0]))
)


def between(user_id: int, other_id: int) -> set[int]:
    """Those of two people who have blocked the other one; a single look-up."""
    both = (user_id, other_id)
    return {blocker for (blocker,) in _blocks(*both, *both)}


def put(user_id: int, blocked_id: int, now: int) -> bool:
    """From now on `user_id` blocks them; False when they did before. The caller holds the lock of both.
    Raises `Refused` when there are too many."""
    if user_id in between(user_id, blocked_id):
        return False
    if Block.select().where(Block.user_id == user_id).count() >= MAX_BLOCKED:
        raise Refused(f"黑名单最多 {MAX_BLOCKED} 人", f"{MAX_BLOCKED} people can be blocked at most")
    Block.insert(user_id=user_id, blocked_id=blocked_id, createat=now).execute()
    state.count_block()
    return True


def take_back(user_id: int, blocked_id: int) -> bool:
    """And no longer; False when they did not."""
    mine = (Block.user_id == user_id, Block.blocked_id == blocked_id)
    if not Block.delete().where(*mine).execute():
        return False
    state.count_block()
    return True


_all = Prepared(lambda: Block.select(Block.user_id, Block.blocked_id))


def all_since(known: int) -> tuple[set[tuple[int, int]] | None, int]:
    """(who blocks, whom), of everybody, for who tells others from memory, and the number (`state.blocks`) at
    which that stands; None where it is `known`."""
    stands = state.blocks()
    return (None if stands == known else set(_all())), stands
