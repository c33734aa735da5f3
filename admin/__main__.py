"""``python -m admin COMMAND …``; see docs/administration.md."""

import sys
from pathlib import Path

if __name__ == "__main__":  # before what may be missing is imported
    from start import preflight

    preflight.check(str(Path(__file__).resolve().parent.parent))

    import os

    from admin import running

    os.umask(0o077)  # what it makes is its user's alone, as what a server makes

    sys.exit(running.main(sys.argv[1:]))
