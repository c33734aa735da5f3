"""How much of a thing somebody may have holds for many tries at the same moment, too, on all databases."""

from models import groups, joining, reports, reviews
from models.tables import Link, Report, Review
from protocol.errors import Refused
from protocol.messages import SINGLE, Message
from tests.models.people import NOW, all_at_once, count, newcomer, newcomers

AT_ONCE, MOST = 8, 3


def refused(results) -> int:
    return len([result for result in results if isinstance(result, Refused)])


async def test_links(busy, monkeypatch):
    """A group has no more than so many."""
    monkeypatch.setattr("models.joining.MAX_LINKS", MOST)
    ann = await newcomer(busy)
    group = (await busy.write(groups.create_community, ann, "Birds", "", 0, "", 5, NOW))["id"]
    results = await all_at_once(
        *(busy.write(joining.make_link, ann, group, None, 0, NOW) for _ in range(AT_ONCE))
    )
    assert (await count(busy, Link), refused(results)) == (MOST, AT_ONCE - MOST)


async def test_reports(busy, monkeypatch):
    """Nobody has more of them open than so many."""
    monkeypatch.setattr("models.reports.MAX_OPEN_REPORTS", MOST)
    ann, *others = await newcomers(busy, AT_ONCE + 1)
    results = await all_at_once(
        *(busy.write(reports.add, ann, "user", other, 0, 0, "why", False, 0, NOW) for other in others)
    )
    assert (await count(busy, Report), refused(results)) == (MOST, AT_ONCE - MOST)


async def test_reviews(busy, monkeypatch):
    """Nobody has more messages waiting than so many, wherever they go."""
    monkeypatch.setattr("models.reviews.MAX_WAITING", MOST)
    ann, *others = await newcomers(busy, AT_ONCE + 1)
    results = await all_at_once(
        *(
            busy.write(reviews.hold, Message(ann, other, SINGLE, 1, content="held"), None, 0, "held", NOW)
            for other in others
        )
    )
    assert (await count(busy, Review), refused(results)) == (MOST, AT_ONCE - MOST)
