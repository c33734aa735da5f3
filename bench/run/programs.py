"""Other programs of this machine, as a database or a broker: each on a free loopback port with a folder of
its own, gone with everything in it when it is stopped. Load tests measure on them, tests run on them."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from bench.run import linux

#: Seconds to start in, and to end in.
_PATIENCE_S = 60.0
#: Lines that it said, shown when it does not start.
_LINES = 20


class Identity(TypedDict, total=False):
    """What `subprocess` is told of whom a program runs as."""

    user: int
    group: int
    extra_groups: list[int]


class ProgramFailed(Exception):
    """A program is not there, or did not start. The text has the last of what it said."""


class Program(ABC):
    """One running server of another program. `parent`: where its folder is made (None: the usual place)."""

    binary: str  #: what has to be on the machine
    account: str  #: the system user it runs as when we are root
    ready: str  #: what it prints when it accepts connections
    stop_signal: signal.Signals  #: ends it at once; its data are thrown away

    def __init__(self, parent: str | None = None) -> None:
        if not self.installed():
            raise ProgramFailed(f"{self.binary} is not installed on this machine")
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="magpie-", dir=parent))
        self.identity = identity(self.account)
        #: Two MariaDBs that begin at once take the same names in one folder of temporary files.
        self.environment = {**os.environ, "TMPDIR": str(self.folder)}
        if "user" in self.identity:
            os.chown(self.folder, self.identity["user"], self.identity["group"])
        self.said: list[str] = []
        try:
            self.prepare()
        except ProgramFailed:
            shutil.rmtree(self.folder)
            raise
        self.start()

    @classmethod
    def installed(cls) -> bool:
        """Whether this machine has it."""
        return shutil.which(cls.binary) is not None

    def start(self) -> None:
        """Runs it, for the first time or again, at the same port on the same data."""
        self.process = self._run(self.command())
        self.started = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.started.wait(_PATIENCE_S) or self.process.poll() is not None:
            self.stop()
            raise ProgramFailed(f"{self.binary} did not start:\n" + "".join(self.said[-_LINES:]))

    def prepare(self) -> None:
        """Lay out the data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """What to run; it stays in the foreground and logs to its standard output."""

    def call(self, *command: str) -> None:
        """Run a program of the server's to its end, as the server's user."""
        done = self._run(command)
        said, _ = done.communicate()
        if done.returncode:
            raise ProgramFailed(f"{command[0]} failed:\n{said}")

    def _run(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            **self.identity,
        )

    def end(self) -> None:
        """Ends it at once; `start` brings it back."""
        self.process.send_signal(self.stop_signal)
        self.process.wait(_PATIENCE_S)
        self.reader.join(_PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def stop(self) -> None:
        self.end()
        shutil.rmtree(self.folder)

    def cpu_s(self) -> float:
        """Seconds of CPU time so far, of all its processes."""
        return linux.tree_cpu_s(self.process.pid)

    def pin(self, to: set[int]) -> None:
        """Its processes stay on these cores, and those that it starts later."""
        for pid in linux.tree(self.process.pid):
            linux.pin(pid, to)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if self.ready in line:
                self.started.set()
        self.started.set()


class Redis(Program):
    """Without persistence, as a broker needs none. `options` are of redis-server."""

    binary = "redis-server"
    account = "nobody"
    ready = "Ready to accept connections"
    stop_signal = signal.SIGKILL

    def __init__(self, *options: str, parent: str | None = None) -> None:
        self.options = options
        super().__init__(parent)

    def command(self) -> list[str]:
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [str(shutil.which(self.binary)), *where, "--save", "", "--appendonly", "no", *self.options]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def identity(account: str) -> Identity:
    """Arguments for subprocess: the server's own user when we are root, for no database server runs as
    root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
