"""What users have decided about being seen, asked, found and pushed to. Who never did is seen, found in all
ways, asked as it is installed, and pushed to with the content at any hour."""

from typing import NamedTuple

from peewee import Expression

from database.base import database
from database.dialect import of_database
from database.prepared import Prepared
from models import accounts, blocks
from models.tables import Setting
from protocol import rows
from protocol.settings import WAYS


class Hiding(NamedTuple):
    """Users whom nobody sees online, those whose read marks nobody sees, and (who, whom) blocks, None where
    these are as at `blocks_at`, as was known."""

    online: set[int]
    read: set[int]
    blocks: set[tuple[int, int]] | None
    blocks_at: int


def settings_of(user_id: int, installed: str = "auto") -> rows.Settings:
    """All of a user's; `installed`: the approval of who has decided none."""
    for online, read, approval, find, push, quiet, previews in _stored(user_id):
        return _settings(online, read, approval or installed, find, push, quiet, previews)
    return _settings(1, 1, installed, ",".join(WAYS), "content", "", 1)


def _settings(
    online: int, read: int, approval: str, find: str, push: str, quiet: str, previews: int
) -> rows.Settings:
    return {
        "online": online,
        "read": read,
        "approval": approval,
        "find": [way for way in WAYS if way in find.split(",")],
        "push": push,
        "quiet": quiet,
        "previews": previews,
    }


_stored = Prepared(
    lambda: Setting.select(
        Setting.online,
        Setting.read,
        Setting.approval,
        Setting.find,
        Setting.push,
        Setting.quiet,
        Setting.previews,
    ).where(Setting.user_id == 0)
)


def change(
    user_id: int, wanted: rows.SomeSettings, installed: str = "auto"
) -> tuple[set[str], rows.Settings]:
    """Sets some of them: the names of those that were otherwise, and all as they are then. Raises as
    `accounts.require_here`."""
    accounts.require_here(user_id)
    Setting.insert(user_id=user_id).on_conflict_ignore().execute()
    # Of two devices at once each sees what the other has set.
    row = of_database(database.obj).locked(Setting.select().where(Setting.user_id == user_id)).get()
    approval = row.approval or installed
    present = _settings(row.online, row.read, approval, row.find, row.push, row.quiet, row.previews)
    # Who decides what is installed has decided it, whatever is installed later.
    standing: dict[str, object] = {**present, "approval": row.approval}
    changed = {name: value for name, value in wanted.items() if value != standing[name]}
    if changed:
        stored = {**changed, "find": ",".join(wanted["find"])} if "find" in changed else changed
        Setting.update(stored).where(Setting.user_id == user_id).execute()
        present["online"] = wanted.get("online", present["online"])
        present["read"] = wanted.get("read", present["read"])
        present["approval"] = wanted.get("approval", present["approval"])
        present["find"] = wanted.get("find", present["find"])
        present["push"] = wanted.get("push", present["push"])
        present["quiet"] = wanted.get("quiet", present["quiet"])
        present["previews"] = wanted.get("previews", present["previews"])
    return set(changed), present


def number(user_id: int, change: int) -> None:
    """The change number at which `read` was switched."""
    Setting.update(change=change).where(Setting.user_id == user_id).execute()


def hiding(blocks_at: int = -1) -> Hiding:
    """Of all users; `blocks_at`: at which number the blocks are known, -1 for none."""
    return Hiding(_where(Setting.online == 0), _where(Setting.read == 0), *blocks.all_since(blocks_at))


def _where(hides: Expression) -> set[int]:
    return {user_id for (user_id,) in Setting.select(Setting.user_id).where(hides).tuples()}


def is_found(user_id: int, way: str) -> bool:
    """Whether strangers find them this way."""
    return way in settings_of(user_id)["find"]
