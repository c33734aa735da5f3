"""How the processes that decode strangers' files are begun, and how they end."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]

#: Nothing of the server's own: its settings may have secrets in them.
_ENVIRONMENT = {
    name: os.environ[name]
    for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE")
    if name in os.environ
}


async def begin(*arguments: str, pipes: int = DEVNULL) -> Process:
    """A Python of its own with `arguments`, in a session of its own; `pipes` are its input and output."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=pipes,
        stdout=pipes,
        stderr=DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )


async def end(process: Process) -> None:
    """Kills it, if it still runs, and takes note of its end, so that no zombie stays."""
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            pass
    await asyncio.shield(process.wait())
