"""Where a batch writes."""

from models.ids import MAX_CONVERSATION, MAX_SEQ
from protocol.errors import Refused


class Place:
    """A locked conversation and the numbers it has reached in this batch. `before` is its change number as it
    was found, `change` the one that it takes if anything is said in it, 0 until then. `bars`: why nobody
    writes there as usual."""

    __slots__ = ("bars", "before", "change", "id", "seq", "updateat", "ver")

    def __init__(
        self, conversation_id: int, seq: int, ver: int, updateat: int, change: int, bars: int = 0
    ) -> None:
        self.id, self.seq, self.ver, self.updateat = conversation_id, seq, ver, updateat
        self.bars = bars
        self.before, self.change = change, 0

    def full(self, count: int = 1) -> Refused | None:
        """Why there are no numbers for so many messages more, if there are none."""
        if self.seq + count > MAX_SEQ or self.id > MAX_CONVERSATION:
            return Refused("该会话已满", "This conversation is full")
        return None
