"""The data directory: made when missing, closed to other people, and used by one server at a time."""

import fcntl
import os
import socket
import stat
from collections.abc import Iterable
from pathlib import Path

from start import StartError

LOCK = "magpie.lock"

#: Modes that PostgreSQL accepts for its own directory, for the same reasons: the group may be there to back
#: up.
_CLOSED = (0o700, 0o750)
#: What is in a directory that is ours alone, so that closing it shuts nobody out.
_OURS = ("magpie.", "media", "spool", "lost+found")


_ADVICE = (
    "Stop it first, or give this one a directory of its own with --data, or both the same broker.url"
    " (docs/scaling.md)"
)
_STOP_ALL = "Stop all servers first: --migrate and --new-epoch are for when none is running"


class Claim:
    """Locks of this process on files, until `release`. They end with the process, however it ends;
    processes that it starts have no part in them."""

    def __init__(self, paths: Iterable[Path], shared: bool, advice: str) -> None:
        """Raises `StartError` when another process has one of `paths`, and not `shared`, with `advice` what
        to do; or when it can't be made."""
        self._shared, self._advice = shared, advice
        self._files: list[int] = []
        try:
            for path in paths:
                self._take(path)
        except StartError:
            self.release()
            raise

    def _take(self, path: Path) -> None:
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StartError(
                f"cannot write in {path.parent}: {error.strerror}{_whose(path.parent)}"
            ) from None
        self._files.append(file)
        try:
            fcntl.lockf(file, (fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX allows either
            holder = os.pread(file, 200, 0).decode("utf-8", "replace").strip()
            raise StartError(
                f"another server is at work on this data{f' ({holder})' if holder else ''}; {path} is locked."
                f" {self._advice}"
            ) from None
        except OSError as error:
            raise StartError(f"cannot lock {path}: {error.strerror}; put the data on a local disk") from None
        try:
            os.ftruncate(file, 0)
            os.pwrite(file, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        except OSError:
            pass  # a full disk; the lock holds all the same

    def release(self) -> None:
        while self._files:
            os.close(self._files.pop())


def prepare(data: Path) -> list[str]:
    """Makes `data` when it is missing and shuts other users out. The result: remarks for the log on what
    could not be shut. Raises `StartError` when it can't be had."""
    os.umask(0o077)  # whatever this process makes is its user's alone
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = data.stat()
        names = os.listdir(data)
    except OSError as error:
        what = "is a file" if isinstance(error, (FileExistsError, NotADirectoryError)) else error.strerror
        raise StartError(f"cannot use the data directory {data}: {what}{_whose(data)}") from None
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o777 in _CLOSED:
        return []
    if found.st_uid == os.geteuid() and all(name.startswith(_OURS) for name in names):
        try:
            data.chmod(0o700)
            return []
        except OSError:
            pass
    for name in names:
        if name.startswith("magpie.") and (data / name).is_file():
            _close_file(data / name)
    return [
        f"{data} has mode {mode:o}: other users of this machine can look into it. Mode 700 keeps them out"
    ]


def _close_file(path: Path) -> None:
    try:
        path.chmod(0o600)
    except OSError:
        pass  # another user's; the remark on the directory says enough


def claim(data: Path, database_url: str, shared: bool = False, maintains: bool = False) -> Claim:
    """The data directory, and SQLite's file when it lies elsewhere, for this process alone, or `shared` with
    others on this machine, or `StartError`. `maintains`: for `--migrate` and `--new-epoch`."""
    paths = [data / LOCK]
    if database_url.startswith("sqlite:///"):
        file = Path(database_url.removeprefix("sqlite:///")).resolve()
        if file.parent != data.resolve():
            paths.append(file.with_name(f"{file.name}.lock"))
    return Claim(paths, shared, _STOP_ALL if maintains else _ADVICE)


def _whose(folder: Path) -> str:
    """Who would have to be allowed to write there."""
    try:
        owner = folder.stat().st_uid
    except OSError:
        return ""
    user = os.geteuid()
    return "" if user in (0, owner) else f"; it belongs to user {owner}, the server runs as user {user}"
