"""Pings: a client whose line went dead without a word is found out, and nobody else is cut off."""

import pytest

from hub.websocket.pinger import Pinger

INTERVAL, TIMEOUT = 30, 20


class Client:
    """What the pinger sees of a connection."""

    kind = "direct"

    def __init__(self, answers=True, paused=False):
        self.answers, self.paused = answers, paused
        self.unanswered = self.gone = False
        self.seat, self.pings = None, 0

    def ping(self):
        self.pings += 1
        self.unanswered = not self.answers

    def cut(self):
        self.gone = True


@pytest.fixture
def pinger(io_loop):
    async def begin():
        return Pinger(INTERVAL, TIMEOUT)

    made = io_loop.run_sync(begin)
    made._task.cancel()  # the test is the clock
    return made


def pass_by(pinger, seconds):
    for _ in range(seconds):
        pinger.tick()


def test_everybody_is_pinged_once_an_interval(pinger):
    """Connections that came at different times are pinged once in each interval, not all at once."""
    clients, at_once = [], []
    for _ in range(INTERVAL):
        clients.append(Client())
        pinger.add(clients[-1])
        pinger.tick()
    for _ in range(INTERVAL * 3):
        before = sum(client.pings for client in clients)
        pinger.tick()
        at_once.append(sum(client.pings for client in clients) - before)
    assert max(at_once) == 1
    assert {client.pings for client in clients} <= {3, 4} and not any(client.gone for client in clients)


def test_a_dead_line_is_cut(pinger):
    """Who does not answer within the timeout is cut off, within an interval and a timeout of going silent."""
    dead, alive = Client(answers=False), Client()
    for client in (dead, alive):
        pinger.add(client)
    pass_by(pinger, INTERVAL + TIMEOUT)
    assert dead.gone and not alive.gone


def test_a_paused_connection_is_not_cut(pinger):
    """While the server itself does not read a socket, silence means nothing; afterwards it does."""
    client = Client(answers=False, paused=True)
    pinger.add(client)
    pass_by(pinger, 3 * INTERVAL)
    assert not client.gone
    client.paused = False
    pass_by(pinger, INTERVAL + TIMEOUT)
    assert client.gone


def test_who_has_left_is_not_pinged(pinger):
    """A connection that has ended is forgotten."""
    client = Client()
    pinger.add(client)
    pinger.discard(client)
    pinger.discard(client)
    pass_by(pinger, 2 * INTERVAL)
    assert client.pings == 0
