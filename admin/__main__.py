"""``python -m admin COMMAND …``; see docs/administration.md."""

import sys
from pathlib import Path

if __name__ == "__main__":  # before what may be missing is imported
    from start import preflight

    preflight.check(str(Path(__file__).resolve().parent.parent))

    from admin import running

    sys.exit(running.main(sys.argv[1:]))
