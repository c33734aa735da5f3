"""Several processes beside one, made very small."""

import asyncio
import json
import random
import sys
from pathlib import Path

import pytest

from bench.run import linux
from bench.run.databases import MariaDB, PostgreSQL
from bench.run.programs import Redis
from tests.bench.test_runs import bench, nothing_went_wrong
from tests.process import ROOT
from tests.servers import need

WAYS = [("mariadb", "redis")]
NEEDS = {"mariadb": MariaDB, "postgresql": PostgreSQL, "redis": Redis}
#: Enough for a server to be seen at work: it is looked at every few milliseconds of its CPU time.
SMALL = ("--clients", 12, "--rate", 1000, "--seconds", 0.5, "--rounds", 1)


@pytest.mark.parametrize("way", WAYS, ids="+".join)
@pytest.mark.gen_test(timeout=300)
async def test_two_processes_beside_one(tmp_path, way):
    """Both carry the same load, nothing is lost or doubled, and what each program cost is told."""
    for name in way:
        need(name, NEEDS[name].installed())
    figures, (database, broker) = tmp_path / "cluster.json", way
    code, text = await bench("cluster", *SMALL, "--database", database, "--broker", broker, "--json", figures)
    assert code == 0, text
    found = json.loads(figures.read_text())
    assert found["complete"] and (found["database"], found["broker"]) == way and found["processes"] == 2
    assert set(found["rooms"]) == {"pairs and rooms", "pairs", "rooms"}
    for rooms in found["rooms"].values():
        assert sum(rooms.values()) == pytest.approx(1.0)
    sides = [(run["traffic"], run["side"]) for run in found["runs"]]
    assert sides == [(traffic, side) for traffic in found["rooms"] for side in ("one", "part", "all")]
    for run in found["runs"]:
        nothing_went_wrong({**run, "log": {"checked": 1, "missing": 0, "gaps": 0}})
        both = run["side"] == "all"
        assert len(run["servers_cpu_s"]) == 1 + both and min(run["servers_cpu_s"]) > 0
        assert (run["broker_cpu_s"] > 0) == (both and broker == "redis")
        assert 0 < run["counted"]["commits"] <= run["acked"] <= run["counted"]["published"]
        assert (run["counted"]["received"] > 0) == both
    wanted = {"gain of 2 by CPU a message", "between processes, by samples"}
    assert wanted < {figure["figure"] for figure in found["figures"]}
    assert "looked up: 0 missing, 0 gaps" in text and "lost 0, doubled 0, out of order 0" in text


@pytest.mark.gen_test(timeout=120)
async def test_one_process_alone(tmp_path):
    """One process on SQLite is measured by itself, with nothing to be held against."""
    figures = tmp_path / "cluster.json"
    code, text = await bench("cluster", *SMALL, "--database", "sqlite", "--processes", 1, "--json", figures)
    assert code == 0, text
    found = json.loads(figures.read_text())
    assert found["complete"] and found["figures"] == [] and found["broker"] == ""
    assert {run["side"] for run in found["runs"]} == {"one"}


@pytest.mark.gen_test(timeout=120)
async def test_it_ends_what_it_has_started():
    """Told to end, in the middle or while a database is about to start, it leaves nothing behind."""
    need("postgresql", PostgreSQL.installed())
    for word in (b"filling", b"sending"):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench", "cluster", *map(str, SMALL), "--database", "postgresql"),
            *("--broker", "postgresql"),
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        while word not in (line := await child.stderr.readline()):
            assert line, "it ended by itself"
        if word == b"filling":
            await asyncio.sleep(random.random())  # the other side's database is made next
        started = linux.tree(child.pid)
        assert len(started) > 3
        child.terminate()
        await child.communicate()
        assert child.returncode == 130
        assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


async def test_what_does_not_go_together():
    """A database that is for one process, or a broker that is not there, is named before anything starts."""
    code, text = await bench("cluster", "--database", "sqlite")
    assert code == 2 and "SQLite is for one process" in text
    code, text = await bench("cluster", "--broker", "postgresql")
    assert code == 2 and "--database postgresql" in text
    code, text = await bench("cluster", "--window", 4)
    assert code == 2 and "--rate" in text
