"""What is usual, and which numbers it gets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from database.dialect import Values
from log.batch import Batch, Place
from log.entries import Entry, Post
from log.times import following
from models.messages import MAX_CONVERSATION, MAX_SEQ, public_id
from models.tables import key_of
from protocol.messages import Media, Receipt

#: (user id, conversation id): who writes where.
Pair = tuple[int, int]
#: User id, conversation id, and what that has reached: seq, ver, updateat, change.
Found = tuple[int, int, int, int, int, int]


def pairs_of(entries: Sequence[Entry], ids: Mapping[str, int]) -> list[Pair] | None:
    """Where each entry is to be written. None when one of them is more than a plain message, or its
    conversation is not among `ids`."""
    pairs = []
    for entry in entries:
        if type(entry) is not Post or entry.shows or entry.message.at or entry.message.media == Media.NOTICE:
            return None
        conversation_id = ids.get(key_of(entry.userid, entry.kind, entry.dstid))
        if conversation_id is None or conversation_id > MAX_CONVERSATION:
            return None
        pairs.append((entry.userid, conversation_id))
    return pairs


class Plain:
    """The messages of a batch, `pairs` of whom and where; here they get their numbers and become rows.
    Whoever is no member, a conversation that is full, and a cid that comes twice are not usual."""

    def __init__(self, batch: Batch, pairs: Sequence[Pair]) -> None:
        self._batch = batch
        self.posts = cast(Sequence[Post], batch.entries)
        self.pairs = pairs
        self.places: list[Place] = []  #: in id order, once they are numbered

    @property
    def who(self) -> list[Pair]:
        """Each pair once, in the order of conversation ids, which is the order of locks."""
        return sorted(set(self.pairs), key=lambda pair: pair[1])

    def number(self, found: Iterable[Found]) -> list[Values] | None:
        """The rows of `message`, and each post its receipt and place; None when something is not usual.
        `found`: those who are members where they write, with their conversations, which are locked."""
        places: dict[int, Place] = {}
        place_of: dict[Pair, Place] = {}
        for user_id, conversation_id, seq, ver, updateat, change in found:
            place = places.get(conversation_id)
            if place is None:
                place = places[conversation_id] = Place(conversation_id, seq, ver, updateat, change)
            place_of[user_id, conversation_id] = place
        said = [place.updateat for place in places.values()]
        now = self._batch.now = following(self._batch.now, *said, born=self._batch.born)
        rows: list[Values] = []
        cids: set[tuple[int, str]] = set()
        for post, pair in zip(self.posts, self.pairs):
            here, message, cid, digest = place_of.get(pair), post.message, post.cid, None
            if here is None or here.seq >= MAX_SEQ:
                return None
            if cid is not None:
                if (pair[0], cid) in cids:
                    return None
                cids.add((pair[0], cid))
                digest = message.digest()
            seq = here.seq = here.seq + 1
            ver = here.ver = here.ver + 1
            post.place, post.receipt = here, Receipt(public_id(here.id, seq), seq, ver, now)
            rows.append((
                here.id, seq, ver, pair[0], cid, digest, message.media, message.content, message.pic,
                message.url, message.memo, message.amount, message.ref, "", now,
            ))  # fmt: skip
        self.places = sorted(places.values(), key=lambda place: place.id)
        return rows

    def take(self, first: int) -> list[tuple[int, int, int, int, int]]:
        """(seq, ver, updateat, change, id) of the conversations, with change numbers from `first` on."""
        now = self._batch.now
        self._batch.changes = range(first, first + len(self.places))
        self._batch.posted = {place.id: place for place in self.places}
        for place, change in zip(self.places, self._batch.changes):
            place.updateat, place.change = now, change
        return [(p.seq, p.ver, now, p.change, p.id) for p in self.places]
