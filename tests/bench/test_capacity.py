"""What so many people take: the table in the docs is what the arithmetic says."""

from itertools import pairwise
from pathlib import Path

import pytest

from bench.run.capacity import COSTS, HABITS, need, table

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["scaling.md", "zh/scaling.md"])
def test_the_table_in_the_docs(page):
    """It is written by ``python -m bench capacity``."""
    text = (DOCS / page).read_text("utf-8")
    assert text.split("<!-- python -m bench capacity -->\n")[1].split("\n<!-- end -->")[0] == table()


def test_more_people_take_more():
    """A small team needs one process; ten times as many people never need less of anything."""
    assert (need(1000).processes, need(1000).cells, need(1000).bus_mb) == (1, 1, 0)
    sizes = [need(10.0**power) for power in range(3, 9)]
    for less, more in pairwise(sizes):
        assert more.messages > less.messages and more.connections > less.connections
        assert more.cells * more.processes >= less.cells * less.processes


def test_no_cell_is_too_large():
    """However many people there are, no log, no process and no bus has more than it carries."""
    for users in (1e6, 1e7, 1e8, 1e9):
        of = need(users)
        assert of.messages / of.cells <= COSTS.most_messages
        assert of.connections / of.cells / of.processes <= COSTS.most_connections
        assert of.bus_mb * 1e6 <= COSTS.most_bus_bytes
    assert need(1e6, HABITS._replace(online=1.0)).processes == 2 * need(1e6).processes - 1
