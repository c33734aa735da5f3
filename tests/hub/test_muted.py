"""Whom an operator has muted, as each process keeps it in memory."""

import pytest

from hub.muted import Muted
from hub.ports.control import UserMuted
from hub.ports.memory import Exchange
from protocol.errors import Refused

ANN, BOB = 7, 8


@pytest.fixture
def two():
    """The same at two processes, at the time 1000."""
    exchange = Exchange()
    ports = [exchange.join() for _ in range(2)]
    return ports, [Muted(port.control, lambda: 1000) for port in ports]


def is_muted(muted, user_id=ANN):
    try:
        muted.refuse(user_id)
    except Refused as refusal:
        return refusal.data["until"]
    return 0


async def test_every_process_knows(two):
    """Who is muted at one process is muted at the other, until then; nobody else is."""
    ports, both = two
    ports[0].control.tell([UserMuted(ANN, 1001, 1)])
    assert [is_muted(muted) for muted in both] == [1001, 1001]
    assert [is_muted(muted, BOB) for muted in both] == [0, 0]
    assert [muted.stats() for muted in both] == [{"muted_users": 1}] * 2
    ports[1].control.tell([UserMuted(ANN, 0, 2)])
    assert [is_muted(muted) for muted in both] == [0, 0]


async def test_it_ends_by_itself(two):
    """When its time has come there is nothing to be told."""
    ports, both = two
    ports[0].control.tell([UserMuted(ANN, 1000, 1)])
    assert is_muted(both[0]) == 0


async def test_the_later_decision_counts(two):
    """Two operators at two processes decide at once: each process ends with what was decided last, in
    whatever order it hears of it."""
    ports, both = two
    for order in ([2, 1], [4, 3]):
        for number in order:
            ports[number % 2].control.tell([UserMuted(ANN, 2000 + number if number < 3 else 0, number)])
        expected = 2002 if order == [2, 1] else 0
        assert [is_muted(muted) for muted in both] == [expected] * 2


async def test_read_again(two):
    """What was missed is made up for from the database; an order that comes meanwhile has it read again, and
    an old one that comes afterwards changes nothing."""
    ports, (here, _) = two
    ports[0].control.tell([UserMuted(ANN, 5000, 3)])
    mark = here.mark
    assert here.read({BOB: (4000, 1)}, mark)
    assert (is_muted(here), is_muted(here, BOB)) == (0, 4000)
    ports[0].control.tell([UserMuted(ANN, 5000, 2)])
    assert is_muted(here) == 0
    assert not here.read({}, mark)
    assert is_muted(here, BOB) == 4000
