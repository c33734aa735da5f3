"""The server under test: whose code it runs, started as users start it, or one that is there already."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.run import linux

ROOT = Path(__file__).resolve().parent.parent.parent
#: Seconds for starting, and for stopping (which spreads the good-byes).
PATIENCE_S = 60
#: Connections beyond those of the clients: calls, and handshakes under way.
_SPARE = 1000
#: Lines of its log that are shown when it fails.
_LINES = 12
_DATABASE_NAMES = {"MAGPIE_DATABASE_URL", "IM_DATABASE_URL"}
SAMPLER = Path(__file__).with_name("sampled.py")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ServerFailed(Exception):
    """The server did not start, or died. The text ends with the last of its log."""


@dataclass(frozen=True)
class Checkout:
    """Code of a server: the folder of its `server.py`, the Python that runs it, and variables that it gets
    whatever this process has set. `database`: the `database.url` of one that was made for it; "" is SQLite in
    the data directory."""

    root: Path = ROOT
    python: str = sys.executable
    env: Mapping[str, str] = field(default_factory=dict)
    database: str = ""

    @property
    def commit(self) -> str:
        """What git calls it; a trailing + says that files have been changed since. "" without git."""
        said = [
            subprocess.run(["git", "-C", str(self.root), *command], capture_output=True, text=True)
            for command in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "-uno"])
        ]
        if any(done.returncode for done in said):
            return ""
        return said[0].stdout.strip() + ("+" if said[1].stdout else "")

    def migrate(self, data: Path) -> None:
        """Makes the tables of the database in `data`, or brings them up to date. Raises `ServerFailed`."""
        self._do("--migrate", data, PATIENCE_S)

    def reindex(self, data: Path, patience_s: float) -> float:
        """Makes the index of messages anew; seconds of CPU that it took. Raises `ServerFailed`."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._do("--reindex", data, patience_s)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def _do(self, what: str, data: Path, patience_s: float) -> None:
        """Something else than serving."""
        done = subprocess.run(
            [self.python, str(self.root / "server.py"), "--data", str(data.absolute()), what],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=patience_s,
        )
        if done.returncode:
            raise ServerFailed(f"the server did not {what[2:]}\n{_last_lines(done.stderr)}")

    def server(self, data: Path, cores: set[int] | None, connections: int, sampled: bool = False) -> "Server":
        """The server on `data`, with rate limits off and room for so many connections unless ``MAGPIE_*``
        variables say otherwise; `sampled`: it can be asked where its time goes (`bench.run.sampled`). Raises
        ValueError when variables name another database, which nobody has made for this."""
        if not self.database and _DATABASE_NAMES & {**os.environ, **self.env}.keys():
            raise ValueError(
                "MAGPIE_DATABASE_URL: only a database of its own is filled; start a server and use --url"
            )
        sampler = [str(SAMPLER)] if sampled else []
        return Server(
            [self.python, *sampler, str(self.root / "server.py"), "--data", str(data.absolute())],
            self.root,
            data / "server.log",
            {
                "MAGPIE_LIMITS_ENABLED": "false",
                "MAGPIE_SERVER_MAX_CONNECTIONS": str(connections + _SPARE),
                **self._environment,
            },
            cores,
        )

    @property
    def _environment(self) -> dict[str, str]:
        if not self.database:
            return {**os.environ, **self.env}
        own = {name: value for name, value in os.environ.items() if name not in _DATABASE_NAMES}
        return {**own, **self.env, "MAGPIE_DATABASE_URL": self.database}


class Server:
    """A child process that prints its address when it is ready. `command` is run in `folder` with the
    variables `env`; standard error goes to `log`; `cores`: where it runs (None: anywhere)."""

    def __init__(
        self, command: list[str], folder: Path, log: Path, env: Mapping[str, str], cores: set[int] | None
    ) -> None:
        self.host, self.port, self.pid = "127.0.0.1", 0, 0
        self._command, self._folder, self._log, self._env, self._cores = command, folder, log, env, cores
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it serves; the second time on the same port. Raises `ServerFailed`."""
        with self._log.open("ab") as stderr:
            self._child = await asyncio.create_subprocess_exec(
                *self._command,
                "--port",
                str(self.port),
                env=self._env,
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
            )
        self.pid = self._child.pid
        if self._cores:
            linux.pin(self.pid, self._cores)
        assert self._child.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                line = (await self._child.stdout.readline()).decode()
        except TimeoutError:
            line = ""
        if "http" not in line:
            await self.stop()
            raise ServerFailed(f"the server did not start\n{self._said()}")
        self.port = urlsplit(line.split()[-1]).port or 80

    @property
    def ports(self) -> list[int]:
        """Where its clients may go."""
        return [self.port]

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL when that is not enough. A second time, or never started, it does nothing."""
        child = self._child
        if child is None:
            return
        if child.returncode is None:
            child.terminate()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await child.wait()
            except TimeoutError:
                child.kill()
        await child.wait()

    def check(self) -> None:
        """Raises `ServerFailed` when it has ended by itself."""
        if self._child is not None and self._child.returncode is not None:
            raise ServerFailed(f"the server ended with code {self._child.returncode}\n{self._said()}")

    def _said(self) -> str:
        return _last_lines(self._log.read_text("utf-8", "replace"))

    def cpu_s(self) -> float:
        """Seconds of CPU time so far."""
        return linux.cpu_s(self.pid)

    def rss_bytes(self) -> int:
        return linux.rss_bytes(self.pid)


class Cluster:
    """Several processes of a server as one: each has a part of the clients."""

    def __init__(self, members: Sequence[Server]) -> None:
        self.members = members

    @property
    def host(self) -> str:
        return self.members[0].host

    @property
    def port(self) -> int:
        """Of the first: any of them answers any call."""
        return self.members[0].port

    @property
    def ports(self) -> list[int]:
        return [member.port for member in self.members]

    async def start(self) -> None:
        """Returns when all of them serve. Raises `ServerFailed`."""
        for member in self.members:
            await member.start()

    async def stop(self) -> None:
        await asyncio.gather(*(member.stop() for member in self.members))

    def check(self) -> None:
        """Raises `ServerFailed` when one has ended by itself."""
        for member in self.members:
            member.check()

    def cpu_s(self) -> float:
        """Of all together."""
        return sum(member.cpu_s() for member in self.members)

    def rss_bytes(self) -> int:
        return sum(member.rss_bytes() for member in self.members)


class StandingServer:
    """A server that somebody else has started. Without `pid` there are no figures of CPU and memory."""

    def __init__(self, url: str, pid: int) -> None:
        where = urlsplit(url)
        if where.scheme != "http" or where.hostname not in _LOOPBACK:
            raise ValueError(f"--url: expected http:// and a loopback address, got {url}")
        self.host = "127.0.0.1" if where.hostname == "localhost" else where.hostname
        self.port, self.pid = where.port or 80, pid
        self.ports = [self.port]

    async def start(self) -> None:
        """Nothing: it is there."""

    async def stop(self) -> None:
        """Nothing: who started it stops it."""

    def check(self) -> None:
        """Clients notice when it is gone."""

    def cpu_s(self) -> float:
        return linux.cpu_s(self.pid) if self.pid else 0.0

    def rss_bytes(self) -> int:
        return linux.rss_bytes(self.pid) if self.pid else 0


AnyServer = Server | Cluster | StandingServer


def _last_lines(log: str) -> str:
    return "\n".join(log.splitlines()[-_LINES:])
