"""A process that can hurt nobody: what it may use of the machine, and that it ends with its server.

Used by the workers (`media.worker`), and as a program that becomes another one::

    python confined.py SECONDS MEMORY_BYTES FILE_BYTES SERVER_PID program argument…
"""

import os
import resource
import signal
import sys

NICE = 10  #: the loop and the log come first
OPEN_FILES = 64
MOST_INHERITED = 4096  #: descriptors that may have come along, though none of the server's own do
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def confine(memory_bytes: int, file_bytes: int, server: int) -> None:
    """Bounds for this process from now on. Ends it at once when the process `server`, which started it, is
    gone."""
    try:
        os.nice(NICE)
    except OSError:
        pass  # a sandbox may forbid it
    os.closerange(3, MOST_INHERITED)
    for limit, amount in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        try:
            resource.setrlimit(limit, (most, most))
        except (ValueError, OSError):
            pass  # so with this; and macOS knows no bound of addresses
    _end_with(server)


def allow_cpu(seconds: int) -> None:
    """`seconds` of CPU more than it has had; then the kernel kills it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (most if hard < 0 else min(most, hard), hard))
    except OSError:
        pass


def _end_with(server: int) -> None:
    """The kernel kills this process when `server` ends, however that happens. Linux only; elsewhere a worker
    ends when its pipe does."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:  # it ended before that was said
        os._exit(1)


def main() -> None:
    seconds, memory, file_bytes, server = map(int, sys.argv[1:5])
    confine(memory, file_bytes, server)
    allow_cpu(seconds)
    os.execv(sys.argv[5], sys.argv[5:])


if __name__ == "__main__":
    main()
