"""What Linux tells of a process: CPU time, memory; and pinning it to cores."""

import contextlib
import os
import resource

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads so far, in steps of 10 ms."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def rss_bytes(pid: int) -> int:
    """Memory that is in RAM."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024


def cores() -> tuple[set[int], set[int]]:
    """Cores for the server and for the clients: the first, and the others; the same one where there is no
    other."""
    first, *others = sorted(os.sched_getaffinity(0))
    return {first}, set(others) or {first}


def pin(pid: int, to: set[int]) -> None:
    """Threads that the process starts later stay there, too."""
    with contextlib.suppress(ProcessLookupError):
        os.sched_setaffinity(pid, to)


def raise_file_limit() -> int:
    """As many open files as this process may have; how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
