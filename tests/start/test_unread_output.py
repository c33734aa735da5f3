"""Nobody reads what the server says: it serves on, and tells later what was lost."""

import asyncio
import os
import re
import subprocess
import sys
import threading

import pytest

from handlers.outlet import Outlet
from tests.app import PATIENCE, Client
from tests.process import ROOT, environment
from tests.servers import free_port


def start(data, stdout, stderr) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "server.py"), "--port", "0", "--data", str(data)],
        stdout=stdout,
        stderr=stderr,
        env=environment({"MAGPIE_SERVER_LOG_LEVEL": "debug"}),
    )


async def test_standard_error_that_nobody_reads(tmp_path):
    """When the pipe of standard error is full, calls and sockets are answered as before; when somebody
    reads again they learn how many lines are missing, and the log goes on."""
    reading, writing = os.pipe()
    child = start(tmp_path, subprocess.PIPE, writing)
    os.close(writing)
    client = Client(child.stdout.readline().decode().split()[-1])
    try:
        await client.register()
        line = "x" * 7000
        for _ in range(0, 2 << 20, len(line)):  # twice what may wait
            assert (await client.get(f"/{line}")).code == 404
        async with client.socket() as socket:
            await socket.send({"cmd": 10, "dstid": client.user_id, "media": 1, "content": "x", "cid": "1"})
            assert (await socket.receive(1))["cid"] == "1"
        read = bytearray()
        reader = threading.Thread(
            target=lambda: [read.extend(got) for got in iter(lambda: os.read(reading, 65536), b"")]
        )
        reader.start()
        async with asyncio.timeout(PATIENCE):
            while b"lost lines=" not in read:
                await asyncio.sleep(0.01)
        await client.get("/after")
        child.terminate()
        assert await asyncio.to_thread(child.wait, PATIENCE) == 0
        reader.join(PATIENCE)
        text = read.decode()
        assert (
            int(re.search(r"WARNING magpie.logs lost lines=(\d+): nobody read them in time\n", text)[1]) > 100
        )
        assert "path=/after" in text and text.endswith("magpie stopped\n")
    finally:
        child.kill()
        child.communicate()
        client.close()
        os.close(reading)


async def test_end_while_nobody_reads(tmp_path):
    """A server whose output nobody reads ends in time when it is told to."""
    reading, writing = os.pipe()
    child = start(tmp_path, subprocess.PIPE, writing)
    os.close(writing)
    client = Client(child.stdout.readline().decode().split()[-1])
    try:
        for _ in range(40):
            await client.get(f"/{'x' * 7000}")
        child.terminate()
        assert await asyncio.to_thread(child.wait, PATIENCE) == 0
    finally:
        child.kill()
        child.communicate()
        client.close()
        os.close(reading)


@pytest.mark.parametrize("closed", ["stdout", "stderr", "both", "full"])
async def test_output_that_leads_nowhere(tmp_path, closed):
    """A server whose output is closed, or goes to a full disk, starts, serves and stops as any other."""
    redirect = {"stdout": ">&-", "stderr": "2>&-", "both": ">&- 2>&-", "full": ">/dev/full 2>/dev/full"}[
        closed
    ]
    port = free_port()
    command = f'exec "$0" "$1" --port {port} --data "$2" {redirect}'
    child = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        command,
        sys.executable,
        str(ROOT / "server.py"),
        str(tmp_path),
        env=environment({}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    client = Client(f"http://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(PATIENCE):
            while not await is_ready(client):
                await asyncio.sleep(0.05)
        assert (await client.register()).user_id
        child.terminate()
        async with asyncio.timeout(PATIENCE):
            assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        client.close()


async def is_ready(client: Client) -> bool:
    try:
        return (await client.get("/readyz")).code == 200
    except ConnectionRefusedError:
        return False


def test_what_finds_no_room_is_counted():
    """Every line that was written is either there or counted."""
    reading, writing = os.pipe()
    outlet = Outlet(writing, lambda lines: f"lost {lines}\n", most=10_000)
    for number in range(5000):
        outlet.write(f"line {number:0100}\n")
    read = b""
    while read.count(b"line ") + sum(map(int, re.findall(rb"lost (\d+)\n", read))) < 5000:
        read += os.read(reading, 65536)
    assert b"lost" in read
    outlet.write("after\n")
    assert os.read(reading, 100) == b"after\n"
    os.close(reading)
    outlet.write("nobody is there any more\n")
    outlet.finish()
    os.close(writing)
