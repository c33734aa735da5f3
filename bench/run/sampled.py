"""A server that can be asked where its CPU time goes: ``python sampled.py SERVER.PY [ARGUMENTS]``.

SIGUSR1 begins, and the next one ends and writes ``samples-<pid>.json`` into the data directory: CPU seconds
by the innermost file of the server's own that was at work. Until then nothing is different.

Every so many milliseconds of CPU time (Linux counts them in ticks of its own, often 4 ms) each thread's time
since the last look goes to what the thread is doing at the moment. What the standard library, an extension or
the kernel does for a file is that file's time; the loop's own, where none is at work, goes to "". A handler
runs after the call that it interrupts and before the next line, so it sees who made the call.
"""

import json
import os
import runpy
import signal
import sys
import threading
import time
from types import FrameType

#: Seconds of CPU time between two looks.
_STEP_S = 0.002


class Sampler:
    """Of the server whose code lies in `root`; writes into `folder`."""

    def __init__(self, root: str, folder: str) -> None:
        self._root, self._file = root + os.sep, os.path.join(folder, f"samples-{os.getpid()}.json")
        self._on = False
        self._seen: dict[int, float] = {}  # by thread
        self._took: dict[str, float] = {}
        self._rooms: dict[str, str] = {}

    def switch(self, *_: object) -> None:
        """On, or off and tell."""
        self._on = not self._on
        if self._on:
            self._took, self._seen = {}, {}
            self._look(sys._getframe())
            self._took = {}
            signal.setitimer(signal.ITIMER_PROF, _STEP_S, _STEP_S)
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        with open(self._file + ".new", "w") as file:
            json.dump(self._took, file)
        os.replace(self._file + ".new", self._file)

    def sample(self, _: int, frame: FrameType | None) -> None:
        """ITIMER_PROF has run out."""
        if self._on:
            self._look(frame)

    def _look(self, frame: FrameType | None) -> None:
        frames = sys._current_frames()
        frames[threading.get_ident()] = frame or frames[threading.get_ident()]
        for thread in threading.enumerate():
            if thread.ident in frames:
                try:
                    now_s = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
                except OSError:  # it has just ended
                    continue
                used_s = now_s - self._seen.get(thread.ident, now_s)
                self._seen[thread.ident] = now_s
                if used_s > 0:
                    name = self._at_work(frames[thread.ident])
                    self._took[name] = self._took.get(name, 0.0) + used_s

    def _at_work(self, frame: FrameType | None) -> str:
        while frame is not None:
            code = frame.f_code.co_filename
            name = self._rooms.get(code)
            if name is None:
                name = self._rooms[code] = self._name(code)
            if name:
                return name
            frame = frame.f_back
        return ""

    def _name(self, code: str) -> str:
        """A file of the server's own by its path; all others, and the one that holds the loop, are ""."""
        path = os.path.abspath(code)
        if code.startswith("<") or not path.startswith(self._root) or "site-packages" in path:
            return ""
        name = path[len(self._root) :]
        return "" if name == "server.py" or name.startswith(("bench" + os.sep, ".venv" + os.sep)) else name


def main() -> None:
    """Runs the server in this process, as if it had been started by itself."""
    del sys.argv[0]
    root = os.path.dirname(os.path.abspath(sys.argv[0]))
    sampler = Sampler(root, sys.argv[sys.argv.index("--data") + 1])
    signal.signal(signal.SIGUSR1, sampler.switch)
    signal.signal(signal.SIGPROF, sampler.sample)
    sys.path[0] = root
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
