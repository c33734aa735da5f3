"""What is usual, and which numbers it gets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import cast

from database.dialect import Values
from log.batch import Batch
from log.entries import Entry, Post
from log.place import Place
from log.times import following
from models.ids import MAX_CONVERSATION, MAX_SEQ, is_in, public_id
from models.tables import key_of
from protocol.messages import Media, Receipt

#: (user id, conversation id): who writes where.
Pair = tuple[int, int]
#: User id, conversation id, `said` of this member, and what the conversation has reached: seq, ver, updateat,
#: change.
Found = tuple[int, int, int, int, int, int, int]


def pairs_of(entries: Sequence[Entry], ids: Mapping[str, int], answers: bool) -> list[Pair] | None:
    """Where each entry is to be written. None when one of them is more than a plain message (or an answer to
    one, unless `answers` are usual), its conversation is not among `ids`, or one cid is there twice."""
    pairs = []
    cids = set()
    for entry in entries:
        if type(entry) is not Post or entry.shows or entry.message.at or entry.message.media == Media.NOTICE:
            return None
        conversation_id = ids.get(key_of(entry.userid, entry.kind, entry.dstid))
        if conversation_id is None or conversation_id > MAX_CONVERSATION:
            return None
        if entry.cid is not None:
            if (entry.userid, entry.cid) in cids:
                return None
            cids.add((entry.userid, entry.cid))
        if entry.message.ref and not (answers and is_in(entry.message.ref, conversation_id, MAX_SEQ)):
            return None
        pairs.append((entry.userid, conversation_id))
    return pairs


class Plain:
    """The messages of a batch, `pairs` of whom and where; here they get their numbers and become rows."""

    def __init__(self, batch: Batch, pairs: Sequence[Pair]) -> None:
        self.batch = batch
        self.posts = cast(Sequence[Post], batch.entries)
        self.pairs = pairs
        #: Each pair once, in the order of conversation ids, which is the order of locks.
        self.who = sorted(set(pairs), key=itemgetter(1))
        #: How many messages each conversation gets, in the same order.
        self.counts = Counter([conversation_id for _, conversation_id in sorted(pairs, key=itemgetter(1))])
        self._places: dict[int, Place] = {}
        self._silent: set[Pair] = set()  # who has written nothing yet after what they have read

    def begin(self, found: Sequence[Found]) -> bool:
        """What the conversations have reached, which are locked. `found` are those who are members where they
        write as usual; False when somebody does not, a conversation is full, or what is answered is not
        there. The batch has its time from here on."""
        for user_id, conversation_id, said, *reached in found:
            if not said:
                self._silent.add((user_id, conversation_id))
            if conversation_id not in self._places:
                self._places[conversation_id] = Place(conversation_id, *reached)
        if len(found) < len(self.who):
            return False
        places = self._places.values()
        if any(place.seq + self.counts[place.id] > MAX_SEQ for place in places):
            return False
        for post, (_, conversation_id) in zip(self.posts, self.pairs):
            if post.message.ref and not is_in(
                post.message.ref, conversation_id, self._places[conversation_id].seq
            ):
                return False
        times = [place.updateat for place in places]
        self.batch.now = following(self.batch.now, *times, born=self.batch.born)
        return True

    def begun(self, places: Iterable[Place], now: int) -> None:
        """The same where the database itself has found out: conversations as they were, and the time."""
        self._places = {place.id: place for place in places}
        self.batch.now = now

    def number(self) -> None:
        """Each post gets its place and its receipt."""
        places, now = self._places, self.batch.now
        for post, (_, conversation_id) in zip(self.posts, self.pairs):
            place = post.place = places[conversation_id]
            place.updateat = now
            place.seq += 1
            place.ver += 1
            post.receipt = Receipt(public_id(conversation_id, place.seq), place.seq, place.ver, now)

    def rows(self) -> list[Values]:
        """Of `message`, once all are numbered."""
        rows: list[Values] = []
        for post, (user_id, conversation_id) in zip(self.posts, self.pairs):
            message, receipt = post.message, cast(Receipt, post.receipt)
            rows.append((
                conversation_id, receipt.seq, receipt.ver, user_id, post.cid, digest_of(post), message.media,
                message.content, message.pic, message.url, message.memo, message.amount, message.ref, "",
                receipt.createat, None,
            ))  # fmt: skip
        return rows

    def said(self) -> list[tuple[int, int, int]]:
        """(`said`, user id, conversation id) of those for whom it begins, once all are numbered."""
        if not self._silent:
            return []
        first: dict[Pair, int] = {}
        for post, pair in zip(self.posts, self.pairs):
            if pair in self._silent:
                first.setdefault(pair, cast(Receipt, post.receipt).seq)
        return [(seq, *pair) for pair, seq in first.items()]

    def take(self, first: int) -> list[tuple[int, int, int, int, int]]:
        """(seq, ver, updateat, change, id) of the conversations, with change numbers from `first` on."""
        places = sorted(self._places.values(), key=lambda place: place.id)
        self.batch.changes = range(first, first + len(places))
        self.batch.posted = self._places
        for place, change in zip(places, self.batch.changes):
            place.change = change
        return [(place.seq, place.ver, place.updateat, place.change, place.id) for place in places]


def digest_of(post: Post) -> int | None:
    """What is stored to tell a resend from another message; a post without a cid is never sent again."""
    return post.message.digest() if post.cid is not None else None
