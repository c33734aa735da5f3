"""The cases of the Autobahn test-suite, 1–7, 9.1.1, 9.1.2, 9.2.1 and 10, against both transports: every one
of them strictly. By kosoku, which runs the suite's own cases on Python 3, and by wstest itself where a Python
2 has it."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CASES = [f"{group}.*" for group in (*range(1, 8), 10)] + ["9.1.1", "9.1.2", "9.2.1"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def echo(transport: str):
    """The echo program; its port."""
    port = free_port()
    command = [sys.executable, "-m", "bench", "echo", "--port", str(port), "--transport", transport]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert f"transport {transport}" in program.stdout.readline()
        yield port
    finally:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("transport", ["direct", "stream"])
def test_every_case(transport):
    """All 250 cases pass as the RFC has it, none of them by a loophole."""
    kosoku = pytest.importorskip("kosoku")

    async def run(port: int) -> list:
        return await kosoku.run_fuzzingclient(f"ws://127.0.0.1:{port}", CASES, concurrency=4)

    with echo(transport) as port:
        results = asyncio.run(run(port))
    verdicts = Counter(f"{result.behavior} {result.behavior_close}" for result in results)
    assert sum(verdicts.values()) == 250
    assert set(verdicts) == {
        "Behavior.OK BehaviorClose.OK",
        "Behavior.INFORMATIONAL BehaviorClose.INFORMATIONAL",
    }, verdicts
    assert {result.case_id for result in results if "INFORMATIONAL" in str(result.behavior)} == {
        "7.1.6",
        "7.13.1",
        "7.13.2",
    }


@pytest.mark.skipif(shutil.which("wstest") is None, reason="wstest is not installed")
@pytest.mark.parametrize("transport", ["direct", "stream"])
def test_the_suite_itself(transport, tmp_path):
    """The same by the suite's own program."""
    with echo(transport) as port:
        spec = tmp_path / "spec.json"
        spec.write_text(
            json.dumps(
                {
                    "outdir": str(tmp_path / "reports"),
                    "servers": [{"agent": "magpie", "url": f"ws://127.0.0.1:{port}"}],
                    "cases": CASES,
                    "exclude-cases": [],
                    "exclude-agent-cases": {},
                }
            )
        )
        subprocess.run(["wstest", "-m", "fuzzingclient", "-s", spec], cwd=tmp_path, check=True, timeout=300)
    found = json.loads((tmp_path / "reports" / "index.json").read_text())["magpie"]
    assert len(found) == 250
    verdicts = Counter((case["behavior"], case["behaviorClose"]) for case in found.values())
    assert set(verdicts) == {("OK", "OK"), ("INFORMATIONAL", "INFORMATIONAL")}, verdicts
