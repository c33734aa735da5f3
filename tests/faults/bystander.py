"""Two friends who write to each other while somebody else misbehaves: what they notice of it.

    async with Bystanders(server) as friends:
        calm = await friends.during(asyncio.sleep(3))
        flooded = await friends.during(flood())
    flooded.compare(calm)

The server runs in a process of its own with limits on (``process(data,
MAGPIE_LIMITS_ENABLED="true")``); a flood that needs CPU of its own should too, so that the test's loop stays
free to measure.
"""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from tests.handlers.people import friends, text
from tests.process import Process

#: Seconds between two messages: ten a second stay below what a user may send.
PAUSE_S = 0.1
#: How much slower a bystander's median may become. Calm it is a few milliseconds: one turn of the loop and
#: one commit; the floor keeps a busy machine's noise out of it.
RATIO, FLOOR_S = 20, 0.25


@dataclass
class Flow:
    """What came of the friends' messages in one span of time."""

    sent: int = 0
    refused: list[dict] = field(default_factory=list)
    acks_s: list[float] = field(default_factory=list)  #: seconds until each ack
    result: Any = None  #: what the awaited work returned

    @property
    def median_s(self) -> float:
        return sorted(self.acks_s)[len(self.acks_s) // 2]

    def compare(self, calm: "Flow") -> None:
        """Every message was acknowledged and delivered, and acks came about as soon as in the calm."""
        assert not self.refused, self.refused[:3]
        assert len(self.acks_s) == self.sent > 0
        allowed = max(FLOOR_S, RATIO * calm.median_s)
        assert self.median_s < allowed, f"acks took {self.median_s:.3f} s, calm {calm.median_s:.3f} s"


class Bystanders:
    """Opens a socket for each of two friends; delivery is checked at the end of each span."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._count = 0

    async def __aenter__(self) -> "Bystanders":
        self.ann, self.bob = await friends(self._server)
        self._from = await self.ann.socket().open()
        self._to = await self.bob.socket().open()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._from.close()
        self._to.close()

    async def during(self, work: Awaitable[Any]) -> Flow:
        """Writes, one message after the ack of the one before, until `work` is done."""
        flow, working = Flow(), asyncio.ensure_future(work)
        cids = []
        while not working.done():
            self._count += 1
            cid = f"bystander {self._count}"
            begun = time.monotonic()
            await self._from.send(text(self.bob.user_id, cid, cid))
            flow.sent += 1
            answer = await self._from.receive(1, 2)
            if answer["cmd"] == 1:
                flow.acks_s.append(time.monotonic() - begun)
                cids.append(cid)
            else:
                flow.refused.append(answer)
            await asyncio.wait([working], timeout=PAUSE_S)
        flow.result = await working
        assert [(await self._to.receive(10))["cid"] for _ in cids] == cids
        return flow
