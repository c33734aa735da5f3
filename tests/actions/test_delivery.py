"""What becomes of a settled batch."""

from actions.delivery import Delivery
from log.entries import Post
from tests.handlers.people import friends, text


async def test_a_fault_is_for_one(app, monkeypatch, expect_logs):
    """When telling of one message fails, it is durable all the same, and everybody hears of the next one."""
    expect_logs("magpie.delivery", "delivering a Post")
    ann, bob = await friends(app)
    real, failed = Delivery._post, []

    def fails_once(self, entry):
        if not failed:
            failed.append(entry)
            raise ZeroDivisionError
        real(self, entry)

    delivery = app.services.log._on_settled.__self__
    monkeypatch.setitem(delivery._deliver, Post, lambda entry: fails_once(delivery, entry))
    async with ann.socket() as mine, bob.socket() as his:
        await mine.send(text(bob, "one", "1"))
        await mine.send(text(bob, "two", "2"))
        assert (await his.receive())["content"] == "two"
        assert (await mine.receive())["seq"] == 2
    rows = (await bob.post("/message/history", kind=10, dstid=ann.user_id))["rows"]
    assert [row["content"] for row in rows] == ["one", "two"]
