"""The numbers by which a running server is watched."""

import re
from collections.abc import Iterator
from dataclasses import fields

from actions.services import Services
from tests.app import App

#: What of `Services` has no life of its own.
PLAIN = {"config", "draining", "seal"}


def parts(services: Services) -> dict[str, object]:
    return {part.name: getattr(services, part.name) for part in fields(Services) if part.name not in PLAIN}


def leaves(told: dict) -> Iterator[object]:
    for value in told.values():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield value


def test_every_part_tells_its_numbers(app: App):
    """Whoever watches a server finds the numbers of every part, none hidden behind another's."""
    found = parts(app.services)
    assert [name for name, part in found.items() if not callable(getattr(part, "stats", None))] == []
    single = [number for part in found.values() for number in leaves(part.stats())]
    numbers = app.services.stats()
    assert len(numbers) == len(single)
    assert {type(number) for number in numbers.values()} == {int}
    assert [name for name in numbers if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


async def test_numbers_follow_what_happens(app: App):
    """A person who writes, with a picture, is seen in the numbers, and is gone from them with the socket."""
    ann = await app.client().register()
    async with ann.socket():
        numbers = app.services.stats()
        assert (numbers["hub_connections"], numbers["transport_direct"] + numbers["transport_stream"]) == (
            1,
            1,
        )
    assert (numbers["http_refused"], numbers["passwords_waiting"], numbers["media_failed"]) == (0, 0, 0)
    await ann.upload(b"GIF89a, and then nothing")
    assert app.services.stats()["media_failed"] == 1
