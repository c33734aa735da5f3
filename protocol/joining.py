"""What is told of people who come into a group, wait for it, or may not."""

from typing import NotRequired, TypedDict

from protocol import rows


class Moved(TypedDict):
    """What became of one of those who were invited into a group, or removed from it: a code and its text.
    `state`: pending when its heads are asked first."""

    id: int
    code: int
    msg: str
    state: NotRequired[str]


class JoinRequest(TypedDict):
    """`userid` wants to come into a group, or `by` wants them to (0 when they ask for themselves); `state`:
    pending, accepted, declined or expired."""

    id: int
    userid: int
    memo: str
    by: int
    state: str
    createat: int
    user: rows.User


class Banned(rows.User):
    """Who may not come into a group: since when (ms) and by whom."""

    bannedat: int
    by: int


class GroupLink(TypedDict):
    """A link that leads into a group. `url`: its path; `by`: whose invitation it is; `until`: when (ms) it
    ends, `uses`: after how many people, 0 for never; `used`: by how many it was."""

    id: int
    code: str
    url: str
    by: int
    until: int
    uses: int
    used: int
    createat: int


class JoinAnswer(TypedDict):
    """The group's heads are asked first: the request that waits for them."""

    request: int
    state: str


class Waiting(TypedDict):
    """`waiting`: how many requests have no answer yet."""

    waiting: int
    more: int
