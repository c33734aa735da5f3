"""The server as users run it, for tests that start, stop or kill it."""

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from tests.app import PATIENCE, Client
from tests.forks import FORKS, Child

ROOT = Path(__file__).resolve().parent.parent
SERVER = (sys.executable, str(ROOT / "server.py"))


class Process:
    """A server in a process of its own."""

    def __init__(self, child: asyncio.subprocess.Process | Child, url: str, log: Path) -> None:
        self.child, self.url, self.log = child, url, log
        self._clients: list[Client] = []

    def client(self, ssl_options: ssl.SSLContext | None = None, **headers: str) -> Client:
        self._clients.append(Client(self.url, headers, ssl_options))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def logged(self) -> str:
        """What it wrote to standard error so far."""
        return self.log.read_text("utf-8", "replace")

    async def stop(self, signal_number: int = 15) -> int:
        """Sends a signal and waits; the exit code."""
        if self.child.returncode is None:
            self.child.send_signal(signal_number)
        async with asyncio.timeout(PATIENCE):
            return await self.child.wait()


@asynccontextmanager
async def process(
    data: Path, *arguments: str, command: Sequence[str] | None = None, **env: str
) -> AsyncIterator[Process]:
    """A server process with its rows under `data`, killed when the block ends; `env` are ``MAGPIE_*``
    variables, `command` starts a server afresh, or in another way."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = data / "server.log"
    with log.open("ab") as stderr:
        arguments = ("--port", "0", "--data", str(data), *arguments)
        child: asyncio.subprocess.Process | Child
        if command is None:
            child = await FORKS.start("server", arguments, environment(env), data, stderr.fileno())
        else:
            child = await asyncio.create_subprocess_exec(
                *(*command, *arguments),
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env=environment(env),
                cwd=data,
            )
    try:
        async with asyncio.timeout(PATIENCE):
            line = (await child.stdout.readline()).decode()
        assert "http" in line, f"the server did not start: {line!r}\n{log.read_text()}"
        with closing(Process(child, line.split()[-1], log)) as server_process:
            yield server_process
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


def run(*arguments: str, module: str = "server", **env: str) -> tuple[int, str, str]:
    """Runs the server, or ``python -m admin``, to its end: exit code, standard output, standard error."""
    return FORKS.run(module, arguments, environment(env), ROOT, timeout=120)


def run_afresh(*arguments: str, command: Sequence[str] = SERVER, **env: str) -> tuple[int, str, str]:
    """The same in a new Python: ``python server.py``, or another command."""
    done = subprocess.run(
        [*command, *arguments],
        env=environment(env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def environment(env: Mapping[str, str]) -> dict[str, str]:
    foreign = ("IM_", "MAGPIE_", "PORT")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    limits = {} if "IM_LIMITS_ENABLED" in env else {"MAGPIE_LIMITS_ENABLED": "false"}  # or its old name
    return {**own, **limits, "PYTHONWARNINGS": "default", **env}
