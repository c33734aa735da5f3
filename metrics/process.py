"""What the operating system tells of this process, under the names that all Prometheus clients use."""

import os
import resource
import time
from pathlib import Path

_SELF = Path("/proc/self")  # Linux; elsewhere there is less to be told


def numbers() -> dict[str, float]:
    """CPU seconds, bytes, seconds since 1970, descriptors. With ten thousand of these it takes some
    milliseconds, so not on the loop."""
    times = os.times()
    told: dict[str, float] = {
        "process_cpu_seconds": times.user + times.system,
        "process_max_fds": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    }
    try:
        virtual, resident = (_SELF / "statm").read_text().split()[:2]
        told |= {
            "process_virtual_memory_bytes": int(virtual) * resource.getpagesize(),
            "process_resident_memory_bytes": int(resident) * resource.getpagesize(),
            "process_start_time_seconds": _began(),
            "process_open_fds": len(os.listdir(_SELF / "fd")) - 1,  # without the one that this takes
        }
    except (OSError, ValueError):
        pass
    return told


def _began() -> float:
    """Fields of `stat` stand behind the program's name, which may have anything in it; the 20th of them is
    when it began, in ticks since the machine did."""
    ticks = int((_SELF / "stat").read_text().rpartition(")")[2].split()[19])
    running_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return round(time.time() - running_s, 2)
