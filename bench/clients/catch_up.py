"""Reading what a client has missed while it was away, by the server's own calls.

The list of conversations says which have moved on, `/message/history` has their messages. A server whose
list has a `change` number is asked only for what has changed since, as our page asks; an older one, which has
none, for the whole list.
"""

from collections.abc import Callable

from bench.clients.calls import Calls
from bench.clients.client import Client
from bench.clients.wire import GROUP, Frame

#: Conversations and messages of one call.
_LIST_PAGE, _HISTORY_PAGE = 500, 200


async def look_around(calls: Calls, client: Client) -> None:
    """What is there before a run begins counts as seen. Raises `CallFailed`, OSError, TimeoutError."""
    rows, client.list_change = await _conversations(calls, client)
    for row in rows:
        client.sequences.last[place_of(row)] = row["seq"]


async def catch_up(calls: Calls, client: Client, fetched: Callable[[Client, int, Frame], None]) -> None:
    """Reads on in each conversation that has more than the client knows; `fetched(client, place, row)` is
    called with each message. Raises `CallFailed`, OSError, TimeoutError."""
    rows, change = await _conversations(calls, client)
    for row in rows:
        place = place_of(row)
        after = client.sequences.known(place)  # the socket may have brought newer ones
        while after < row["seq"]:
            page = await _history(calls, client, row, after)
            if not page:
                break
            for message in page:
                fetched(client, place, message)
            after = page[-1]["seq"]
    client.list_change = change


def place_of(row: Frame) -> int:
    """A conversation as `Sequences` names it."""
    return row["dstid"] if row["kind"] == GROUP else -row["dstid"]


async def _conversations(calls: Calls, client: Client) -> tuple[list[Frame], int | None]:
    """Those that have changed since the client last asked, and the change number to ask with next."""
    rows: list[Frame] = []
    change = client.list_change
    while True:
        after = {} if change is None else {"after": change}
        answer = await calls.post(
            "/message/conversations", client.user_id, client.token, limit=_LIST_PAGE, **after
        )
        before, change = change, answer.get("data", {}).get("change")
        rows += answer["rows"]
        if change is None or change == before or len(answer["rows"]) < _LIST_PAGE:
            return rows, change


async def _history(calls: Calls, client: Client, row: Frame, after: int) -> list[Frame]:
    answer = await calls.post(
        "/message/history",
        client.user_id,
        client.token,
        kind=row["kind"],
        dstid=row["dstid"],
        after=after,
        limit=_HISTORY_PAGE,
    )
    return answer["rows"]
