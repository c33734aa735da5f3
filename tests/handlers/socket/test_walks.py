"""All devices agree: whatever people do and whoever is away meanwhile, each device knows in the end what a
fresh one is told."""

import os
import random

import pytest

from tests.handlers.http.test_previews import linked, quiet
from tests.handlers.people import friends, group
from tests.handlers.socket.walk import Walk
from tests.website import html

#: More by hand: WALKS=5000.
WALKS = int(os.environ.get("WALKS", "60"))
#: Walks of one test, so that they can be spread over processes.
TOGETHER = 20


@pytest.mark.parametrize("number", range(-(-WALKS // TOGETHER)))
async def test_all_devices_agree(tmp_path, number):
    """A random walk of messages, marks and changes, with one device of each going away and coming back, and
    with links that get previews at any moment."""
    seed = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID", number)).randrange(10**6) + number
    async with linked(tmp_path) as (app, site):
        site.pages = {f"/{n}": html(f"<title>{n}</title>") for n in range(3)}
        for walk in range(min(TOGETHER, WALKS)):
            dice = random.Random(f"{seed}-{walk}")
            people = await friends(app)
            devices = [person for person in people for _ in range(2)]
            walking = Walk(dice, await group(*people), devices, site.url)
            try:
                await walking.go()
                await quiet(app)
                await walking.compare()
            except BaseException:
                print(f"walk {seed}-{walk}")
                raise
        assert app.services.previews.stats()["previews_shown"]
