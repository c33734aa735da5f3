"""One transaction of the log: what may be written, under which numbers, and the rows.

Everything here runs inside the transaction that the log has opened. The order is always the same: lock the
conversations in id order, ask who is a member, apply each entry in its turn, insert the rows, take the change
numbers, say what the conversations have reached. COMMIT is the log's.
"""

from collections.abc import Sequence

from database.dialect import Values
from log import said
from log.context import Context
from log.entries import Entry
from log.place import Place
from log.times import following
from models import changes, done, hidden, media, members, settings, state, wallet
from models.access import may_begin, may_open, refusal, require_free, require_voice
from models.conversations import open_single
from models.ids import public_id
from models.tables import ADMIN, MEMBER, Conversation, StoredMessage, key_of
from protocol.errors import Forbidden, Refusal
from protocol.messages import ROOM, SINGLE, Media, Message, Receipt


class Batch:
    """`now`: ms, above that of every earlier batch of this process; once the conversations are locked also
    above the time of their last messages, which other processes may have written. `earlier`: tries whose
    COMMIT may have happened; by their times our own rows are told from others'. `look_back`: what is stored
    already under the cids of this batch is looked up first."""

    def __init__(
        self,
        context: Context,
        entries: Sequence[Entry],
        now: int,
        earlier: Sequence["Batch"],
        look_back: bool,
    ) -> None:
        self.now, self.earlier, self.strangers, self.born = now, earlier, context.strangers, context.born
        self._context, self._statements, self.quiet = context, context.statements, context.quiet
        self.entries, self.look_back = entries, look_back
        self._opened: dict[str, int] = {}
        self._places: dict[str, Place] = {}

        self.members: dict[tuple[int, int], int] = {}  #: (user, conversation) -> read
        self.roles: dict[tuple[int, int], int] = {}  #: (user, conversation) -> role
        self.bars: dict[tuple[int, int], int] = {}  #: (user, conversation): who may not write as usual
        self._said: dict[tuple[int, int], int] = {}  # (user, conversation) -> said, as it was found
        self.marked: set[tuple[int, int]] = set()  #: (user, conversation): shown as unread until read
        self._there: set[tuple[int, int]] = set()  # (user, conversation): members who are named
        self._reached: dict[int, int] = {}  # by conversation id: the seq as it was found
        #: (sender, cid) -> (digest, receipt), of what is stored
        self.stored: dict[tuple[int, str], tuple[int | None, Receipt]] = {}
        #: ids of our own copies from an earlier try: the first of each is new to everybody
        self.ours: set[int] = set()

        # What entries leave here for the end of the batch.
        self.messages: list[Values] = []
        self.mentions: list[tuple[int, int, int, int]] = []
        self.posted: dict[int, Place] = {}  # by conversation id: those with a new message
        self.read: dict[tuple[int, int], int] = {}  # (user, conversation) -> read
        self.cleared: dict[tuple[int, int], int] = {}  # (user, conversation) -> cleared
        #: (user, conversation): members who see another part of it from now on
        self.views: dict[tuple[int, int], Place] = {}
        self.changed_for: set[tuple[int, int]] = set()  # (user, conversation) with other news for this member
        #: users who hide something from now on, or no longer; whether that is another `peer_read`
        self.switched: dict[int, bool] = {}

        self.found: list[Batch] = []  #: of `earlier`, those that were committed
        self.changes = range(0)  #: the change numbers that it takes, once it is stored
        self.span = 1  #: of how many ms from `now` on a row of it has one

    def store(self) -> dict[str, int]:
        """Writes what may be written; each entry has its refusal or its result. Returns conversation ids by
        key that are worth remembering once this is committed."""
        keys = [entry.key() for entry in self.entries]
        for entry in self.entries:
            entry.begin()
        self._lock(keys)
        self._ask_members(keys)
        #: uploads that the entries show
        self.shown = media.Shown({key for entry in self.entries for key in entry.shows}, self._context.quota)
        if spenders := {entry.userid for entry in self.entries if entry.spends}:
            wallet.lock(spenders)
        if self.look_back:
            self._find_stored(self.entries)
        for entry, key in zip(self.entries, keys):
            self._apply(entry, self._places.get(key) if key is not None else None)
        self._write()
        return self._opened

    def open(self, entry: Entry) -> Place:
        """The place of a conversation that an entry has just made."""
        key = key_of(entry.userid, entry.kind, entry.dstid)
        conversation_id = Conversation.select(Conversation.id).where(Conversation.key == key).scalar()
        self._opened[key] = conversation_id
        place = self._places[key] = Place(conversation_id, 0, 0, self.now, 0)
        return place

    def come(self, user_id: int, place: Place, bars: int) -> None:
        """A member of a group from here on, with these bars."""
        pair = user_id, place.id
        self.members[pair], self.roles[pair] = place.seq, MEMBER
        self.bars.pop(pair, None)
        if bars:
            self.bars[pair] = bars
        self._there.add(pair)
        self.changed_for.add(pair)

    def speaks_in(self, place: Place) -> bool:
        """Whether this batch has something for a conversation that is no notice; its rows come last."""
        return any(row[0] == place.id and row[6] != Media.NOTICE for row in self.messages)

    def go(self, user_id: int, place: Place) -> None:
        """A member no longer, from here on."""
        pair = user_id, place.id
        for of_members in (self.members, self.roles, self.bars, self.read, self.cleared, self.views):
            of_members.pop(pair, None)
        self._there.discard(pair)
        self.changed_for.add(pair)

    @property
    def times(self) -> range:
        """Of what it writes, as far as they are known."""
        return range(self.now, self.now + self.span)

    def tried_at(self, time: int) -> bool:
        """Whether an earlier try may have written what is of this time."""
        return any(time in lost.times for lost in self.earlier)

    def place_in(self, time: int, conversation_id: int) -> Place | None:
        """A conversation as the earlier try of this time has left it, which did happen."""
        lost = next(lost for lost in self.earlier if time in lost.times)
        if lost not in self.found:
            self.found.append(lost)
        return lost.posted.get(conversation_id)

    def named(self, entry: Entry, place: Place, at: Sequence[int]) -> list[int]:
        """Those of `at` whom this entry can name: members, and 0, everybody, where its author may. Raises
        `Forbidden` where not."""
        if 0 in at and not (
            entry.kind == ROOM
            and (self._context.all_name_all or self.roles.get((entry.userid, place.id), 0) >= ADMIN)
        ):
            raise Forbidden(
                "只有群主和管理员可以提及所有人", "Only owner and admins of a group can name everybody"
            )
        return [user_id for user_id in at if not user_id or (user_id, place.id) in self._there]

    def is_stored(self, entry: Entry) -> bool:
        """Whether an entry that is to be refused was stored when it came first: its sender gets its ack."""
        if not self.look_back:
            self._find_stored([entry])
        return (entry.userid, entry.cid) in self.stored

    def is_stored_as(self, message: Message, place: Place, receipt: Receipt) -> bool:
        """Whether the stored row says what `message` says: digests of the first release depend on the Python
        that made them, so a row is looked at before a resend is refused. It must be as it was said."""
        row = StoredMessage.get_or_none(
            StoredMessage.conversation_id == place.id, StoredMessage.seq == receipt.seq
        )
        return row is not None and public_id(place.id, row.seq) == receipt.id and (
            row.cid, row.userid, row.media, row.content, row.pic, row.url, row.memo, row.amount, row.ref,
            row.at, changes.was_edited(row.extra),
        ) == (
            message.cid, message.userid, message.media, message.content, message.pic, message.url,
            message.memo, message.amount, message.ref, ",".join(map(str, message.at or ())), False,
        )  # fmt: skip

    # --- before the entries -------------------------------------------------------------------------------

    def _lock(self, keys: Sequence[str | None]) -> None:
        known = self._context.ids
        ids_of = {key: known[key] for key in keys if key is not None and key in known}
        if missing := {key for key in keys if key is not None and key not in known}:
            self._opened = self._find_or_open(missing)
            ids_of |= self._opened
        if ids_of:
            rows = self._statements.lock(list(set(ids_of.values())))
            by_id = {row[0]: Place(*row) for row in rows}
            self._places = {key: by_id[i] for key, i in ids_of.items() if i in by_id}
            self._reached = {place.id: place.seq for place in by_id.values()}
            times = [place.updateat for place in by_id.values()]
            self.now = following(self.now, *times, born=self._context.born)

    def _find_or_open(self, keys: set[str]) -> dict[str, int]:
        """The ids of keys; single chats that may begin without having been opened are made."""
        query = Conversation.select(Conversation.key, Conversation.id).where(Conversation.key.in_(list(keys)))
        found = dict(query.tuples())
        for entry in self.entries:
            if not entry.opens or entry.kind != SINGLE:
                continue
            key = key_of(entry.userid, entry.kind, entry.dstid)
            if key in keys and key not in found:
                if may_begin(entry.userid, entry.dstid, self.strangers):
                    found[key] = open_single(entry.userid, entry.dstid, self.now)
        return found

    def _ask_members(self, keys: Sequence[str | None]) -> None:
        """Which of those who act are members of where they act, asked in this transaction."""
        places = self._places
        pairs = {(e.userid, places[key].id) for e, key in zip(self.entries, keys) if key in places}
        named = {
            (user_id, places[key].id)
            for e, key in zip(self.entries, keys)
            if e.names and key in places
            for user_id in e.names
        }
        self._there = set(self._statements.members_among(sorted(named)))
        if pairs:
            for *pair, read, begun, marked, role, bars in self._statements.members(list(pairs)):
                user_id, conversation_id = pair
                self.members[user_id, conversation_id] = read
                self._said[user_id, conversation_id] = begun
                self.roles[user_id, conversation_id] = role
                if marked:
                    self.marked.add((user_id, conversation_id))
                if bars:
                    self.bars[user_id, conversation_id] = bars

    def _find_stored(self, entries: Sequence[Entry]) -> None:
        """What is stored already under the cids of these entries."""
        by_sender: dict[int, list[str]] = {}
        for entry in entries:
            if entry.cid is not None:
                by_sender.setdefault(entry.userid, []).extend((entry.cid, *entry.more_cids))
        m = StoredMessage
        for sender, cids in by_sender.items():
            query = m.select(m.cid, m.digest, m.conversation_id, m.seq, m.ver, m.createat, m.ref, m.amount)
            for cid, digest, *row in query.where(m.userid == sender, m.cid.in_(cids)).tuples():
                self.stored[sender, cid] = (digest, done.receipt_of(*row))

    # --- the entries --------------------------------------------------------------------------------------

    def _apply(self, entry: Entry, place: Place | None) -> None:
        if entry.members_only and (place is None or (entry.userid, place.id) not in self.members):
            begins = place is None and entry.nothing_before_the_first
            begins = begins and may_open(entry.userid, entry.kind, entry.dstid, self.strangers)
            if place is not None and entry.left_too and members.was_in(entry.userid, place.id):
                entry.apply(self, place)
            elif not begins:
                entry.refusal = refusal(entry.kind, entry.dstid)
            return
        try:
            if entry.speaks and place is not None:
                self._require_free(entry, place)
            if entry.writes_at_once:
                with self._context.savepoint():
                    entry.apply(self, place)
            else:
                entry.apply(self, place)
        except Refusal as refused:
            entry.refusal = refused

    def _require_free(self, entry: Entry, place: Place) -> None:
        """Raises why somebody may not write where they are a member. A resend of what was stored before gets
        its ack."""
        pair = entry.userid, place.id
        bars = self.bars.get(pair, 0)
        if (bars or place.bars) and not (entry.cid is not None and self.is_stored(entry)):
            if entry.kind == ROOM:
                self._require_voice(pair, place, bars)
            else:
                require_free(entry.userid, entry.kind, entry.dstid, bars, self.strangers)

    def _require_voice(self, pair: tuple[int, int], place: Place, bars: int) -> None:
        """The same in a group. A mute that is over is lifted, so that the usual way is theirs again."""
        over = require_voice(*pair, self.roles[pair], bars, place.bars, self.now)
        if over:
            members.mute(*pair, bars, 0)
            self.bars.pop(pair)

    # --- after the entries --------------------------------------------------------------------------------

    def _write(self) -> None:
        """The rows, then the numbers: who takes change numbers keeps others waiting until COMMIT."""
        statements = self._statements
        if self.messages:
            statements.insert(self.messages, self.mentions)
        self.shown.write()
        for (user_id, conversation_id), place in self.views.items():
            hidden.see(user_id, conversation_id, place.seq, place.updateat)
        marks = {pair: max(seq, self.read.get(pair, 0)) for pair, seq in self.cleared.items()}
        begun = said.changed(self._said, self._reached, self.read | marks, self.messages)
        statements.said([(begun[pair], *pair) for pair in sorted(begun.keys() - self.read.keys())])
        alone = sorted(self.changed_for - self.read.keys())
        if count := len(self.posted) + len(self.read) + len(alone) + len(self.switched):
            first = state.take_changes(count)
            self.changes = range(first, first + count)
            numbers = iter(self.changes)
            posted = sorted(self.posted.values(), key=lambda place: place.id)
            for place in posted:
                place.change = next(numbers)
            statements.advance([(p.seq, p.ver, p.updateat, p.change, p.id) for p in posted])
            read = sorted(self.read.items())
            statements.read([(seq, begun[pair], next(numbers), *pair) for pair, seq in read])
            statements.change([(next(numbers), *pair) for pair in alone])
            for (user_id, other_marks), number in zip(self.switched.items(), numbers):
                if other_marks:
                    settings.number(user_id, number)
