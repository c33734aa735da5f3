"""A message gets another text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from log.entries.change import Change, is_over
from models import changes
from models.changes import Changing
from protocol.errors import Forbidden, Refusal, Refused
from protocol.messages import Media
from protocol.numbers import Cmd

if TYPE_CHECKING:
    from log.batch import Batch
    from log.place import Place


class Edit(Change):
    """By its author, while `window_s` has not passed (-1: for ever). `content`: the text; `at`: whom it names
    from now on, None for the same as before. `given`: the text as it came, where words of it were masked;
    `why`: why nobody may say it."""

    __slots__ = ("_given", "at", "content", "why", "window_s")

    cmd = Cmd.EDIT

    def __init__(
        self,
        userid: int,
        kind: int,
        dstid: int,
        message_id: int,
        content: str,
        at: list[int] | None,
        window_s: int,
        cid: str | None = None,
        origin: object = None,
        given: str | None = None,
        why: Refusal | None = None,
    ) -> None:
        super().__init__(userid, kind, dstid, message_id, {}, cid, origin)
        self.content, self.at, self.window_s = content, at, window_s
        self._given, self.why = content if given is None else given, why

    @property
    def names(self) -> Sequence[int]:  # type: ignore[override]
        return self.at or ()

    @property
    def size_bytes(self) -> int:
        return super().size_bytes + 3 * len(self.content)

    def change(self, batch: Batch, place: Place, message: Changing) -> bool:
        if message.userid != self.userid:
            raise Forbidden("只能编辑自己的消息", "Only its author can edit a message")
        changes.refuse_recalled(message)
        if message.media != Media.TEXT:
            raise Refused("只能编辑文字消息", "Only texts can be edited")
        if "fwd" in message.extra:
            raise Refused("转发的消息不能编辑", "Forwarded messages can't be edited")
        if is_over(self.window_s, message, batch.now):
            raise Refused("已超过可编辑的时间", "It is too late to edit this message")
        before = [int(user_id) for user_id in message.at.split(",")] if message.at else []
        at = before if self.at is None else batch.named(self, place, self.at)
        if self.content == message.content and at == before:
            return False
        if self.why is not None:
            raise self.why
        changes.edit(message, self.content, at, place.ver + 1, batch.now)
        return True

    def _words(self) -> str:
        return "\0".join((self._given, "" if self.at is None else f"@{self.at}"))
