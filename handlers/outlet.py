"""Standard output and standard error that make nobody wait.

Whoever started the server may not read what it says: a stalled supervisor, a terminal that was paused, a pipe
that is full. A write to such a pipe blocks, and on the loop it would stop the whole server. So texts go to a
thread of their own through a queue with a bound; what finds no room is dropped and counted, and the count is
told when somebody reads again.
"""

import io
import os
import select
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

#: Characters that may wait: some five thousand lines.
MOST_WAITING = 1 << 20
#: Characters written at once.
_PIECE = 1 << 16
#: Seconds between two writes: who wakes up for each line costs more than the line.
_PAUSE_SECONDS = 0.005
#: Seconds that the end of the process waits for what is still to be written.
LAST_SECONDS = 1.0


class Outlet(io.TextIOBase):
    """A text stream over the descriptor `fd`, in the place of `sys.stdout` or `sys.stderr`. `write` never
    blocks and never fails. `note` words how many lines were dropped."""

    def __init__(self, fd: int, note: Callable[[int], str], most: int = MOST_WAITING) -> None:
        self._fd, self._note, self._most = fd, note, most
        self._texts: SimpleQueue[str] = SimpleQueue()
        # Reentrant, because a collection of garbage inside may have a warning to write.
        self._lock = threading.RLock()
        self._waiting = self._lost = 0
        threading.Thread(target=self._run, name=f"outlet-{fd}", daemon=True).start()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return os.isatty(self._fd)

    def write(self, text: str) -> int:
        """Takes `text`, or counts its lines as lost."""
        with self._lock:
            if self._waiting + len(text) > self._most:
                self._lost += max(1, text.count("\n"))
                return len(text)
            self._waiting += len(text)
        self._texts.put(text)
        return len(text)

    def flush(self) -> None:
        """Nothing: waiting is what this is made to avoid. The end of the process calls `finish`."""

    def finish(self, seconds: float = LAST_SECONDS) -> None:
        """Waits until all is written, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while (self._waiting or self._lost) and time.monotonic() < deadline:
            time.sleep(0.005)

    def _run(self) -> None:
        while True:
            text = self._next()
            _write_all(self._fd, text)
            with self._lock:
                self._waiting -= len(text)
                lost, self._lost = self._lost, 0
            if lost:
                _write_all(self._fd, self._note(lost))
            time.sleep(_PAUSE_SECONDS)

    def _next(self) -> str:
        """What waits, or the next text to come; small ones are joined."""
        texts = [self._texts.get()]
        size = len(texts[0])
        while size < _PIECE and not self._texts.empty():
            texts.append(self._texts.get())
            size += len(texts[-1])
        return "".join(texts)


def _write_all(fd: int, text: str) -> None:
    """Writes `text` however long it takes. A reader that is gone, or a full disk, loses it."""
    left = memoryview(text.encode("utf-8", "backslashreplace"))
    while left:
        try:
            left = left[os.write(fd, left) :]
        except BlockingIOError:  # whoever shares the descriptor has made it so
            select.select([], [fd], [])
        except OSError:
            return
