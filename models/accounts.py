"""Users and their accounts. What leaves this module never holds the password's hash, but for the two
functions that log-in asks."""

from collections.abc import Collection
from typing import TypedDict

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models.media import NO_QUOTA, attach
from models.tables import User
from protocol import rows
from protocol.accounts import spellings
from protocol.errors import Conflict, NotFound, Refused


class LoginRow(TypedDict):
    """What a log-in is checked against; `passwd` is the stored hash."""

    id: int
    passwd: str


#: The columns of a user that may be read; who may see `mobile` is decided where the answer is made.
PROFILE = (User.id, User.mobile, User.avatar, User.sex, User.nickname, User.memo, User.createat)


def create_user(
    mobile: str,
    passwd: str,
    nickname: str,
    avatar: str,
    sex: str,
    memo: str,
    now: int,
    quota: int = NO_QUOTA,
    op: int = 0,
) -> rows.Profile:
    """A new account, as `find_user` tells it; `passwd` is the hash to store, `quota` the bytes of media it
    may have, `op` 1 makes it an operator's. `Conflict` when the number has one: the unique index decides
    between two who register it at once."""
    require_free(mobile)
    is_new = (
        User.insert(
            mobile=mobile,
            passwd=passwd,
            nickname=nickname,
            avatar=avatar,
            sex=sex,
            memo=memo,
            createat=now,
            op=op,
        )
        .on_conflict_ignore()
        .as_rowcount()
        .execute()
    )
    if not is_new:
        raise _taken()
    row: rows.Profile = User.select(*PROFILE).where(User.mobile == mobile).dicts().get()
    if op:
        row["op"] = op
    attach(row["id"], quota, avatar)
    return row


def require_free(mobile: str) -> None:
    """`Conflict` when the number has an account, however it was written: asked before a costly hash, decided
    by `create_user`."""
    if User.select(User.id).where(User.mobile.in_(spellings(mobile))).exists():
        raise _taken()


def find_user(user_id: int) -> rows.Profile:
    """`{id, mobile, avatar, sex, nickname, memo, createat}`, and `op` of an operator; or `NotFound`."""
    found: list[rows.Profile] = _profile.dicts(user_id)
    if not found:
        raise unknown_user()
    row = found[0]
    if not row["op"]:
        del row["op"]
    return row


_profile = Prepared(lambda: User.select(*PROFILE, User.op).where(User.id == 0))


def lock(user_id: int) -> None:
    """Whoever else asks for the same user's waits until this transaction ends: for what is counted and then
    added to."""
    of_database(database.obj).locked(User.select(User.id).where(User.id == user_id)).tuples().first()


def locked_passwd(user_id: int) -> str | None:
    """The user's stored hash, kept from changing until this transaction ends (SQLite has one writer
    anyway)."""
    row = User.select(User.passwd).where(User.id == user_id)
    return of_database(database.obj).locked(row).scalar()


def nickname_of(user_id: int) -> str:
    """The name that others see, or `NotFound`."""
    row = User.select(User.nickname).where(User.id == user_id).tuples().first()
    if row is None:
        raise unknown_user()
    return str(row[0])


def nicknames_of(user_ids: Collection[int]) -> dict[int, str]:
    """The same of several; who is not there is left out."""
    if not user_ids:
        return {}
    return dict(User.select(User.id, User.nickname).where(User.id.in_(list(user_ids))).tuples())


def login_of(mobile: str) -> LoginRow | None:
    """The account with this number: as it was written, or else in another spelling."""
    forms = spellings(mobile)
    found = User.select(User.id, User.passwd, User.mobile).where(User.mobile.in_(forms)).tuples()
    rows_by_form = {form: LoginRow(id=user_id, passwd=passwd) for user_id, passwd, form in found}
    return next((rows_by_form[form] for form in forms if form in rows_by_form), None)


def is_operator(user_id: int) -> bool:
    """Whether the user is an operator of the installation."""
    return User.select(User.id).where(User.id == user_id, User.op == 1).exists()


def passwd_of(user_id: int) -> str:
    """The stored hash."""
    row = User.select(User.passwd).where(User.id == user_id).tuples().first()
    if row is None:
        raise unknown_user()
    return row[0]


def update_profile(user_id: int, changes: dict[str, str], quota: int = NO_QUOTA) -> rows.Profile:
    """Set some of nickname, avatar, sex and memo; the row as it is then. Raises as `require_here`."""
    if changes:
        require_here(user_id)
        attach(user_id, quota, changes.get("avatar", ""))
        User.update(changes).where(User.id == user_id).execute()
    return find_user(user_id)


def is_gone(mobile: str) -> bool:
    """Whether the row with this number is that of a deleted account."""
    return mobile.startswith("~")


def require_here(user_id: int) -> None:
    """Refuses where the account is deleted, which nobody does until this transaction ends: who was let in
    before may still be on their way."""
    row = of_database(database.obj).locked(User.select(User.mobile).where(User.id == user_id))
    found = row.tuples().first()
    if found is None:
        raise unknown_user()
    if is_gone(found[0]):
        raise gone()


def gone() -> Refused:
    return Refused("该账号已注销", "This account is deleted already")


def replace_passwd(user_id: int, old: str, new: str) -> None:
    """Replace the hash `old`, the one that was verified, by `new`. Of two changes at once only one finds
    it."""
    if not User.update(passwd=new).where(User.id == user_id, User.passwd == old).execute():
        raise passwd_changed()


def passwd_changed() -> Refused:
    return Refused("密码刚刚被修改，请重试", "The password was changed just now, try again")


def unknown_user() -> NotFound:
    return NotFound("该用户不存在", "No such user")


def _taken() -> Conflict:
    return Conflict("该手机号已经注册", "This mobile number is already registered")
