"""What people have done to the messages of a long log, for ``reads``: by calls, as clients do, once."""

import itertools
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.clients.calls import Answer, Calls, Data
from bench.clients.lines import User
from bench.clients.wire import GROUP, Frame
from bench.run.fill_log import LongLog

#: What tells that they are done, and to what.
_NOTE = "deeds.json"
#: How many of each, where there are enough messages and people.
_REACTIONS, _EDITS, _PINS, _MENTIONS, _HIDDEN, _RECALLED, _FAVORITES = 300, 20, 50, 100, 1000, 50, 1000
#: The rows of one page, as the server gives them at most.
_PAGE = 200
_RECALL, _EDIT, _REACTION, _PIN = 14, 15, 16, 19
_EMOJI = ("👍", "❤️", "😂")


@dataclass(frozen=True)
class Deeds:
    """What they were done to. Ids of messages in the first group: `reacted` by many, most of all with
    `reaction`; `edited` often; `some`: a hundred that are there. `own_seq`: of a message of the reader's that
    many have read. `ver`: where the group stands."""

    reacted: int
    reaction: str
    edited: int
    some: list[int]
    own_seq: int
    ver: int


def done_in(data: Path) -> bool:
    """Whether they are done there."""
    return (data / _NOTE).exists()


async def do_all(calls: Calls, data: Path, log: LongLog, say: Callable[[str], None]) -> Deeds:
    """Those that `data` has a note of, or new ones. Raises `CallFailed`."""
    note = data / _NOTE
    if not done_in(data):
        deeds = await _Doing(calls, log, say).do_all()
        note.write_text(json.dumps(asdict(deeds)), "utf-8")
    return Deeds(**json.loads(note.read_text("utf-8")))


class _Doing:
    """All in the first group, whose owner may do everything."""

    def __init__(self, calls: Calls, log: LongLog, say: Callable[[str], None]) -> None:
        self._calls, self._log, self._say = calls, log, say
        self._users = {user.user_id: user for user in log.users}
        self._reader = log.users[0]
        self._members = [log.users[place] for place in log.members]
        self._owner = self._members[0]
        self._others = [user for user in self._members if user != self._reader]
        self._ver = log.group_seq

    async def do_all(self) -> Deeds:
        """Older messages first: what is done to the newest is what a page of them shows."""
        self._say("acting: hiding and recalling")
        await self._hide()
        older = await self._page(before=max(2 * _PAGE, self._log.group_seq // 2))
        for row in older[:_RECALLED]:
            await self._change(self._owner, _RECALL, row["id"])
        self._say("acting: mentioning, pinning, keeping")
        for user in _turns(self._others, _MENTIONS):
            await self._send(user, "You are named.", at=[self._reader.user_id])
        own = await self._send(self._reader, "Who reads this?")
        for user in self._others:
            await self._call("/message/read", user, seq=own)
        newest = await self._page()
        for row in older[_RECALLED : _RECALLED + _PINS]:
            await self._change(self._owner, _PIN, row["id"], amount=1)
        for row in (older[_RECALLED:] + newest) * (_FAVORITES // _PAGE):
            await self._call("/favorite/add", self._reader, id=row["id"])
        self._say("acting: editing and reacting")
        edited = newest[-2]
        for number in range(_EDITS):
            await self._change(
                self._users[edited["userid"]], _EDIT, edited["id"], content=f"Better words, {number}"
            )
        for row in newest:
            for user in self._others[:3]:
                await self._change(user, _REACTION, row["id"], content=_EMOJI[0], amount=1)
        reacted = newest[-3]["id"]
        for emoji, user in itertools.islice(itertools.product(_EMOJI, self._others), _REACTIONS):
            await self._change(user, _REACTION, reacted, content=emoji, amount=1)
        some = [row["id"] for row in older[_RECALLED:]][:100]
        return Deeds(reacted, _EMOJI[0], edited["id"], some, own, self._ver)

    async def _hide(self) -> None:
        """Every tenth of the newest, for the reader."""
        before, hidden = self._log.group_seq, 0
        while before > _PAGE and hidden < _HIDDEN:
            rows = await self._page(before=before)
            ids = [row["id"] for row in rows[::10]]
            await self._call("/message/hide", self._reader, ids=ids)
            before, hidden = rows[0]["seq"], hidden + len(ids)

    async def _page(self, **fields: object) -> list[Frame]:
        return (await self._call("/message/history", self._reader, limit=_PAGE, **fields))["rows"]

    async def _send(self, user: User, content: str, at: list[int] | None = None) -> int:
        """Returns the number of the message."""
        sent = {"cmd": GROUP, "media": 1, "content": content, "at": at or []}
        return self._done(await self._call("/message/send", user, **sent))["seq"]

    async def _change(self, user: User, cmd: int, message_id: int, **fields: object) -> None:
        self._done(await self._call("/message/change", user, cmd=cmd, id=message_id, **fields))

    async def _call(self, path: str, user: User, **fields: object) -> Answer:
        user_id, token = user
        return await self._calls.post(
            path, user_id, token, **{"kind": GROUP, "dstid": self._log.group_id, **fields}
        )

    def _done(self, answer: Answer) -> Data:
        """What the log says of it."""
        self._ver = answer["data"]["ver"]
        return answer["data"]


def _turns(users: list[User], many: int) -> list[User]:
    """So many, from the first again after the last."""
    return list(itertools.islice(itertools.cycle(users), many))
