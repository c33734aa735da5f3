"""Who listens to which group, whatever order people come and go in."""

import random

import pytest

from hub.channels import Channels
from hub.connection import Connection
from hub.ports import memory
from tests.hub.sockets import RecordingSocket


@pytest.fixture
def channels():
    return Channels(memory.alone().bus)


def connection(user_id: int) -> Connection:
    return Connection(user_id, user_id, True, "zh", RecordingSocket(), lambda one: None, 1000)


def heard(channels: Channels, group_id: int) -> list[int]:
    return sorted(one.user_id for one in channels.ways(group_id).connections)


def test_any_coming_and_going(channels):
    """Whoever joins, leaves, comes back, joins twice or disconnects is a listener exactly while they should
    be, and each once."""
    dice = random.Random(1)
    people = [connection(user_id) for user_id in range(1, 400)]
    groups = {group_id: set() for group_id in (7, 8)}
    for one in people:
        channels.add(one)
    for _ in range(6000):
        one, group_id, members = dice.choice(people), *dice.choice(list(groups.items()))
        if dice.random() < 0.6:
            channels.join(one, [group_id, group_id])
            members.add(one.user_id)
        else:
            channels.leave(one, [group_id, 9])
            members.discard(one.user_id)
        if dice.random() < 0.05:
            assert heard(channels, group_id) == sorted(members)
        assert (group_id in one.groups) == (one.user_id in members)
    for group_id, members in groups.items():
        assert len(channels.groups[group_id]) == len(members)
        assert heard(channels, group_id) == sorted(members)
    for one in people:
        channels.remove(one)
    assert not channels.groups and not channels.users and not channels.sessions


def test_a_disconnected_one_is_let_go(channels):
    """Of those who have disconnected from a quiet group no more than some are remembered."""
    people = [connection(user_id) for user_id in range(1, 1001)]
    for one in people:
        channels.add(one)
        channels.join(one, [7])
    for one in people[:900]:
        channels.remove(one)
    group = channels.groups[7]
    assert len(group) == 100 and len(group._listeners) < 120


def test_people_in_the_same_groups(channels):
    """Who is in the same groups as the one before needs no list of their own; who leaves one does not take it
    from the others."""
    ann, bob, eve = (connection(user_id) for user_id in (1, 2, 3))
    for one in (ann, bob, eve):
        channels.add(one)
        channels.join(one, [7, 8])
    assert ann.groups is bob.groups is eve.groups
    channels.leave(bob, [7])
    assert (ann.groups, bob.groups, eve.groups) == ((7, 8), (8,), (7, 8))
    assert heard(channels, 7) == [1, 3]


def test_the_ways_of_a_large_group(channels):
    """The ways to a large group's listeners are the same until one of them changes."""
    people = [connection(user_id) for user_id in range(1, 301)]
    for one in people:
        channels.add(one)
        channels.join(one, [7])
    ways = channels.ways(7)
    assert channels.ways(7) is ways and not ways.stale and len(ways.sends) == 300
    channels.step(people[5])
    assert ways.stale and channels.ways(7) is not ways
    ways = channels.ways(7)
    channels.leave(people[6], [7])
    assert ways.stale and len(channels.ways(7).connections) == 299
    ways = channels.ways(7)
    channels.join(people[6], [7])
    assert ways.stale and people[6] in channels.ways(7).connections
