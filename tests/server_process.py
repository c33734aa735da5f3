"""A server of ours as its users run it: `python server.py`, a process of its own on a free port."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class ServerProcess:
    """One installation with its data folder; it can be stopped, killed and started again at the same address.

    `settings` are those of the server as environment variables without the prefix, e.g.
    ``ServerProcess(tmp_path, LIMITS_ENABLED="false")``. `url` and `port` are known once it was started.
    """

    def __init__(self, data: Path, **settings: str):
        self.data = data
        self.port = 0
        self.url = ""
        self.log_file = data / "server.log"
        self._settings = {f"IM_{name}": value for name, value in settings.items()}
        self._process: subprocess.Popen | None = None
        data.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Start it and return when it accepts connections. RuntimeError with its log if it does not."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IM_")}
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "server.py", "--port", str(self.port), "--data", str(self.data)],
                cwd=ROOT, env={**environment, **self._settings}, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        for line in self._process.stdout:
            if address := re.search(r"https?://[\w.\[\]:]+:(\d+)", line):
                self.url, self.port = address[0], int(address[1])
                return
        self._end()
        raise RuntimeError(f"the server did not start:\n{self.log()}")

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def log(self) -> str:
        """All that it has logged so far."""
        return self.log_file.read_text("utf-8")

    def complaints(self) -> list[str]:
        """The lines of its log that tell of trouble: warnings, errors and crashes."""
        trouble = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|Traceback|Warning:", re.IGNORECASE)
        return [line for line in self.log().splitlines() if trouble.search(line)]

    @property
    def pid(self) -> int:
        return self._process.pid

    def _end(self, with_signal: int | None = None) -> int:
        if self._process is None:
            return 0
        if with_signal is not None:
            self._process.send_signal(with_signal)
        code = self._process.wait(30)
        self._process.stdout.close()
        self._process = None
        return code
