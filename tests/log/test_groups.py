"""What is done to groups by several at the same moment, from two processes: the database decides, and what
stands beside the members agrees with them. And what an answer to COMMIT that was lost hides is done once."""

import asyncio
import random

import peewee
import pytest

from log.entries import (
    AnswerJoin,
    Dissolve,
    HandOver,
    Invite,
    Join,
    Leave,
    Mute,
    Remove,
    SetAlias,
    SetRole,
    Unban,
    Update,
)
from models import contacts, joining
from models.tables import COMMUNITY, Ban, Community, Contact, Conversation, JoinRequest, Member, StoredMessage
from protocol.errors import Conflict, Forbidden, Refusal, Refused
from protocol.messages import Media
from tests.log.scribe import Scribe, around_commits, room_of
from tests.models.people import NOW, newcomers

BOTH_WAYS = False
FAR = 4102444800000


@pytest.fixture
def logs(database, io_loop):
    """Two, as two processes have one each."""

    async def begin():
        return [Scribe(database, max_batch=3), Scribe(database, max_batch=3)]

    both = io_loop.run_sync(begin)
    yield both
    for scribe in both:
        io_loop.run_sync(scribe.log.close)


async def at_once(logs, entries):
    """What became of each, in order; they go to both logs in turns."""
    tasks = [logs[n % 2].settled(entry) for n, entry in enumerate(entries)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        assert isinstance(result, Refusal) or not isinstance(result, Exception), result
    return results


def done(results):
    return [result for result in results if not isinstance(result, Refusal)]


def agreed(community_id):
    """Who is in, by role; what the group, its owner's slot and the classic lists say is the same."""
    place = Conversation.get(Conversation.key == f"g{community_id}")
    rows = Member.select(Member.user_id, Member.role).where(
        Member.conversation_id == place.id, Member.role > 0
    )
    roles = dict(rows.tuples())
    group = Community.get_by_id(community_id)
    listed = Contact.select(Contact.ownerid).where(Contact.dstobj == community_id, Contact.cate == COMMUNITY)
    assert group.members == len(roles)
    assert {user for (user,) in listed.tuples()} == (set() if group.dissolved else set(roles))
    assert [user for user, role in roles.items() if role == 3] == [group.ownerid]
    banned = {ban.user_id for ban in Ban.select().where(Ban.community_id == community_id)}
    assert not banned & roles.keys()
    waiting = JoinRequest.select().where(JoinRequest.community_id == community_id, JoinRequest.state == 0)
    assert not {request.user_id for request in waiting} & roles.keys()
    m = StoredMessage
    seqs = [seq for (seq,) in m.select(m.seq).where(m.conversation_id == place.id).order_by(m.seq).tuples()]
    assert seqs == [*range(1, place.seq + 1)]
    return roles


async def test_the_last_place(database, logs):
    """Of many who want it one gets it."""
    ann, *others = await newcomers(database, 8)
    room = await room_of(database, ann)
    results = await at_once(logs, [Join(user, room, most=3) for user in others])
    assert len(done(results)) == 2
    assert {type(result) for result in results} == {Join, Refused}
    assert len(await database.read(agreed, room)) == 3


async def test_a_link_for_a_few(database, logs):
    """It leads in as many as it says."""
    ann, *others = await newcomers(database, 9)
    room = await room_of(database, ann)
    link = await database.write(joining.make_link, ann, room, 0, 3, NOW)
    results = await at_once(logs, [Join(user, room, code=link["code"]) for user in others])
    assert len(done(results)) == 3
    assert len(await database.read(agreed, room)) == 4


async def test_two_new_owners(database, logs):
    """Who gives the group away twice at once has given it once."""
    ann, bob, cid = await newcomers(database, 3)
    room = await room_of(database, ann, bob, cid)
    results = await at_once(logs, [HandOver(ann, room, user, 5) for user in (bob, cid)])
    assert [type(result) for result in results].count(Forbidden) == 1
    assert sorted((await database.read(agreed, room)).values()) == [1, 1, 3]


async def test_the_last_slot(database, logs):
    """Of two groups that are given at once to somebody who may have one more, they get one."""
    ann, bob, cid = await newcomers(database, 3)
    rooms = [await room_of(database, owner, cid) for owner in (ann, bob)]
    entries = [HandOver(owner, room, cid, 1) for owner, room in zip((ann, bob), rooms)]
    results = await at_once(logs, entries)
    assert len(done(results)) == 1
    owners = [Community.ownerid == cid]
    assert await database.read(lambda: Community.select().where(*owners).count()) == 1
    for room in rooms:
        await database.read(agreed, room)


async def test_join_against_ban(database, logs):
    """Whoever comes first, in the end they are out."""
    for _ in range(5):
        ann, bob = await newcomers(database, 2)
        room = await room_of(database, ann)
        await at_once(logs, [Join(bob, room), Remove(ann, room, [bob], True), Join(bob, room)])
        assert [*(await database.read(agreed, room))] == [ann]


async def test_answer_against_answer(database, logs):
    """Of two heads who answer one request one does; so it is between yes and no."""
    ann, bob, cid = await newcomers(database, 3)
    room = await room_of(database, ann, bob)
    await logs[0].settled(SetRole(ann, room, bob, 2))
    await logs[0].settled(Update(ann, room, {"join": "approve"}))
    request = (await logs[0].settled(Join(cid, room))).request
    results = await at_once(
        logs, [AnswerJoin(ann, room, request, True, 9), AnswerJoin(bob, room, request, False, 9)]
    )
    assert [type(result) for result in results].count(Conflict) == 1
    inside = cid in await database.read(agreed, room)
    assert inside == (results[1].__class__ is Conflict)


async def test_remove_against_send(database, logs):
    """What was accepted from somebody was said before they were removed."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    talk = [logs[n % 2].say_in(bob, room, f"{n}", cid=f"c{n}") for n in range(40)]
    removing = asyncio.ensure_future(logs[1].settled(Remove(ann, room, [bob], False)))
    told = await asyncio.gather(*talk)
    removed = (await removing).notice.receipt.seq
    assert all(isinstance(one, Forbidden) or one.seq < removed for one in told)
    assert isinstance(await logs[0].say_in(bob, room, "late"), Forbidden)


async def test_mute_against_send(database, logs):
    """The same for who is muted, alone or with all, whichever way a batch takes."""
    ann, bob = await newcomers(database, 2)
    room = await room_of(database, ann, bob)
    for user_id in (bob, None):
        assert not isinstance(await logs[0].say_in(bob, room, "before"), Refusal)
        await logs[1].settled(Mute(ann, room, FAR, user_id))
        for scribe in logs:
            refused = await scribe.say_in(bob, room, "x")
            assert isinstance(refused, Refused) and refused.data == {"until": FAR}
        assert not isinstance(await logs[0].say_in(ann, room, "I may"), Refusal)
        await logs[1].settled(Mute(ann, room, 0, user_id))


async def test_whatever_several_do(database, logs):
    """After any acts of anybody, all at once, what stands in one place agrees with the others."""
    dice = random.Random(database.dialect.__class__.__name__)
    people = await newcomers(database, 6)
    for one in people:
        for other in people:
            if one < other:
                await database.write(contacts.befriend, one, other, NOW)
    room = await room_of(database, *people[:3])

    def act():
        user, other = dice.choice(people), dice.choice(people)
        request = 1 + dice.randrange(6)
        return dice.choice(
            [
                lambda: Join(user, room, 4),
                lambda: Invite(user, room, dice.sample(people, 2), 4),
                lambda: Leave(user, room),
                lambda: Remove(user, room, [other], dice.random() < 0.3),
                lambda: Unban(user, room, other),
                lambda: SetRole(user, room, other, dice.choice([1, 2])),
                lambda: HandOver(user, room, other, 5),
                lambda: Mute(user, room, dice.choice([0, FAR]), dice.choice([None, other])),
                lambda: Update(user, room, {"join": dice.choice(["open", "approve"])}),
                lambda: AnswerJoin(user, room, request, dice.random() < 0.7, 4),
            ]
        )()

    for _ in range(12):
        await at_once(logs, [act() for _ in range(8)])
        await database.read(agreed, room)
    owner = await database.read(lambda: Community.get_by_id(room).ownerid)
    await at_once(logs, [Dissolve(owner, room), *(act() for _ in range(6))])
    assert await database.read(lambda: Community.get_by_id(room).dissolved)
    await database.read(agreed, room)


#: Acts of Ann, the owner, and of others; each changes something in a group of Ann, Bob and Cid, where Dan has
#: asked to come in.
ACTS = {
    "leave": lambda p, room, request: Leave(p[1], room),
    "remove": lambda p, room, request: Remove(p[0], room, [p[1], p[2]], True),
    "ban": lambda p, room, request: Remove(p[0], room, [p[4]], True),
    "role": lambda p, room, request: SetRole(p[0], room, p[1], 2),
    "hand over": lambda p, room, request: HandOver(p[0], room, p[1], 5),
    "mute": lambda p, room, request: Mute(p[0], room, FAR, p[1]),
    "mute all": lambda p, room, request: Mute(p[0], room, FAR, None),
    "rename": lambda p, room, request: Update(p[0], room, {"name": "Owls"}),
    "describe": lambda p, room, request: Update(p[0], room, {"memo": "birds"}),
    "alias": lambda p, room, request: SetAlias(p[1], room, "Bobby"),
    "answer": lambda p, room, request: AnswerJoin(p[0], room, request, True, 9),
    "invite": lambda p, room, request: Invite(p[0], room, [p[4]], 9),
    "ask": lambda p, room, request: Join(p[4], room),
    "dissolve": lambda p, room, request: Dissolve(p[0], room),
}


@pytest.fixture(params=["happened", "did not"])
def lose_it(request, database, monkeypatch):
    """Call it: the connection ends at the next COMMIT, which happened or did not."""
    armed = []

    def gone(when):
        if armed and request.param == when:
            armed.clear()
            raise peewee.OperationalError("server has gone away")

    def around(real):
        with real():
            yield
            gone("did not")
        gone("happened")

    around_commits(database, monkeypatch, around)
    return lambda: armed.append(True)


@pytest.mark.parametrize("act", ACTS)
async def test_lost_answers(database, scribe, act, lose_it):
    """When the answer to a COMMIT was lost, what was done is done once, and told once with all that belongs
    to it."""
    people = await newcomers(database, 5)
    room = await room_of(database, *people[:3])
    await database.write(contacts.befriend, people[0], people[4], NOW)
    await scribe.settled(Update(people[0], room, {"join": "approve"}))
    request = (await scribe.settled(Join(people[3], room))).request
    lose_it()
    entry = await scribe.settled(ACTS[act](people, room, request))
    assert entry.what and (entry.told is None or entry.told)
    assert len(scribe.batches) == 3
    roles = await database.read(agreed, room)
    assert set(entry.came) <= roles.keys() and not set(entry.went) & roles.keys()
    notices = [one for one in scribe.delivered if one.media == Media.NOTICE]
    assert len(notices) == (entry.notice is not None)
    stored = StoredMessage.select().where(StoredMessage.media == Media.NOTICE)
    assert await database.read(stored.count) == len(notices)
    assert all(one.place.change for one in notices)


def test_all_are_tried():
    """A new kind of act comes with what happens when an answer is lost."""
    from actions.membership import ACTS as kinds

    people, room = [1, 2, 3, 4, 5], 1
    tried = {type(make(people, room, 1)) for make in ACTS.values()}
    assert tried | {Unban} == set(kinds)
