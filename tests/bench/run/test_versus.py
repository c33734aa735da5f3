"""One commit beside another, made very small."""

import json

from tests.bench.test_runs import bench
from tests.process import ROOT


async def test_a_commit_beside_itself(tmp_path):
    """The rows asked for run on both checkouts in turn, and figures, ratios and a verdict come out."""
    figures = tmp_path / "versus.json"
    code, text = await bench(
        "versus",
        "--before",
        ROOT,
        "--before-env",
        "MAGPIE_MESSAGES_MAX_BATCH=64",
        "--only",
        "pairs",
        "--rounds",
        2,
        "--scale",
        0.01,
        "--seconds",
        0.4,
        "--json",
        figures,
    )
    assert code == 0, text
    found = json.loads(figures.read_text())
    turns = [(run["round"], run["pair"], run["side"]) for run in found["runs"]]
    for number, first, second in ((0, "before", "after"), (1, "after", "before")):
        there, back = [(number, 0, first), (number, 0, second)], [(number, 1, second), (number, 1, first)]
        assert turns[10 * number : 10 * number + 6] == [
            (number, None, first),
            (number, None, second),
            *there,
            *back,
        ]
    assert len(turns) == 20
    for run in found["runs"]:
        assert run["complete"] and run["errors"] == [] and run["delivered"] == run["expected"] > 0
    looked_up = [run["log"] for run in found["runs"] if run["log"]]
    assert len(looked_up) == 4 and all(log["checked"] == log["acked"] > 0 for log in looked_up)
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
