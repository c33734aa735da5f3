"""The database has stored a message, and its word for it gets lost on the way to the process."""

import pytest

from tests.cluster.lossy import Lossy
from tests.cluster.people import acked, friends_at
from tests.handlers.people import text


@pytest.fixture
def wire(way, io_loop):
    """Between a process and the database. Ask for it before the processes: it ends after them."""
    made = Lossy(way[0].port)
    io_loop.run_sync(made.start)
    yield made
    io_loop.run_sync(made.close)


@pytest.mark.parametrize("away", [False, True], ids=["back at once", "away"])
async def test_the_answer_to_commit_is_lost(wire, two, way, away):
    """A friend at another process gets the message once, also while its author's process has no database and
    nobody says anything more; its author's resend gets the ack of the first."""
    here = two.env["MAGPIE_DATABASE_URL"].replace(f":{way[0].port}/", f":{wire.port}/")
    await two.stop(0)
    await two.start(0, MAGPIE_DATABASE_URL=here)
    ann, bob = await friends_at(two)
    async with ann.socket() as a, bob.socket() as b:
        assert (await acked(a, text(bob, "hello", "1")))["seq"] == 1
        wire.lose("lost words")
        await a.send(text(bob, "lost words", "2"))
        await wire.lost.wait()
        if away:
            assert (await a.receive(1, 2))["code"] == -503
            assert (await b.receive(10))["seq"] == 1
            assert (await b.receive(10))["content"] == "lost words"
        wire.mend()
        if not away:
            assert (await a.receive(1, 2))["seq"] == 2
        assert (await acked(a, text(bob, "lost words", "2")))["seq"] == 2
        while (await acked(a, text(bob, "last", "3")))["seq"] != 3:
            pass  # the log goes on trying while its client does
        seqs = [(await b.receive(10))["seq"] for _ in range(1 if away else 3)]
        assert seqs == ([3] if away else [1, 2, 3])
