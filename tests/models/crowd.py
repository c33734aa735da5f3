"""People who do this and that, for tests of what is told of it."""

import random

from log.entries import Clear, Edit, Hide, Join, Pin, Post, ReadMark, Recall
from models import contacts
from models.changes import place_of
from protocol.messages import ROOM, SINGLE, Media, Message
from tests.log.scribe import room_of
from tests.models.people import NOW, newcomers


class Crowd:
    """Four people in chats and groups, and what they make up to do: to write, to read, to come into a group,
    to hide and clear, several things at once."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.hidden = set()  # (user, conversation, seq)
        self.cleared = {}  # (user, conversation) -> seq
        self.usual = False  # the last deeds are plain messages only
        self.recalled = set()  # ids
        self._ids = {}  # (user, kind, dstid) -> conversation

    async def gather(self, database):
        self.people = await newcomers(database, 4)
        for peer in self.people[1:]:
            await database.write(contacts.befriend, self.people[0], peer, NOW)
        rooms = [await room_of(database, *self.people[:count]) for count in (4, 3, 2)]
        self.inside = dict(zip(rooms, [4, 3, 2]))
        return self

    def deeds(self):
        """Of a moment; mostly plain messages, so that some are written in one pass."""
        usual = self.usual = self.random.random() < 0.5
        return [
            self.post(True) if usual else self.random.choice([self.post, self.post, self.mark])()
            for _ in range(self.random.choice([1, 2, 5]))
        ] + ([] if usual or self.random.random() < 0.9 else self.newcomer())

    def place(self):
        """(who, kind, dstid)"""
        a, *others = self.people
        if self.random.random() < 0.3:
            one, other = self.random.sample([a, self.random.choice(others)], 2)
            return one, SINGLE, other
        room = self.random.choice([*self.inside])
        return self.random.choice(self.people[: self.inside[room]]), ROOM, room

    def post(self, plain=False):
        who, kind, dst = self.place()
        at, media = None, Media.TEXT
        if not plain:
            everybody = [0] if (kind, who) == (ROOM, self.people[0]) else None  # who owns the groups may
            at = self.random.choice([None, None, None, everybody, [self.people[0]], self.people])
            media = Media.NOTICE if kind == ROOM and self.random.random() < 0.4 else media
        return Post(Message(who, dst, kind, media, "x", at=at))

    def mark(self):
        return ReadMark(*self.place(), self.random.choice([1, 5, 20, self.random.randint(1, 60), 10**6]))

    def recall(self, delivered):
        """Takes something back that was said, if it can be."""
        said = [one for one in delivered if one.message.media != Media.NOTICE]
        if not said or self.random.random() < 0.7:
            return []
        one = self.random.choice(said)
        self.recalled.add(one.id)
        return [Recall(one.userid, one.cmd, one.dstid, one.id, -1)]

    def change(self, delivered):
        """Edits what was said, or pins it, if it can be."""
        said = [one for one in delivered if one.message.media != Media.NOTICE]
        said = [one for one in said if one.id not in self.recalled]
        if not said or self.random.random() < 0.5:
            return []
        one = self.random.choice(said)
        which = one.userid, one.cmd, one.dstid, one.id
        if self.random.random() < 0.5 and one.cmd == SINGLE:
            return [Pin(*which, {"amount": 1})]
        return [Edit(*which, f"{self.random.random()}", None, -1)]

    def newcomer(self):
        room = self.random.choice([room for room, count in self.inside.items() if count < 4] or [0])
        if not room:
            return []
        self.inside[room] += 1
        return [Join(self.people[self.inside[room] - 1], room)]

    def hide(self, delivered):
        """Somebody hides some messages of a conversation, or clears it up to somewhere."""
        if not delivered or self.random.random() < 0.3:
            return []
        one = self.random.choice(delivered)
        if one.cmd == ROOM:
            where = self.random.choice(self.people[: self.inside[one.dstid]]), ROOM, one.dstid
        else:
            who, dst = self.random.sample([one.userid, one.dstid], 2)
            where = who, SINGLE, dst
        self._ids[where] = one.place.id
        if self.random.random() < 0.15:
            return [Clear(*where, self.random.choice([one.seq, one.seq, one.seq + 3, 10**6]))]
        more = [one.id + self.random.randint(-6, 6) for _ in range(self.random.choice([0, 1, 5]))]
        return [Hide(*where, [one.id, *more])]

    def note(self, entries):
        """Keeps what they have hidden and cleared."""
        for entry in entries:
            if isinstance(entry, Hide):
                for message_id in entry.told.get("hidden", ()):
                    self.hidden.add((entry.userid, *place_of(message_id)))
            elif isinstance(entry, Clear) and entry.told:
                conversation_id = self._ids[entry.userid, entry.kind, entry.dstid]
                self.cleared[entry.userid, conversation_id] = entry.told["cleared"]

    def sees(self, user, conversation_id, seq):
        """Whether somebody has neither hidden nor cleared a message."""
        cleared = self.cleared.get((user, conversation_id), 0)
        return seq > cleared and (user, conversation_id, seq) not in self.hidden
