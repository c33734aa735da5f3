"""`Member.said`: from where on a member has written after what they have read, so that what is unread is
known without looking for their own messages. It is written when that begins and when a mark moves, not with
each message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from database.dialect import Values

#: (user id, conversation id): one member.
Pair = tuple[int, int]


def changed(
    said: Mapping[Pair, int],
    reached: Mapping[int, int],
    marks: Mapping[Pair, int],
    messages: Sequence[Values],
) -> dict[Pair, int]:
    """What it becomes for whoever's mark has moved or who is the first to have written after it. `said`: what
    it was, 0 for newcomers; `reached`: the seqs of the conversations; both before `messages`, rows of that
    table, which are written together with `marks`."""
    own: dict[Pair, list[int]] = defaultdict(list)
    for conversation_id, seq, _, user_id, *_ in messages:
        own[user_id, conversation_id].append(seq)  # type: ignore[index, arg-type]
    begun = {pair: seqs[0] for pair, seqs in own.items() if pair not in marks and not said.get(pair)}
    return begun | {
        pair: _behind_mark(said.get(pair, 0), read, reached.get(pair[1], 0), own.get(pair, ()))
        for pair, read in marks.items()
    }


def _behind_mark(said: int, read: int, reached: int, own: Sequence[int]) -> int:
    """Where some of it is before the mark nobody looks whether more is after it: there may be."""
    if said > read:
        return said
    if said and read < reached:
        return read + 1
    return next((seq for seq in own if seq > read), 0)
