"""Scheduled messages over several processes: whichever finds one due, it is sent once."""

from database.door import Database
from models.tables import Schedule
from protocol.clock import now_ms
from tests.cluster.people import friends_at
from tests.handlers.people import text, waiting

MANY = 30


async def test_sent_by_one_of_them(both):
    """Two processes that find the same messages due at the same moment send each once, and the author's
    devices at both hear of each."""
    ann, bob = await friends_at(both)
    for number in range(MANY):
        later = {**text(bob, f"{number:02}"), "sendat": now_ms() + 86_400_000}
        answer = await both.at(number % 2, ann).post_json("/schedule/add", **later)
        assert answer["code"] == 0, answer
    id_ = answer["data"]["id"]
    async with bob.socket() as b, both.at(1, ann).socket() as far, ann.socket() as near:
        database = Database(both.env["MAGPIE_DATABASE_URL"], workers=1)
        due = Schedule.update(due=1).where(Schedule.user_id == ann.user_id, Schedule.id != id_)
        await database.write(due.execute)
        await database.close()
        for number in range(2):  # each looks again, since something is due earlier than it knew
            soon = {"id": id_, "sendat": now_ms() + 60_000 - number}
            assert (await both.at(number, ann).post_json("/schedule/update", **soon))["code"] == 0
        got = [await b.receive(10) for _ in range(MANY - 1)]
        assert sorted(message["seq"] for message in got) == [*range(1, MANY)]
        assert sorted(message["content"] for message in got) == [f"{n:02}" for n in range(MANY - 1)]
        for socket in (far, near):
            sent = 0
            while sent < MANY - 1:
                sent += (await socket.receive(32))["state"] == "sent"
        assert not [frame for frame in await waiting(b) if frame["cmd"] == 10]
    assert [row["id"] for row in (await ann.post("/schedule/list"))["rows"]] == [id_]
