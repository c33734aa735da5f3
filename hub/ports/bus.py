"""The bus: carries what is published to every process that has listeners for it.

A channel is an address on the bus: ``u42`` all connections of a user, ``g77`` all connections in a group.
This is the one place that knows how it is spelt; a publication names users and groups by their ids.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from hub.audience import Audience
from hub.websocket import text_frame


def user_channel(user_id: int) -> str:
    return f"u{user_id}"


def group_channel(group_id: int) -> str:
    return f"g{group_id}"


def address_of(channel: str) -> tuple[bool, int]:
    """Whether it is a group's, and whose."""
    return channel.startswith("g"), int(channel[1:])


class Publication:
    """One frame, for some `users` or else for a `group`. Nobody changes it once it is published.

    `change` is the number of the change that it tells of, and `after` that of the one before in its
    conversation: several processes deliver a conversation in this order. 0: it belongs to no order.

    `text`: the frame as JSON, best in UTF-8 already; what came from another process has its `frame` instead.
    `origin`: the id of the connection that caused it and does not get it (0 for none); `ack` is what that
    connection gets in its place. Both concern only the process that has the connection, and need not travel,
    nor does `since`: when the group's message came that the ack answers, in seconds of the hub's clock (0.0
    for none). `audience`: who of the listeners gets it, None for all.
    """

    __slots__ = ("text", "users", "group", "origin", "ack", "audience", "change", "after", "since", "_frame")

    def __init__(
        self,
        text: str | bytes,
        users: Sequence[int] = (),
        group: int = 0,
        origin: int = 0,
        ack: str | bytes = b"",
        audience: Audience | None = None,
        frame: bytes = b"",
        change: int = 0,
        after: int = 0,
        since: float = 0.0,
    ) -> None:
        self.text = text
        self.users = users
        self.group = group
        self.origin = origin
        self.ack = ack
        self.audience = audience
        self.change = change
        self.after = after
        self.since = since
        self._frame = frame

    @property
    def channels(self) -> list[str]:
        """Where it goes, for a bus that has to know."""
        return [group_channel(self.group)] if self.group else [user_channel(user) for user in self.users]

    def frame(self) -> bytes:
        """The whole WebSocket frame: made once for all listeners, and not at all where there are none."""
        if not self._frame:
            self._frame = text_frame(self.text)
        return self._frame


class Bus(Protocol):
    """Promised: what one process publishes reaches `receive` in the order in which it was published, each
    item at most once; what tells of changes, also in the order of these in each conversation, whichever
    process publishes it. `receive` of the publishing process has had it when `publish` returns, whatever is
    the matter between processes; but what another process has to tell before is waited for, for some tenths
    of a second at most.

    Not promised: that it reaches the others. The log is the truth, and `missed` or `missing` is told whenever
    something may have been lost. Nor any order among what else different processes publish, nor that a
    process which does not subscribe to a channel gets nothing of it, nor that it gets what others publish in
    the moment in which it subscribes."""

    def listen(
        self,
        receive: Callable[[Sequence[Publication]], None],
        missed: Callable[[str], None],
        missing: Callable[[Sequence[range]], None],
        died: Callable[[], None],
    ) -> None:
        """Called once, before anything else. `receive` is given, on the loop, what was published here or
        elsewhere; it publishes nothing itself. `missed(why)` says that something from other processes may
        have been lost, of the bus, of control, or of both; it is told when the way is open again, so that
        whoever asks the database then misses nothing more. `missing(numbers)` says which changes were
        committed and not published, as when a process dies between the two. `died()`: a process is dead, and
        may have ordered something that it did not tell."""

    def subscribe(self, channel: str) -> None:
        """Somebody here listens to the channel now. Once for each channel until it is unsubscribed."""

    def unsubscribe(self, channel: str) -> None:
        """Nobody here listens to it any more."""

    def publish(
        self, items: Sequence[Publication], changes: Sequence[range] = (), told: bool = False
    ) -> None:
        """Hands over items in order. `changes`: the change numbers of which all is said with these; each has
        to be named once, also when there is nothing to say of it. `told`: the other processes have it by
        another way. Never blocks, never raises for what is the matter elsewhere."""

    def heal(self, items: Sequence[Publication], changes: Sequence[range]) -> None:
        """What was `missing`, as the database has it: `receive` is given what nothing later of its
        conversation has come before, and what has not come meanwhile. Other processes read it themselves."""

    def committed(self, change: int) -> None:
        """The database says that all changes up to this one are committed: what of them does not come soon is
        `missing`. Else the last one that a process did not publish would be known only with the next."""

    async def close(self) -> None:
        """Nothing is received any more."""

    def stats(self) -> dict[str, int]:
        """`subscribed`: channels now. Since the start, `published`: items from here; `received`: items from
        others; `missed`: how often something may have been lost."""
