"""The server under test, started as users start it, or one that is there already."""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from bench import proc

ROOT = Path(__file__).resolve().parent.parent
#: Seconds for starting, and for stopping (which spreads the good-byes).
PATIENCE = 60
#: Connections beyond those of the clients: calls, and handshakes under way.
_SPARE = 1000
#: Lines of its log that are shown when it fails.
_LINES = 12
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ServerFailed(Exception):
    """The server did not start, or died. The text ends with the last of its log."""


class Server:
    """A child process that prints its address when it is ready. `arguments` follow the interpreter's name;
    `env` are variables that it gets unless this process has them set; standard error goes to `log`."""

    def __init__(self, arguments: list[str], log: Path, env: dict[str, str], cores: set[int] | None) -> None:
        self.host, self.port, self.pid = "127.0.0.1", 0, 0
        self._arguments, self._log, self._cores = arguments, log, cores
        self._env = {**env, **os.environ}
        self._child: asyncio.subprocess.Process | None = None

    @classmethod
    def magpie(cls, data: Path, cores: set[int] | None, connections: int) -> "Server":
        """Our server on `data`, with rate limits off and room for so many connections unless ``IM_*``
        variables say otherwise. Raises ValueError when they name another database, which cannot be seeded."""
        if "IM_DATABASE_URL" in os.environ:
            raise ValueError("IM_DATABASE_URL: only SQLite can be filled here; start a server and use --url")
        env = {"IM_LIMITS_ENABLED": "false", "IM_SERVER_MAX_CONNECTIONS": str(connections + _SPARE)}
        return cls([str(ROOT / "server.py"), "--data", str(data)], data / "server.log", env, cores)

    async def start(self) -> None:
        """Returns when it serves; the second time on the same port. Raises `ServerFailed`."""
        with self._log.open("ab") as stderr:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                "--port",
                str(self.port),
                env=self._env,
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
            )
        self.pid = self._child.pid
        if self._cores:
            proc.pin(self.pid, self._cores)
        try:
            async with asyncio.timeout(PATIENCE):
                line = (await self._child.stdout.readline()).decode()
        except TimeoutError:
            line = ""
        if "http" not in line:
            await self.stop()
            raise ServerFailed(f"the server did not start\n{self._last_lines()}")
        self.port = urlsplit(line.split()[-1]).port

    async def stop(self) -> int:
        """SIGTERM, and SIGKILL when that is not enough; the exit code. A second time it does nothing."""
        child = self._child
        if child.returncode is None:
            child.terminate()
            try:
                async with asyncio.timeout(PATIENCE):
                    await child.wait()
            except TimeoutError:
                child.kill()
        return await child.wait()

    def check(self) -> None:
        """Raises `ServerFailed` when it has ended by itself."""
        if self._child.returncode is not None:
            raise ServerFailed(f"the server ended with code {self._child.returncode}\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-_LINES:])

    def cpu(self) -> float:
        """Seconds of CPU time so far."""
        return proc.cpu_seconds(self.pid)

    def rss(self) -> int:
        return proc.rss_bytes(self.pid)


class StandingServer:
    """A server that somebody else has started. Without `pid` there are no figures of CPU and memory."""

    def __init__(self, url: str, pid: int) -> None:
        where = urlsplit(url)
        if where.scheme != "http" or where.hostname not in _LOOPBACK:
            raise ValueError(f"--url: expected http:// and a loopback address, got {url}")
        self.host = "127.0.0.1" if where.hostname == "localhost" else where.hostname
        self.port, self.pid = where.port or 80, pid

    async def stop(self) -> int:
        """Nothing: who started it stops it."""
        return 0

    def check(self) -> None:
        """Clients notice when it is gone."""

    def cpu(self) -> float:
        return proc.cpu_seconds(self.pid) if self.pid else 0.0

    def rss(self) -> int:
        return proc.rss_bytes(self.pid) if self.pid else 0
