"""Where the time of a server goes, asked while it runs."""

import asyncio
import json
import signal
import sys

from bench.run.server import SAMPLER

SERVER = """
import sys
sys.path.insert(0, {root!r})
from hub.ports import busy
print("http://127.0.0.1:1", flush=True)
while True:
    busy.work()
"""


async def told(child: asyncio.subprocess.Process, file) -> dict[str, float]:
    """Begins, waits for some CPU time to pass, ends; what it has written."""
    child.send_signal(signal.SIGUSR1)
    for _ in range(200):
        await child.stdout.readline()
    child.send_signal(signal.SIGUSR1)
    while not file.exists():
        await asyncio.sleep(0.01)
    found = json.loads(file.read_text())
    file.unlink()
    return found


async def test_time_goes_to_who_asked_for_it(tmp_path):
    """What a library does for a file of the server counts as the file's, and each question begins anew."""
    root, data = tmp_path / "server", tmp_path / "data"
    (root / "hub" / "ports").mkdir(parents=True)
    data.mkdir()
    (root / "server.py").write_text(SERVER.format(root=str(root)))
    (root / "hub" / "ports" / "busy.py").write_text(
        "import json\n\ndef work():\n    for _ in range(20):\n        json.dumps([{'a': [1] * 50}] * 20)\n"
        "    print('.', flush=True)\n"
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(SAMPLER), str(root / "server.py"), "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert b"http" in await child.stdout.readline()
        for _ in range(2):
            took = await told(child, data / f"samples-{child.pid}.json")
            assert set(took) <= {"hub/ports/busy.py", ""}
            assert took["hub/ports/busy.py"] > 0.9 * sum(took.values())
    finally:
        child.kill()
        await child.communicate()
