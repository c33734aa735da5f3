"""One commit beside another, made very small."""

import json

import pytest

from tests.bench.test_runs import bench, nothing_went_wrong
from tests.process import ROOT


@pytest.mark.gen_test(timeout=180)
async def test_a_commit_beside_itself(tmp_path):
    """The rows asked for run on both checkouts in turn, and figures, ratios and a verdict come out."""
    figures = tmp_path / "versus.json"
    code, text = await bench(
        "versus",
        "--before",
        ROOT,
        "--before-env",
        "IM_MESSAGES_MAX_BATCH=64",
        "--only",
        "pairs",
        "--rounds",
        2,
        "--scale",
        0.01,
        "--seconds",
        0.3,
        "--json",
        figures,
    )
    assert code == 0, text
    found = json.loads(figures.read_text())
    order = [(run["row"], run["side"]) for run in found["runs"]]
    turns = ["before", "after", "after", "before"]
    assert order == [("pairs", side) for side in turns]
    for run in found["runs"]:
        nothing_went_wrong(run)
    assert found["complete"] and found["after"]["folder"] == str(ROOT)
    by_name = {figure["figure"]: figure for figure in found["figures"]}
    cpu = by_name["CPU per message"]
    assert len(cpu["before"]) == len(cpu["after"]) == len(cpu["ratios"]) == 2 and min(cpu["ratios"]) > 0
    assert cpu["low"] <= cpu["ratio"] <= cpu["high"]
    assert set(by_name) == {"CPU per message", "delivery p50", "delivery p99", "ack p99", "messages"}
    assert "worse by more than 3%" in text and "after ÷ before" in text


async def test_a_folder_without_a_server(tmp_path):
    """A mistyped folder or row is named before anything starts."""
    code, text = await bench("versus", "--before", tmp_path)
    assert code == 2 and "no server.py" in text
    code, text = await bench("versus", "--before", ROOT, "--only", "pears")
    assert code == 2 and "pears" in text and "room-64" in text
    code, text = await bench("room", "--before", ROOT)
    assert code == 2 and "versus" in text
