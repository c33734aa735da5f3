"""What is done to a large group, beside the same in a small one, made very short."""

import json

from tests.bench.test_runs import bench


async def test_each_deed_is_measured(tmp_path):
    """Each is done to both groups, and its cost told."""
    figures = tmp_path / "groups.json"
    code, text = await bench("groups", "--clients", 60, "--json", figures)
    assert code == 0, text
    found = json.loads(figures.read_text())
    small, large = found["cpu_us"]
    assert found["members"] == [10, 60] and small.keys() == large.keys()
    assert {"coming in", "removing one", "muting one", "dissolving"} < small.keys()
    assert all(cost > 0 for cost in (*small.values(), *large.values()))
    assert all(name in text for name in small)
