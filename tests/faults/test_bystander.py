"""The yardstick of the flood tests itself: calm is calm, and a server that does not answer is noticed."""

import asyncio
import signal

import pytest

from tests.faults.bystander import Bystanders
from tests.process import process


async def test_calm_and_standstill(tmp_path):
    """Two calm spans are alike; a server that stands still for a second is not."""
    async with process(tmp_path, MAGPIE_LIMITS_ENABLED="true") as server, Bystanders(server) as friends:
        calm = await friends.during(asyncio.sleep(0.5))
        (await friends.during(asyncio.sleep(0.5))).compare(calm)

        async def stand_still() -> None:
            server.child.send_signal(signal.SIGSTOP)
            await asyncio.sleep(1)
            server.child.send_signal(signal.SIGCONT)

        with pytest.raises(AssertionError, match="acks took"):
            (await friends.during(stand_still())).compare(calm)
