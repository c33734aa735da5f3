"""Who has a conversation on the screen, wherever they are connected."""

import asyncio

from actions.looking import Looking
from hub.audience import Look
from hub.ports.memory import Exchange
from tests.hub.process import Clock, Process

CHAT = (7, 10, 3)


async def test_in_another_process():
    """What somebody looks at in another process is known here; what nobody looks at, too, as soon as all
    have answered."""
    exchange = Exchange(Clock())
    processes = [Process(exchange) for _ in range(3)]
    lookings = [Looking(process.hub, lambda: 3) for process in processes]
    there = processes[1].connect(7)
    assert await lookings[0].among([CHAT]) == set()
    processes[1].hub.look(there, Look(10, 3, False))
    assert [await looking.among([CHAT, (7, 11, 3)]) for looking in lookings] == [{CHAT}] * 3
    processes[1].hub.look(there, Look(0, 0, False))
    assert await lookings[0].among([CHAT]) == set()
    assert all(not looking._questions for looking in lookings)


async def test_nobody_is_asked_in_vain(monkeypatch):
    """Others are asked only about people who are online; a silent process is not waited for long."""
    monkeypatch.setattr("actions.looking.PATIENCE_S", 0.01)
    exchange = Exchange(Clock())
    here, there = Process(exchange), Process(exchange)
    looking = Looking(here.hub, lambda: 2)
    assert await looking.among([CHAT]) == set()
    assert here.ports.control.stats()["given"] == 0
    there.hub.look(there.connect(7), Look(*CHAT[1:], False))
    exchange.cut(there.ports)
    Looking(there.hub, lambda: 2)
    await asyncio.sleep(0)
    assert await looking.among([CHAT]) == set()
