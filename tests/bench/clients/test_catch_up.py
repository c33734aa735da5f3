"""Coming back: what was missed is read from servers of today and of before."""

from types import SimpleNamespace

from bench.clients.catch_up import catch_up, look_around
from bench.clients.sequences import Sequences
from bench.clients.wire import GROUP

LAST = 250


class Calls:
    """A server with one group of 250 messages; its list has change numbers, or not."""

    def __init__(self, has_changes: bool) -> None:
        self._has_changes = has_changes
        self.lists: list[dict] = []
        self.histories: list[int] = []

    async def post(self, path: str, user_id: int, token: str, **fields: int) -> dict:
        if path == "/message/history":
            self.histories.append(fields["after"])
            first = fields["after"] + 1
            return {"rows": [{"seq": seq} for seq in range(first, min(first + fields["limit"], LAST + 1))]}
        self.lists.append(fields)
        row = {"kind": GROUP, "dstid": 7, "seq": LAST}
        if not self._has_changes:
            return {"rows": [row], "data": {"epoch": 1}}
        known = fields.get("after", 0) >= 1000
        return {"rows": [] if known else [{**row, "change": 1000}], "data": {"epoch": 1, "change": 1000}}


def someone() -> SimpleNamespace:
    return SimpleNamespace(user_id=1, token="abc", sequences=Sequences(), list_change=None)


async def seen_by(calls: Calls, client: SimpleNamespace) -> list[int]:
    """The numbers of the messages that a catch-up brings."""
    seen: list[int] = []

    def fetched(who: SimpleNamespace, place: int, row: dict) -> None:
        assert who is client and place == 7
        seen.append(row["seq"])
        client.sequences.fetch(place, row["seq"])

    await catch_up(calls, client, fetched)
    return seen


async def test_a_server_with_change_numbers_is_asked_for_what_changed():
    """A client that knows the list up to a change asks for what came after it, and nothing twice."""
    calls, client = Calls(has_changes=True), someone()
    assert await seen_by(calls, client) == list(range(1, LAST + 1))
    assert await seen_by(calls, client) == []
    assert calls.lists == [{"limit": 500}, {"limit": 500, "after": 1000}]
    assert calls.histories == [0, 200]


async def test_a_server_without_them_is_asked_for_the_whole_list():
    """An older server's `after` is a time, of which a client has none: it is not given."""
    calls, client = Calls(has_changes=False), someone()
    assert await seen_by(calls, client) == list(range(1, LAST + 1))
    assert await seen_by(calls, client) == []
    assert calls.lists == [{"limit": 500}] * 2


async def test_what_was_there_before_is_not_read():
    """On a server with a history, clients begin where it ends."""
    calls, client = Calls(has_changes=True), someone()
    await look_around(calls, client)
    assert client.sequences.last == {7: LAST} and client.list_change == 1000
    assert await seen_by(calls, client) == [] and calls.histories == []
