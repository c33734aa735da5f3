"""Deleting an account: what it was is gone at once, and nobody gets in any more; what others see of it is let
go afterwards, in steps that can be made again (`actions.leaving`). Its messages stay."""

from models import audit, drafts, media, reviews, schedules, stickers, totp, wallet
from models.accounts import gone, is_gone, lock, passwd_changed
from models.favorites import remove as remove_favorite
from models.operators import require_another
from models.sessions import close_all
from models.tables import (
    COMMUNITY,
    Block,
    Community,
    Contact,
    Departed,
    Device,
    Favorite,
    FriendRequest,
    JoinRequest,
    PushSubscription,
    Reset,
    Setting,
    Sticker,
    User,
)
from protocol.errors import Refused
from protocol.media import keys_in

#: What others see in the place of the name.
NAME = "已注销"
#: Stickers or favorites that one step lets go.
STEP = 200
#: Users whom one step looks at.
SWEEP = 100


def close(user_id: int, passwd: str | None, now: int, op: int | None = None) -> list[int]:
    """Nobody gets into the account any more, its number is free, and what it said of itself is gone; the ids
    of the sessions that ended. `passwd` is the hash that was verified, None when an operator does it, `op`.
    `Refused` while the user owns groups or is the last operator, or when the password was changed
    meanwhile."""
    require_another(user_id)
    lock(user_id)
    row = User.select(User.passwd, User.avatar, User.mobile).where(User.id == user_id).tuples().first()
    if row is None or is_gone(row[2]):
        raise gone()
    stored, avatar, _ = row
    if passwd not in (None, stored):
        raise passwd_changed()
    if Community.select(Community.id).where(Community.ownerid == user_id, Community.slot > 0).exists():
        raise Refused("请先转让或解散您的群", "Transfer or dissolve your groups first")
    media.drop(keys_in(avatar))
    strip(user_id)
    ended = close_all(user_id)
    wallet.close_account(user_id, now)
    if op is not None:
        audit.note(op, "delete", user_id, now, after=NAME)
    Departed.insert(user_id=user_id, createat=now).on_conflict_ignore().execute()
    return ended


def strip(user_id: int) -> None:
    """Nothing is left of what the account said of itself, of what lets it in, and of what it asked for or had
    waiting. Done again by whoever keeps house: a call that was let in before may have come behind it."""
    User.update(
        mobile=_no_number(user_id), passwd="", nickname=NAME, avatar="", memo="", sex="U", op=0
    ).where(User.id == user_id).execute()
    Device.delete().where(Device.user_id == user_id).execute()
    PushSubscription.delete().where(PushSubscription.user_id == user_id).execute()
    Reset.delete().where(Reset.user_id == user_id).execute()
    totp.forget(user_id)
    FriendRequest.delete().where(FriendRequest.userid == user_id).execute()
    FriendRequest.delete().where(FriendRequest.dstid == user_id).execute()
    JoinRequest.delete().where(JoinRequest.user_id == user_id).execute()
    Block.delete().where(Block.user_id == user_id).execute()
    reviews.drop_all(user_id)
    drafts.forget(user_id)
    schedules.forget(user_id)
    # Found by its number, so that its messages have an author; and nobody's friend.
    Setting.insert(user_id=user_id).on_conflict_ignore().execute()
    Setting.update(approval="none", find="id").where(Setting.user_id == user_id).execute()


def _no_number(user_id: int) -> str:
    """In the place of a mobile, which is unique: no call can name it."""
    return f"~{user_id}"


def departed(before: int) -> list[int]:
    """Accounts deleted before `before` (ms), of which something may have to be let go."""
    query = Departed.select(Departed.user_id).where(Departed.createat < before).limit(SWEEP)
    return [user_id for (user_id,) in query.tuples()]


def done(user_id: int) -> None:
    """Nothing of the account has to be let go any more."""
    Departed.delete().where(Departed.user_id == user_id).execute()


def groups_of(user_id: int) -> list[int]:
    """The groups that the account is still in."""
    mine = (Contact.ownerid == user_id) & (Contact.cate == COMMUNITY)
    return [group_id for (group_id,) in Contact.select(Contact.dstobj).where(mine).tuples()]


def let_go_of_kept(user_id: int) -> bool:
    """A step: some stickers and favorites are kept no more; whether there may be others."""
    kept = _some(Sticker, user_id)
    for sticker_id in kept:
        stickers.remove(user_id, sticker_id)
    favorites = _some(Favorite, user_id)
    for favorite_id in favorites:
        remove_favorite(user_id, favorite_id)
    return bool(kept or favorites)


def _some(model: type[Sticker] | type[Favorite], user_id: int) -> list[int]:
    query = model.select(model.id).where(model.user_id == user_id).limit(STEP)
    return [one_id for (one_id,) in query.tuples()]
