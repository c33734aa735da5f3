"""Who takes part in a run: users, groups and pairs of friends, wanted and on a server."""

from dataclasses import dataclass, field
from pathlib import Path

from bench.clients.lines import User


@dataclass(frozen=True)
class DataPlan:
    """What a run needs. Users are numbered from 0; `groups` and `pairs` name them by these numbers."""

    users: int
    groups: list[list[int]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Dataset:
    """A plan that is there on a server: its `users`, and `group_ids`, one for each of the plan's groups."""

    plan: DataPlan
    users: list[User]
    group_ids: list[int]

    def write_users(self, file: Path) -> None:
        """Lines of ``userid<TAB>token``, for other load tools."""
        file.write_text("".join(f"{user_id}\t{token}\n" for user_id, token in self.users), encoding="utf-8")


def read_users(file: Path) -> list[User]:
    """What `write_users` has written. Raises ValueError for a line that is not of this form."""
    users = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        user_id, tab, token = line.strip().partition("\t")
        if line.strip() and not line.startswith("#"):
            if not tab or not user_id.isdigit() or not token:
                raise ValueError(f"{file}:{number}: expected userid<TAB>token")
            users.append(User(int(user_id), token))
    return users
