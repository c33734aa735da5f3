"""What Linux tells of processes and of the machine: CPU time, memory, cores; and pinning to them."""

import contextlib
import os
import platform
import resource
import time

_TICK = os.sysconf("SC_CLK_TCK")
#: Fields of /proc/stat's first line that are work: user, nice, system, irq, softirq, steal.
_BUSY_FIELDS = (1, 2, 3, 6, 7, 8)


def cpu_s(pid: int) -> float:
    """Seconds of user and system time, of all threads of a process, so far. Raises OSError when it is gone.

    From the process's CPU clock, whose id Linux makes of the pid (clock_getcpuclockid(3)): in nanoseconds,
    where /proc/<pid>/stat has steps of 10 ms, too coarse for runs of a few seconds.
    """
    return time.clock_gettime_ns(~pid << 3 | 2) / 1e9


def tree(pid: int) -> list[int]:
    """A process and all that it has started and that still run, and those of these."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):  # it has just ended
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as children:
                    found += [int(child) for child in children.read().split()]
    return found


def tree_cpu_s(pid: int) -> float:
    """As `cpu_s`, of a process and all that it has started, also of those that have ended since. Raises
    OSError when it is gone itself."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / _TICK  # cutime and cstime, in proc(5) 16 and 17
    running = 0.0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            running += cpu_s(one)
    return running + ended


def busy_s() -> float:
    """Seconds of work of all cores, so far."""
    with open("/proc/stat") as stat:
        fields = stat.readline().split()
    return sum(int(fields[i]) for i in _BUSY_FIELDS) / _TICK


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
    """As many open files as this process and those it starts may have; how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def machine() -> dict[str, object]:
    """Where and under which settings something is measured."""
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "")
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
        "settings": {
            name: value for name, value in os.environ.items() if name.startswith(("MAGPIE_", "IM_"))
        },
    }
