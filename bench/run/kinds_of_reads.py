"""The calls that ``reads`` makes: each kind by its name in the table."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.clients.calls import Calls
from bench.clients.lines import User
from bench.clients.wire import GROUP, SINGLE
from bench.run.deeds import Deeds
from bench.run.fill_log import FREQUENT, LongLog

#: `code` of an answer to somebody without a session.
_NO_SESSION = -401
_DAY_MS = 86_400_000

#: Who calls, and the fields.
Asked = Iterator[tuple[User, dict[str, object]]]


@dataclass(frozen=True)
class Kind:
    """Calls of one kind: the next of `calls` is (who calls, fields). `code`: the answer's, when all is well;
    a `path` that is not the API's is fetched by GET."""

    name: str
    path: str
    calls: Asked
    code: int = 0


async def kinds(calls: Calls, log: LongLog, deeds: Deeds) -> list[Kind]:
    """All of them, in the order of the table."""
    asking = _Asking(log)
    return [
        *_of_sessions(asking),
        *await _of_conversations(calls, asking),
        *_of_messages(asking),
        *_of_changes(asking, deeds),
        *_of_contacts(asking),
        *_of_search(asking),
    ]


class _Asking:
    """Who asks for what."""

    def __init__(self, log: LongLog) -> None:
        self.log, self.reader, self.others = log, log.users[0], log.users[1:]
        self.room: dict[str, object] = {"kind": GROUP, "dstid": log.group_id}
        self._chance = random.Random(log.messages)

    def again(self, **fields: object) -> Asked:
        """The reader, the same each time."""
        return itertools.repeat((self.reader, fields))

    def anywhere(self, name: str, limit: int) -> Asked:
        """The reader, another place of the first group each time; the field `name` is the place, with more
        than `limit` messages before it, hidden or not."""
        while True:
            place = self._chance.randrange(2 * limit, self.log.group_seq)
            yield self.reader, {**self.room, name: place, "limit": limit}

    def friends(self, **fields: object) -> Asked:
        """The reader, another friend each time."""
        for dst_id in itertools.cycle(self.log.friend_ids):
            yield self.reader, {"kind": SINGLE, "dstid": dst_id, **fields}

    def everybody(self, **fields: object) -> Asked:
        """Another user each time."""
        for user in itertools.cycle(self.others):
            yield user, fields


def _of_sessions(asking: _Asking) -> list[Kind]:
    reader = asking.reader
    nobody = User(reader.user_id, "0" * 43)
    return [
        Kind("nothing but HTTP", "/healthz", asking.again()),
        Kind("no session", "/user/find", itertools.repeat((nobody, {"id": reader.user_id})), _NO_SESSION),
        Kind("session, and a profile", "/user/find", asking.again(id=asking.others[0].user_id)),
        Kind("the same, another user each time", "/user/find", asking.everybody(id=reader.user_id)),
        Kind("where I am logged in", "/user/sessions", asking.again()),
    ]


async def _of_conversations(calls: Calls, asking: _Asking) -> list[Kind]:
    path = "/message/conversations"
    listed = await calls.post(path, *asking.reader, limit=50)
    change, following = listed["data"]["change"], listed["data"].get("next", "")
    found = [
        Kind("conversations, all", path, asking.again()),
        Kind("conversations, the first 50", path, asking.again(limit=50)),
        Kind("conversations, nothing changed", path, asking.again(after=change)),
        Kind("conversations, 10 changed", path, asking.again(after=max(0, asking.log.messages - 12))),
        Kind("conversations of another user each time", path, asking.everybody()),
    ]
    if following:
        found.insert(2, Kind("conversations, the next 50", path, asking.again(limit=50, before=following)))
    return found


def _of_messages(asking: _Asking) -> list[Kind]:
    path, room = "/message/history", asking.room
    return [
        Kind("history, the newest 50", path, asking.again(**room, limit=50)),
        Kind("history, the newest 200", path, asking.again(**room, limit=200)),
        Kind("history, 50 anywhere before", path, asking.anywhere("before", 50)),
        Kind("history, 200 anywhere before", path, asking.anywhere("before", 200)),
        Kind("history, 50 anywhere after", path, asking.anywhere("after", 50)),
        Kind("history, another friend each time", path, asking.friends(limit=50)),
        Kind("around, 50 anywhere", "/message/around", asking.anywhere("seq", 50)),
    ]


def _of_changes(asking: _Asking, deeds: Deeds) -> list[Kind]:
    room, seq = asking.room, asking.log.group_seq
    reacted = {**room, "id": deeds.reacted}
    return [
        Kind("changes, none", "/message/changes", asking.again(**room, ver=deeds.ver)),
        Kind("changes, 200 anywhere", "/message/changes", asking.anywhere("ver", 200)),
        Kind("changes, the last ones", "/message/changes", asking.again(**room, ver=deeds.ver - 1100)),
        Kind("a message with its reactions", "/message/get", asking.again(**room, ids=[deeds.reacted])),
        Kind("100 messages by id", "/message/get", asking.again(**room, ids=deeds.some)),
        Kind("who reacted", "/message/reactions", asking.again(**reacted, content=deeds.reaction)),
        Kind("texts of an edited message", "/message/edits", asking.again(**room, id=deeds.edited)),
        Kind("pinned messages", "/message/pins", asking.again(**room)),
        Kind("where I am mentioned", "/message/mentions", asking.again(**room)),
        Kind("who has read", "/message/readers", asking.again(**room, seq=deeds.own_seq)),
        Kind("what I have hidden", "/message/hidden", asking.again(**room)),
        Kind("history, 50 among hidden ones", "/message/history", asking.again(**room, before=seq, limit=50)),
        Kind("favorites, the newest 100", "/favorite/list", asking.again()),
        Kind("favorites, by their text", "/favorite/list", asking.again(q="people")),
    ]


def _of_search(asking: _Asking) -> list[Kind]:
    """Messages are numbered in their texts, so there are words that one of them has, and words of all."""
    path, room, log = "/message/search", asking.room, asking.log
    rare, common = f"{log.messages // 3}", "people"
    return [
        Kind("search, a rare word", path, asking.again(q=rare)),
        Kind("search, no such word", path, asking.again(q="nowhere")),
        Kind("search, a word of all", path, asking.again(q=common)),
        Kind("search, a frequent character", path, asking.again(q=FREQUENT)),
        Kind("search, a Chinese phrase", path, asking.again(q=log.phrase)),
        Kind("search, two words", path, asking.again(q=f"{FREQUENT} {common}")),
        Kind("search, a word of all in a group", path, asking.again(q=common, **room)),
        Kind("search, a rare word in a group", path, asking.again(q=f"{log.messages // 8 * 4}", **room)),
        Kind("search, of one author", path, asking.again(**{"q": common, "from": asking.reader.user_id})),
        Kind("search, the oldest day", path, asking.again(q=common, until=log.began_ms + _DAY_MS)),
        Kind("search, another user each time", path, asking.everybody(q=common)),
        Kind("search, people and groups", "/contact/search", asking.again(q="bench 9")),
    ]


def _of_contacts(asking: _Asking) -> list[Kind]:
    return [
        Kind("friends", "/contact/loadfriend", asking.again()),
        Kind("groups", "/contact/loadcommunity", asking.again()),
    ]
