"""What is told of groups, and of people who come into one, wait for it, or may not."""

from typing import NotRequired, TypedDict

from protocol import rows


class Announcement(TypedDict):
    """What all members of a group are told, by whom and since when (ms); all empty when nothing is."""

    content: str
    userid: int
    createat: int


class JoinedGroup(rows.Group):
    """A group as one of its members is told. `members`: how many; `role`: of who asks, 1, 2 of an admin, 3 of
    the owner; `join`: how one comes in; `muted`: 1 when only its heads may write, `all_muted_until` (ms) so
    long; `muted_until` (ms): who asks is muted so long, 0 when they are not; `history`: 1 when newcomers read
    what was before them; `alias`: what who asks is called there."""

    members: int
    role: int
    notice: Announcement
    join: str
    muted: int
    all_muted_until: int
    muted_until: int
    history: int
    alias: str


class SeenGroup(TypedDict):
    """A group as who asks may see it: an outsider the first ones of these alone. `dissolved`: 1 when it is
    over."""

    id: int
    name: str
    icon: str
    memo: str
    members: int
    join: str
    ownerid: NotRequired[int]
    cate: NotRequired[int]
    createat: NotRequired[int]
    role: NotRequired[int]
    notice: NotRequired[Announcement]
    muted: NotRequired[int]
    all_muted_until: NotRequired[int]
    muted_until: NotRequired[int]
    history: NotRequired[int]
    alias: NotRequired[str]
    dissolved: NotRequired[int]


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


class JoinsWaiting(TypedDict):
    """`waiting`: how many requests have no answer yet."""

    waiting: int
    more: int
