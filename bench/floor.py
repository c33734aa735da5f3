"""What no server can be under: one bare send() for each member of a room. Measured by a small C program where
there is a compiler, otherwise by the same in Python, which is a little dearer."""

import os
import resource
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.run import linux
from bench.run.server import ROOT

_SOURCE = Path(__file__).with_name("floor.c")
#: One measurement has about so many sends, and so many rounds at most.
_SENDS, _ROUNDS = 300_000, 1000
#: At a pace: so many seconds at most.
_SECONDS_S = 3.0
#: The middle one of so many counts: what else the machine does shows in single ones.
_TIMES = 3
_PATIENCE_S = 120


def measure(
    members: int, frame_bytes: int, pin: bool, rate: float = 0.0, seconds_s: float = _SECONDS_S
) -> float:
    """CPU µs per send() of one frame to each of `members` connections, the other end reading in another
    process; at once again, or `rate` times a second for `seconds_s` (three at most), which is dearer: caches
    are cold then. Raises ValueError when it cannot be measured."""
    rounds = max(3, int(rate * min(seconds_s, _SECONDS_S)) if rate else min(_SENDS // members, _ROUNDS))
    pause_us = int(1e6 / rate) if rate else 0
    sender, reader = (min(cores) for cores in linux.cores()) if pin else (-1, -1)
    arguments = [str(number) for number in (members, frame_bytes + 4, rounds, pause_us, sender, reader)]
    with tempfile.TemporaryDirectory(prefix="magpie-bench-") as folder:
        command = _compiled(Path(folder)) or [sys.executable, "-m", "bench.floor"]
        return statistics.median(_once([*command, *arguments]) for _ in range(_TIMES))


def _once(command: list[str]) -> float:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise ValueError(f"the kernel's floor could not be measured: {done.stderr.strip()}")
    return float(done.stdout)


def _compiled(folder: Path) -> list[str] | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "floor"
    made = subprocess.run([compiler, "-O2", "-o", str(program), str(_SOURCE)], capture_output=True)
    return [str(program)] if made.returncode == 0 else None


def main(members: int, frame_bytes: int, rounds: int, pause_us: int, sender: int, reader: int) -> None:
    """The same as floor.c."""
    linux.raise_file_limit()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    ends = []
    for _ in range(members):
        there = socket.create_connection(listener.getsockname())
        here, _ = listener.accept()
        here.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ends.append((here, there))
    tell, told = socket.socketpair()
    child = os.fork()
    if child == 0:
        for here, _ in ends:
            here.close()
        if reader >= 0:
            linux.pin(0, {reader})
        _read_all([there for _, there in ends], members * frame_bytes, tell)
        os._exit(0)
    for _, there in ends:
        there.close()
    if sender >= 0:
        linux.pin(0, {sender})
    frame, sends = bytes(frame_bytes), [here.send for here, _ in ends]
    before = _cpu_s()
    for _ in range(rounds):
        for send in sends:
            send(frame)
        told.recv(1)
        time.sleep(pause_us / 1e6)
    print(f"{(_cpu_s() - before) * 1e6 / (rounds * members):.3f}")
    for here, _ in ends:
        here.close()
    os.waitpid(child, 0)


def _read_all(ends: list[socket.socket], a_round: int, done: socket.socket) -> None:
    poll = select.epoll()
    by_number = {end.fileno(): end for end in ends}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    got = 0
    while by_number:
        for number, _ in poll.poll():
            data = by_number[number].recv(65536)
            if not data:
                poll.unregister(number)
                by_number.pop(number).close()
            got += len(data)
            while got >= a_round:
                got -= a_round
                done.send(b".")


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*map(int, sys.argv[1:7]))
