"""A fixed list of messages, and of what is asked for with the numbers of the messages that answer it.

Both are plain data beside this file, written from the rules in docs/protocol.md, not by what any code finds:

- `messages.json`: what a message says, by its number, which is also the order in which they are posted.
- `questions.json`: by subject, [what is asked, [numbers]]. Numbers are in no order.
- `highlights.json`: [what is asked, number, [[start, end]]] in UTF-16 units, where there is no doubt of them.

Whatever finds messages is held against all of it: ``numbers = await post(client, 10, dstid)`` posts them,
then each of `questions()` is asked, and the ids of the rows are looked up in `numbers`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.app import Client

_HERE = Path(__file__).parent
_CARD = 9


class Question(NamedTuple):
    about: str
    q: str
    numbers: set[int]


def messages() -> dict[int, dict[str, Any]]:
    """The fields of each message, by its number."""
    rows = json.loads((_HERE / "messages.json").read_text("utf-8"))
    return {row.pop("number"): row for row in rows}


def questions() -> Iterator[Question]:
    for about, asked in json.loads((_HERE / "questions.json").read_text("utf-8")).items():
        for q, numbers in asked:
            yield Question(about, q, set(numbers))


def highlights() -> list[tuple[str, int, list[list[int]]]]:
    """(what is asked, the number of a message, where the words stand in its content)"""
    told = json.loads((_HERE / "highlights.json").read_text("utf-8"))
    return [(q, number, spans) for q, number, spans in told]


def texts(message: dict[str, Any]) -> list[str]:
    """What of a message can be found: what it says, the name of a file, the title of a card, the name of a
    person's card."""
    found = [message.get("content", "")]
    return [*found, message.get("memo", "")] if message["media"] == _CARD else found


async def post(client: Client, kind: int, dstid: int) -> dict[int, int]:
    """All messages, in their order; the number of each by its id."""
    numbers: dict[int, int] = {}
    for number, fields in messages().items():
        answer = await client.post_json("/message/send", cmd=kind, dstid=dstid, cid=f"n{number}", **fields)
        assert answer["code"] == 0, (number, answer)
        numbers[answer["data"]["id"]] = number
    return numbers
