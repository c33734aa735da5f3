"""Whom somebody does not want to hear of. What that means is decided in `models.access`."""

from collections.abc import Collection

from database.prepared import Prepared
from models.accounts import PROFILE
from models.tables import Block, User
from protocol import rows
from protocol.errors import Refused
from protocol.limits import MAX_BLOCKED

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
    return True


def take_back(user_id: int, blocked_id: int) -> bool:
    """And no longer; False when they did not."""
    mine = (Block.user_id == user_id, Block.blocked_id == blocked_id)
    return bool(Block.delete().where(*mine).execute())


def since(user_id: int, blocked_id: int) -> int:
    """When (ms) they were blocked, 0 when they are not."""
    mine = (Block.user_id == user_id, Block.blocked_id == blocked_id)
    return int(Block.select(Block.createat).where(*mine).scalar() or 0)


def blocked_by(user_id: int) -> list[rows.Profile]:
    """Whom somebody blocks, the latest first."""
    query = User.select(*PROFILE).join(Block, on=(Block.blocked_id == User.id)).where(Block.user_id == user_id)
    return list(query.order_by(Block.createat.desc(), Block.blocked_id.desc()).dicts())


def blockers_among(user_ids: Collection[int], blocked_id: int) -> set[int]:
    """Those of `user_ids` who block `blocked_id`."""
    them = (Block.blocked_id == blocked_id, Block.user_id.in_(list(user_ids)))
    return {blocker for (blocker,) in Block.select(Block.user_id).where(*them).tuples()}


def all_pairs() -> set[tuple[int, int]]:
    """(who blocks, whom), of everybody: for those who are told from memory."""
    return {(blocker, blocked) for blocker, blocked in Block.select(Block.user_id, Block.blocked_id).tuples()}
