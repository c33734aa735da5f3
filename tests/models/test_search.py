"""What is found is what can be seen and has the words, whatever people say, change, hide and clear."""

import asyncio
import random

import pytest

from log.entries import Edit, Post
from models import index, parts, search
from models.ids import public_id
from models.tables import Conversation, Member, StoredMessage
from models.words import places
from protocol.messages import SINGLE, Media, Message
from protocol.search import SearchMessages
from tests.models.crowd import Crowd
from tests.models.filling import fill

WORDS = [
    "吃饭",
    "吃",
    "饭了",
    "明天",
    "报告",
    "的",
    "Report",
    "reports",
    "re",
    "x1",
    "🎉",
    "👍🏽",
    "ＨＥＬＬＯ",
    "hello",
]
BETWEEN = ["", "", " ", ", ", "！", "\n", "的"]
QUERIES = [
    "吃",
    "饭",
    "吃饭",
    "饭了吃",
    "的",
    "的 re",
    "re",
    "repo",
    "HELLO",
    "🎉",
    "x 1",
    "x1",
    "明天 的",
    "👍",
    "饭明",
]


def text(dice):
    """Some words, with something between them or not."""
    return "".join(dice.choice(WORDS) + dice.choice(BETWEEN) for _ in range(dice.randint(1, 6)))


class Talkers(Crowd):
    """They say something."""

    def post(self, plain=False):
        who, kind, dst = self.place()
        if kind != SINGLE and self.random.random() < 0.1:
            return Post(Message(who, dst, kind, Media.NOTICE, text(self.random)))
        if self.random.random() < 0.1:
            return Post(Message(who, dst, kind, Media.CARD, "1", memo=text(self.random)))
        return Post(Message(who, dst, kind, Media.TEXT, text(self.random)))

    def change(self, delivered):
        changed = super().change([one for one in delivered if one.message.media == Media.TEXT])
        for entry in changed:
            if isinstance(entry, Edit):
                entry.said["content"] = text(self.random)
        return changed


def naive(crowd, user, wanted):
    """The ids that are to be found, by looking at every row."""
    found = []
    members = set(Member.select(Member.user_id, Member.conversation_id).tuples())
    chats = {chat.id: chat for chat in Conversation.select()}
    for row in StoredMessage.select().where(StoredMessage.conversation_id > 0):
        chat = chats[row.conversation_id]
        dstid = chat.b if chat.kind == SINGLE and chat.a == user else chat.a
        if (user, chat.id) not in members or not crowd.sees(user, chat.id, row.seq):
            continue
        said = f"{row.content}\n{row.memo}" if row.media == Media.CARD else row.content
        if row.media != Media.NOTICE and places(said, wanted.q) is not None and (
            (wanted.kind is None or (wanted.kind, wanted.dstid) == (chat.kind, dstid))
            and (wanted.from_ in (None, row.userid))
            and (wanted.media in (None, row.media))
            and (wanted.since or 0) <= row.createat <= (wanted.until or row.createat)
        ):  # fmt: skip
            found.append((row.createat, public_id(row.conversation_id, row.seq)))
    return [message_id for _, message_id in sorted(found, reverse=True)]


def compare(crowd, dice):
    """Everybody looks for something, page by page."""
    times = [row.createat for row in StoredMessage.select(StoredMessage.createat)]
    for user in crowd.people:
        fields = {"q": dice.choice(QUERIES), "limit": dice.choice([1, 2, 5, 50])}
        fields |= {"from_": dice.choice(crowd.people)} if dice.random() < 0.2 else {}
        fields |= {"media": dice.choice([1, 9])} if dice.random() < 0.2 else {}
        fields |= {"since": dice.choice(times)} if dice.random() < 0.2 else {}
        fields |= {"until": dice.choice(times)} if dice.random() < 0.2 else {}
        mine = Conversation.select().join(Member, on=(Member.conversation_id == Conversation.id))
        chats = list(mine.where(Member.user_id == user))
        if chats and dice.random() < 0.4:
            chat = dice.choice(chats)
            dstid = chat.b if chat.kind == SINGLE and chat.a == user else chat.a
            fields |= {"kind": chat.kind, "dstid": dstid}
        expected = naive(crowd, user, SearchMessages(**fields))
        found, more = [], True
        while more:
            rows, more = search.search(user, SearchMessages(**fields), False)
            assert len(rows) <= fields["limit"] and (rows or not more)
            for row in rows:
                if row.media != Media.CARD:
                    assert row.highlight == places(row.content, fields["q"])
            found += [row.id for row in rows]
            fields["before"] = found[-1] if found else None
        assert found == expected, fields


@pytest.mark.parametrize("seed", [1, None])
@pytest.mark.parametrize(("few", "long_s"), [(0, 2.0), (1000, -1.0)])
async def test_what_is_found(database, scribe, monkeypatch, seed, few, long_s):
    """Each finds what they can see that has the words, the newest first, and nothing else; in whatever way
    the conversations are asked for, with many parts in the index, and when answers end since they take
    long."""
    monkeypatch.setattr(search, "_LONG_S", long_s)
    seed = seed or random.randrange(10**6)
    monkeypatch.setattr(parts, "SIZE", 20)
    monkeypatch.setattr(parts, "_AHEAD_MS", 1)
    for kind in index._INDEXES.values():
        monkeypatch.setattr(type(kind), "few", few)
    crowd = await Talkers(seed).gather(database)
    for step in range(40):
        deeds = crowd.deeds() + crowd.recall(scribe.delivered) + crowd.hide(scribe.delivered)
        deeds += crowd.change(scribe.delivered)
        crowd.note(await asyncio.gather(*(scribe.settled(deed) for deed in deeds)))
        if step % 4 == 3:
            await fill(database, most=random.choice([1, 3, 200]), now=lambda: 0)
            try:
                await database.read(compare, crowd, random.Random(step))
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, step {step}") from error
    assert await database.read(lambda: len(parts.Parts().starts)) > 2
