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


class Publication:
    """One frame, for some `users` or else for a `group`. Nobody changes it once it is published.

    `text`: the frame as JSON; what came from another process has its `frame` instead. `origin`: the id of the
    connection that caused it and does not get it (0 for none); `ack` is what that connection gets in its
    place. Both concern only the process that has the connection, and need not travel, nor does `since`: when
    the group's message came that the ack answers, in seconds of the hub's clock (0.0 for none). `audience`:
    who of the listeners gets it, None for all."""

    __slots__ = ("text", "users", "group", "origin", "ack", "audience", "since", "_frame")

    def __init__(
        self,
        text: str,
        users: Sequence[int] = (),
        group: int = 0,
        origin: int = 0,
        ack: str = "",
        audience: Audience | None = None,
        frame: bytes = b"",
        since: float = 0.0,
    ) -> None:
        self.text = text
        self.users = users
        self.group = group
        self.origin = origin
        self.ack = ack
        self.audience = audience
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
    item at most once; `receive` of the publishing process has had it when `publish` returns, whatever is the
    matter between processes.

    Not promised: that it reaches the others. The log is the truth, and `missed` is told whenever something
    may have been lost. Nor any order among what different processes publish, nor that a process which does
    not subscribe to a channel gets nothing of it, nor that it gets what others publish in the moment in which
    it subscribes."""

    def listen(self, receive: Callable[[Sequence[Publication]], None], missed: Callable[[str], None]) -> None:
        """Called once, before anything else. `receive` is given, on the loop, what was published here or
        elsewhere; it publishes nothing itself. `missed(why)` says that something from other processes may
        have been lost, of the bus, of control, or of both; it is told when the way is open again, so that
        whoever asks the database then misses nothing more."""

    def subscribe(self, channel: str) -> None:
        """Somebody here listens to the channel now. Once for each channel until it is unsubscribed."""

    def unsubscribe(self, channel: str) -> None:
        """Nobody here listens to it any more."""

    def publish(self, items: Sequence[Publication]) -> None:
        """Hands over items in order. Never blocks, never raises for what is the matter elsewhere."""

    async def close(self) -> None:
        """Nothing is received any more."""

    def stats(self) -> dict[str, int]:
        """`subscribed`: channels now. Since the start, `published`: items from here; `received`: items from
        others; `missed`: how often something may have been lost."""
