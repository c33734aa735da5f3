"""Who has which conversation on the screen, in any process."""

import asyncio
import secrets
from collections.abc import Callable, Sequence

from hub.hub import Hub
from hub.ports.control import LooksAsked, LooksTold, Order

#: A user, and kind and dstid of a conversation as they see it.
Place = tuple[int, int, int]

#: Seconds for which other processes are waited for. One that is silent for longer is as good as dead.
PATIENCE_S = 0.5
#: Places of one question.
_MOST = 500


class _Question:
    __slots__ = ("answered", "looked", "over", "places")

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)
        self.looked: set[Place] = set()
        self.answered = 0
        self.over = asyncio.Event()


class Looking:
    """`among` asks, and every process answers what is asked by others. `processes`: how many there are."""

    def __init__(self, hub: Hub, processes: Callable[[], int] | None = None) -> None:
        self._hub = hub
        self._processes = processes or hub.ports.processes
        self._questions: dict[int, _Question] = {}
        hub.ports.control.listen(self._obey)

    async def among(self, places: Sequence[Place]) -> set[Place]:
        """Those of `places` that somebody has on the screen. Only about people who are online anywhere other
        processes are asked; what does not answer soon does not count."""
        looked = {place for place in places if self._hub.looks(*place)}
        others = self._processes() - 1
        if others > 0:
            online = self._hub.ports.presence.online({user for user, _, _ in places})
            asked = [place for place in places if place not in looked and place[0] in online]
            for at in range(0, len(asked), _MOST):
                looked |= await self._ask(asked[at : at + _MOST], others)
        return looked

    async def _ask(self, places: Sequence[Place], others: int) -> set[Place]:
        number = secrets.randbelow(2**53)
        question = self._questions[number] = _Question(places)
        self._hub.order([LooksAsked(number, question.places)])
        try:
            async with asyncio.timeout(PATIENCE_S):
                while question.answered < others:
                    question.over.clear()
                    await question.over.wait()
        except TimeoutError:
            pass
        finally:
            del self._questions[number]
        return question.looked

    def _obey(self, order: Order) -> None:
        if isinstance(order, LooksAsked) and order.number not in self._questions:
            places = tuple(at for at, place in enumerate(order.looks) if self._hub.looks(*place))
            # An order gives no orders itself.
            asyncio.get_running_loop().call_soon(self._hub.order, [LooksTold(order.number, places)])
        elif isinstance(order, LooksTold) and order.number in self._questions:
            question = self._questions[order.number]
            question.looked |= {question.places[at] for at in order.places if at < len(question.places)}
            question.answered += 1
            question.over.set()
