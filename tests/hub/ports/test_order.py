"""Several processes write to the same conversations: everybody reads them in the order of the commits."""

import random

import pytest

from hub.ports.bus import Publication
from hub.ports.order import HOLD_S, Order
from tests.hub.process import Clock


class Reader:
    """An `Order` and what came out of it, as (conversation, change)."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.read: list[tuple[int, int]] = []
        self.acks: list[str] = []
        self.missing: list[range] = []
        self.order = Order(self._deliver, self.missing.extend, self.clock)
        self.order.hold(True)

    def _deliver(self, items) -> None:
        self.read += [(item.group, item.change) for item in items if item.group]
        self.acks += [item.ack for item in items if item.ack]

    async def wait(self, seconds: float = HOLD_S) -> None:
        """What is late by then is given up."""
        self.clock.now += seconds
        self.order.look()


def batch(first: int, *said: tuple[int, int], last: int = 0) -> tuple[list[Publication], list[range]]:
    """A batch that took the numbers from `first`; said: (conversation, the change before in it)."""
    items = [
        Publication("", group=group, change=first + i, after=after) for i, (group, after) in enumerate(said)
    ]
    return items, [range(first, (last or first + len(said) - 1) + 1)]


@pytest.fixture
def reader(io_loop):
    made = Reader()
    yield made
    made.order.close()


def commits(dice: random.Random, count: int) -> list[tuple[list[Publication], list[range]]]:
    """Batches in the order of their commits, each with some messages in some of five conversations."""
    stands, number, made = dict.fromkeys(range(1, 6), 0), 1, []
    for _ in range(count):
        items, first = [], number
        for group in dice.sample(sorted(stands), dice.randint(1, 4)):
            items += [
                Publication("", group=group, change=number, after=stands[group])
                for _ in range(dice.randint(1, 3))
            ]
            stands[group] = number
            number += 1
        made.append((items, [range(first, number)]))
    return made


@pytest.mark.parametrize("seed", range(50))
async def test_commits_come_in_any_order(reader, seed):
    """However late some process publishes, each conversation is read in its order, all of it and once."""
    dice = random.Random(seed)
    made = commits(dice, 200)
    reader.order.take(*made[0])
    due = sorted(range(1, len(made)), key=lambda i: i + dice.choice((0, 0, 0, 1, 2, 9)) * dice.random())
    for i in due:
        reader.order.take(*made[i])
    for group in range(1, 6):
        said = [item.change for items, _ in made for item in items if item.group == group]
        assert [change for read, change in reader.read if read == group] == said
    numbers = reader.order.stats()
    assert (numbers["holding"], numbers["holes"], reader.missing) == (0, 0, [])
    assert numbers["held"] > 0


async def test_others_do_not_wait(reader):
    """Only the conversation whose message is missing waits for it."""
    reader.order.take(*batch(1, (7, 0)))
    late = batch(2, (7, 1))
    reader.order.take(*batch(3, (7, 2), (8, 0)))
    assert reader.read == [(7, 1), (8, 4)]
    reader.order.take(*late)
    assert reader.read == [(7, 1), (8, 4), (7, 2), (7, 3)]


async def test_what_never_comes(reader):
    """When a process dies between COMMIT and publishing, what follows goes on after a moment, and it is
    known which numbers nobody told of."""
    reader.order.take(*batch(1, (7, 0)))
    reader.order.take(*batch(4, (7, 3)))
    reader.order.take(*batch(5, (7, 4)))
    await reader.wait(HOLD_S / 2)
    assert reader.read == [(7, 1)]
    await reader.wait()
    assert reader.read == [(7, 1), (7, 4), (7, 5)]
    assert reader.missing == [range(2, 4)]
    reader.order.take(*batch(6, (7, 5)))
    assert reader.read[-1] == (7, 6)


async def test_given_up_and_late(reader):
    """What comes after it was given up was read from the log by then: it is told to nobody twice, but who
    said it here gets the ack."""
    reader.order.take(*batch(1, (7, 0)))
    items, changes = batch(2, (7, 1))
    items[0].origin, items[0].ack = 5, "ack"
    reader.order.take(*batch(3, (7, 2)))
    await reader.wait()
    reader.order.take(items, changes)
    assert reader.read == [(7, 1), (7, 3)]
    assert reader.acks == ["ack"]
    assert reader.order.stats()["late"] == 1


async def test_late_and_still_in_time(reader):
    """What comes late goes to its readers all the same if nothing later of its conversation was there."""
    reader.order.take(*batch(1, (7, 0)))
    late = batch(2, (8, 0), (7, 1))
    reader.order.take(*batch(4, (7, 3)))
    await reader.wait()
    assert (reader.read, reader.missing) == ([(7, 1), (7, 4)], [range(2, 4)])
    reader.order.take(*late)
    assert reader.read == [(7, 1), (7, 4), (8, 2)]
    reader.order.take(*late)
    assert reader.read[-1] == (8, 2) and reader.order.stats()["again"] == 2


async def test_read_from_the_log_and_late(reader):
    """Whether the log or the process that was late tells of it first, it is told once."""
    late, read = batch(2, (7, 1)), batch(2, (7, 1))
    reader.order.take(*batch(1, (7, 0)))
    for first, second in ((late, read), (read, late)):
        made = Reader()
        made.order.take(*batch(1, (7, 0)))
        made.order.take(*batch(3, (8, 0)))
        await made.wait()
        made.order.take(*first)
        made.order.take(*second)
        assert made.read == [(7, 1), (8, 3), (7, 2)]
        made.order.close()


async def test_the_last_one_never_comes(reader):
    """A process dies between COMMIT and publishing, and nobody says anything more: it is known all the
    same."""
    reader.order.take(*batch(1, (7, 0)))
    reader.order.expect(3)
    reader.order.take(*batch(2, (7, 1)))
    await reader.wait()
    assert (reader.read, reader.missing) == ([(7, 1), (7, 2)], [range(3, 4)])
    reader.order.expect(3)
    await reader.wait()
    assert reader.missing == [range(3, 4)]
    reader.order.take(*batch(3, (7, 2)))
    reader.order.take(*batch(4, (7, 3)))
    assert reader.read[-2:] == [(7, 3), (7, 4)]


@pytest.mark.parametrize("seed", range(20))
async def test_while_others_are_not_heard(reader, seed):
    """While the line is away each process goes on by itself, and when it is back what others said meanwhile
    comes late: nobody reads anything twice or after something later, and it is known that not all came."""
    dice = random.Random(seed)
    made = commits(dice, 200)
    reader.order.take(*made[0])
    theirs = []
    for i in range(1, 200):
        if i == 50:
            reader.order.hold(False)
        if 50 <= i < 120 and dice.random() < 0.5:
            theirs.append(made[i])
            continue
        if i == 120:
            reader.order.hold(True)
            for late in theirs + theirs[:5]:
                reader.order.take(*late)
            assert reader.order.skipped() and not reader.order.skipped()
        reader.order.take(*made[i])
    for group in range(1, 6):
        told = [change for read, change in reader.read if read == group]
        assert told == sorted(told)
        said = [item.change for items, _ in made for item in items if item.group == group]
        assert all(told.count(change) in (0, said.count(change)) for change in said)
        assert told[-20:] == said[-20:]
    assert reader.order.stats()["again"] > 0


async def test_many_holes_at_once(reader):
    """After a bad moment with many holes all goes on together, not hole by hole."""
    reader.order.take(*batch(1, (7, 0)))
    for number in range(3, 400, 2):
        reader.order.take(*batch(number, (7, number - 1)))
    await reader.wait()
    assert reader.read == [(7, 1)] + [(7, number) for number in range(3, 400, 2)]
    assert len(reader.missing) == 199


async def test_nobody_to_wait_for(reader):
    """While the others can't be heard nothing is held, and what was held goes out."""
    reader.order.take(*batch(1, (7, 0)))
    reader.order.take(*batch(3, (7, 2)))
    reader.order.hold(False)
    assert reader.read == [(7, 1), (7, 3)]
    reader.order.take(*batch(9, (7, 8)))
    assert reader.read[-1] == (7, 9)
    reader.order.hold(True)
    reader.order.take(*batch(10, (7, 9)))
    assert reader.read[-1] == (7, 10)


async def test_what_belongs_to_no_order(reader):
    """Typing, presence and the like wait for nothing."""
    reader.order.take(*batch(1, (7, 0)))
    reader.order.take([Publication("", group=7)])
    assert reader.read == [(7, 1), (7, 0)]
