"""Where the files of the tests are: how long a disk takes to flush them is no test's matter."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
#: Bytes: the database servers take some hundred MiB, a test that uploads some ten.
ROOM_NEEDED = 1 << 30


def roomy_folder() -> str | None:
    """Memory if there is plenty, so that flushing costs the tests nothing; None means the usual place."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_NEEDED:
        return str(MEMORY)
    return None
