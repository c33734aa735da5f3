"""Typing: that somebody writes in a conversation, told to those who see it."""

import time
from collections.abc import Awaitable, Callable

from database.door import Database
from hub.audience import Looking
from hub.hub import Hub
from hub.ports.control import ContactChanged, GroupChanged, MembershipChanged, Order
from models import access
from protocol import frames
from protocol.errors import Forbidden, NotFound, Refusal
from protocol.messages import ROOM, SINGLE, Cmd

#: Seconds between two frames about one person in one conversation, and for which a refusal is repeated
#: unasked.
PAUSE_S = 3.0

#: Seconds for which somebody who may type is not looked up again, unless they join or leave the group.
_HOLDS = 60.0

#: Conversations that are remembered, a few hundred bytes each; then the oldest are forgotten, and looked up
#: again.
_MOST = 20000


class _Chat:
    """One person in one conversation."""

    __slots__ = ("heard", "refusal", "until", "next")

    def __init__(self, heard: bool, refusal: Refusal | None, until: float) -> None:
        self.heard = heard  # whether anybody is to be told
        self.refusal = refusal
        self.until = until  # when to look again
        self.next = 0.0  # when it may be told again


class Typing:
    """Who may be heard typing where, and when they were heard last. `strangers`: anyone may write to anyone;
    `max_members`: nobody is told in larger groups."""

    def __init__(
        self,
        db: Database,
        hub: Hub,
        strangers: bool,
        max_members: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._hub = db, hub
        self._strangers, self._max_members = strangers, max_members
        self._clock = clock
        self._chats: dict[tuple[int, int, int], _Chat] = {}
        self._changes = 0  # of memberships and friendships
        hub.ports.control.listen(self._obey)

    def typed(self, user_id: int, kind: int, dstid: int) -> Awaitable[None] | None:
        """`user_id` types in (kind, dstid). None, or what to wait for while the database is asked who may.
        Raises, now or then, what a message would be refused with."""
        now = self._clock()
        chat = self._chats.get((user_id, kind, dstid))
        if chat is None or now >= chat.until:
            return self._look_up(user_id, kind, dstid)
        self._tell(chat, user_id, kind, dstid)
        return None

    def forget(self) -> None:
        """Anything may have changed: everybody is looked up anew."""
        self._changes += 1
        for chat in self._chats.values():
            chat.until = 0.0

    def stats(self) -> dict[str, int]:
        """`typing_remembered`: people in conversations of whom it is known who may hear them type."""
        return {"typing_remembered": len(self._chats)}

    async def _look_up(self, user_id: int, kind: int, dstid: int) -> None:
        heard, refusal, holds, changes = False, None, _HOLDS, self._changes
        try:
            heard = await self._db.read(
                access.hears_typing, user_id, kind, dstid, self._strangers, self._max_members
            )
        except (Forbidden, NotFound) as found:
            refusal, holds = found, PAUSE_S
        if changes != self._changes:  # it may have been read before
            holds = 0.0
        known = self._chats.pop((user_id, kind, dstid), None)
        chat = _Chat(heard, refusal, self._clock() + holds)
        if known is not None:
            chat.next = known.next
        self._chats[user_id, kind, dstid] = chat
        while len(self._chats) > _MOST:
            del self._chats[next(iter(self._chats))]
        self._tell(chat, user_id, kind, dstid)

    def _tell(self, chat: _Chat, user_id: int, kind: int, dstid: int) -> None:
        if chat.refusal is not None:
            raise chat.refusal.with_traceback(None)
        now = self._clock()
        if not chat.heard or now < chat.next:
            return
        chat.next = now + PAUSE_S
        event = frames.event(Cmd.TYPING, userid=user_id, kind=kind, dstid=dstid)
        if kind == ROOM:
            self._hub.tell_group(dstid, event, Looking(kind, dstid, user_id))
        else:  # which the reader names by who types
            self._hub.tell_users((dstid,), event, Looking(kind, user_id, user_id, friends=True))

    def _obey(self, order: Order) -> None:
        """Who has joined or left a group, may write there no longer, or is a friend no longer, is looked up
        anew, at once."""
        if isinstance(order, MembershipChanged):
            self._changes += 1
            self._chats.pop((order.user_id, ROOM, order.group_id), None)
        elif isinstance(order, GroupChanged):
            self._changes += 1
            for chat in [chat for chat in self._chats if chat[1:] == (ROOM, order.group_id)]:
                del self._chats[chat]
        elif isinstance(order, ContactChanged):
            self._changes += 1
            self._chats.pop((order.user_id, SINGLE, order.other_id), None)
            self._chats.pop((order.other_id, SINGLE, order.user_id), None)
