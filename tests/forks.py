"""Processes of the server that begin where its imports end.

A start of Python with all our modules costs 0.7 s of CPU, and the tests start hundreds. So one process of
each test run imports them once, and forks: what comes out is a process like any other, with its arguments,
environment, folder and output, which runs `server.main()` from its first line. Tests of the start itself run
``python server.py``, and so does whoever names a command of their own.

    python -m tests.forks FD        the process that forks; asked over the socket FD, ends when that closes
"""

import asyncio
import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Bytes of a request: arguments and environment.
LARGEST = 1 << 20


class Child:
    """A process that was forked, with as much of `asyncio.subprocess.Process` as the tests use."""

    def __init__(self, pid: int, told: socket.socket) -> None:
        self.pid = pid
        self.stdout = asyncio.StreamReader()
        self._told = told
        self._code: int | None = None
        self._pipe: asyncio.ReadTransport | None = None

    async def read_from(self, pipe: int) -> None:
        loop = asyncio.get_running_loop()
        self._pipe, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self.stdout), os.fdopen(pipe, "rb", 0)
        )

    @property
    def returncode(self) -> int | None:
        if self._code is None:
            with contextlib.suppress(BlockingIOError):
                self._code = int(self._told.recv(32) or b"-9")
                self._told.close()
        return self._code

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        while (code := self.returncode) is None:
            await asyncio.sleep(0.01)
        return code

    async def communicate(self) -> tuple[bytes, None]:
        out = await self.stdout.read()
        await self.wait()
        if self._pipe is not None:
            self._pipe.close()
        return out, None


class Forks:
    """Asks the process that forks, which is started when the first is wanted."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def start(
        self, module: str, arguments: Sequence[str], env: Mapping[str, str], folder: Path, stderr: int
    ) -> Child:
        """A process whose output is read as that of a child."""
        reading, writing = os.pipe()
        try:
            pid, told = self._fork(module, arguments, env, folder, writing, stderr)
        finally:
            os.close(writing)
        told.setblocking(False)
        child = Child(pid, told)
        await child.read_from(reading)
        return child

    def run(
        self, module: str, arguments: Sequence[str], env: Mapping[str, str], folder: Path, timeout: float
    ) -> tuple[int, str, str]:
        """Runs one to its end: exit code, standard output, standard error."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid, told = self._fork(module, arguments, env, folder, out.fileno(), err.fileno())
            with told:
                told.settimeout(timeout)
                try:
                    code = int(told.recv(32) or b"-9")
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise
            out.seek(0)
            err.seek(0)
            return code, out.read().decode(), err.read().decode()

    def close(self) -> None:
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.wait()
            self._control = self._process = None

    def _fork(
        self,
        module: str,
        arguments: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        out: int,
        err: int,
    ) -> tuple[int, socket.socket]:
        if self._control is None:
            self._begin()
        assert self._control is not None
        request = json.dumps([module, list(arguments), dict(env), str(folder)]).encode()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._control, [request], [out, err, theirs.fileno()])
            return int(ours.recv(32)), ours

    def _begin(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "PYTHONWARNINGS": "default"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )


FORKS = Forks()


def fork_for(control: socket.socket) -> tuple[str, list[str]]:
    """Forks for whoever asks. Returns only in a child: the module that it is to run, and its arguments."""
    waking, woken = socket.socketpair()
    for end in (waking, woken):
        end.setblocking(False)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        waiting.register(waking, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is waking:
                    waking.recv(4096)
                    _tell_of_the_ended(children)
                    continue
                request, fds, *_ = socket.recv_fds(control, LARGEST, 3)
                if not request:
                    for one in (*children.values(), control, waking, woken):
                        one.close()
                    sys.exit(0)
                told = socket.socket(fileno=fds[2])
                pid = os.fork()
                if pid == 0:
                    for one in (*children.values(), told, control, waking, woken):
                        one.close()
                    waiting.close()
                    return _become(request, *fds[:2])
                os.close(fds[0])
                os.close(fds[1])
                children[pid] = told
                told.send(b"%d" % pid)


def _tell_of_the_ended(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with children.pop(pid) as told, contextlib.suppress(BrokenPipeError):
            told.send(b"%d" % os.waitstatus_to_exitcode(status))


def _become(request: bytes, out: int, err: int) -> tuple[str, list[str]]:
    """A process as a fresh one would be."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for fd, place in ((out, 1), (err, 2)):
        os.dup2(fd, place)
        os.close(fd)
    module, arguments, env, folder = json.loads(request)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    return module, arguments


def main() -> int:
    import server
    from admin import running

    module, arguments = fork_for(socket.socket(fileno=int(sys.argv[1])))
    sys.argv[:] = [str(ROOT / "server.py"), *arguments]
    if module == "admin":
        os.umask(0o077)
        return running.main(arguments)
    return server.main()


if __name__ == "__main__":
    sys.exit(main())
