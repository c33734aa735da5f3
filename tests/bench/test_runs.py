"""The load test as people start it, made very small."""

import asyncio
import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

from bench.run.dataset import read_users
from tests.process import ROOT, process

#: A storm waits for the good-byes of a stopping server.
ENVIRONMENT = {"MAGPIE_SERVER_DRAIN_SECONDS": "0.3"}


async def bench(*arguments: object, **env: str) -> tuple[int, str]:
    """Runs `python -m bench`: exit code, what it printed. `env`: more variables."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("IM_", "MAGPIE_"))}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench",
        *map(str, arguments),
        cwd=ROOT,
        env={**own, **ENVIRONMENT, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, progress = await child.communicate()
    except BaseException:
        child.kill()
        raise
    return child.returncode, out.decode() + progress.decode()


def runs(file: Path) -> list[dict]:
    return json.loads(file.read_text())["runs"]


def nothing_went_wrong(run: dict) -> None:
    """All connected, each message acknowledged, delivered once and in order to everybody, and found
    stored."""
    assert run["connected"] == run["clients"] and run["errors"] == []
    assert run["sent"] == run["acked"] and run["refused"] == 0
    assert run["delivered"] == run["expected"]
    assert run["lost"] == run["doubled"] == run["disordered"] == 0
    if run["sent"]:
        assert run["log"]["checked"] > 0 and run["log"]["missing"] == run["log"]["gaps"] == 0
    assert run["complete"]


async def run_small(tmp_path: Path, scenario: str, *arguments: object) -> dict:
    """One scenario with twenty people for a second; its figures, after looking that all is well."""
    figures, drawing = tmp_path / "run.json", tmp_path / "run.svg"
    code, text = await bench(
        scenario, "--clients", 20, "--seconds", 1, "--json", figures, "--svg", drawing, *arguments
    )
    assert code == 0, text
    [run] = runs(figures)
    nothing_went_wrong(run)
    assert ElementTree.parse(drawing).getroot().tag.endswith("svg")
    assert run["label"] in text
    return run


async def test_room_at_a_rate_with_a_pair_beside_it(tmp_path):
    """A pair beside a room is counted by itself, in a client process of its own."""
    run = await run_small(tmp_path, "room", "--rate", 50, "--pair", 20, "--processes", 2)
    assert run["clients"] == 22 and set(run["streams"]) == {"room", "pair"}
    assert run["streams"]["pair"]["sent"] > 1 and run["streams"]["room"]["delivered"] > 19


async def test_mixed(tmp_path):
    """In a company's day those who were away have everything in the end."""
    run = await run_small(tmp_path, "mixed", "--seconds", 2, "--rate", 100)
    assert set(run["streams"]) == {"private", "team", "department", "everybody"}
    assert run["people"]["departures"]["done"] > 0 and run["fetched"] > 0
    assert all(habit["done"] > 0 for habit in run["people"].values())


async def test_all(tmp_path):
    """The whole table is measured, connect, room, pairs, storm and mixed, each figure beside its target."""
    figures, drawing = tmp_path / "all.json", tmp_path / "all.svg"
    code, text = await bench("all", "--scale", 0.002, "--seconds", 0.5, "--json", figures, "--svg", drawing)
    assert code == 0, text
    for run in runs(figures):
        nothing_went_wrong(run)
        assert run["sent"] or run["scenario"] == "connect"
    assert {run["scenario"] for run in runs(figures)} == {"connect", "room", "pairs", "storm", "mixed"}
    found = json.loads(figures.read_text())
    assert len(found["floor_us"]) == 2 and all(found["floor_us"].values())
    assert sum(figure["target"] is not None for figure in found["figures"]) == 11
    assert all((figure["target"] is None) == (figure["met"] is None) for figure in found["figures"])
    assert ElementTree.parse(drawing).getroot().tag.endswith("svg")


async def test_on_a_server_that_is_there(tmp_path):
    """With --url and a list of users, friends and groups are made by calls and the run is the same."""
    users = tmp_path / "users.tsv"
    code, text = await bench(
        "pairs", "--clients", 6, "--seconds", 0.2, "--data", tmp_path / "data", "--users-out", users
    )
    assert code == 0 and len(read_users(users)) == 6, text
    async with process(tmp_path / "data") as server:
        for scenario in ("room", "pairs"):
            figures = tmp_path / f"{scenario}.json"
            code, text = await bench(
                scenario,
                "--clients",
                6,
                "--seconds",
                0.5,
                "--url",
                server.url,
                "--users",
                users,
                "--pid",
                server.child.pid,
                "--json",
                figures,
            )
            assert code == 0, text
            nothing_went_wrong(runs(figures)[0])
            assert runs(figures)[0]["server_cpu_s"] > 0


async def test_other_machines_are_left_alone(tmp_path):
    """A load test of somebody else's machine is refused."""
    users = tmp_path / "users.tsv"
    users.write_text("1\tabc\n")
    code, text = await bench("pairs", "--clients", 2, "--url", "http://192.0.2.1:8080", "--users", users)
    assert code == 2 and "loopback" in text


async def test_a_server_that_does_not_start(tmp_path):
    """When the server cannot start, its own words say why."""
    code, text = await bench("room", "--clients", 4, "--data", tmp_path, MAGPIE_SERVER_BACKLOG="plenty")
    assert code == 2 and "MAGPIE_SERVER_BACKLOG" in text


def servers_on(data: Path) -> list[int]:
    """Processes that were given this data directory."""
    found = []
    for process_folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (process_folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        if b"--data" in words and str(data).encode() in words and b"-m" not in words:
            found.append(int(process_folder.name))
    return found


async def test_it_ends_what_it_has_started(tmp_path):
    """A load test that is told to end leaves no server behind."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench", "room", "--clients", "4", "--seconds", "60"),
        *("--data", str(tmp_path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    while not (await child.stderr.readline()).startswith(b"sending"):
        assert child.returncode is None
    assert len(servers_on(tmp_path)) == 1
    child.terminate()
    await child.communicate()
    assert child.returncode == 130 and servers_on(tmp_path) == []
