"""Whether this machine can run the server at all. Runs before anything is imported that may be missing; the
file is in Python that older ones read, and needs the standard library alone."""

import importlib.util
import os
import sys

#: What a plain start imports, by the names of requirements.txt.
PACKAGES = {
    "argon2-cffi": "argon2",
    "cryptography": "cryptography",
    "h11": "h11",
    "idna": "idna",
    "msgspec": "msgspec",
    "OpenCC": "opencc",
    "peewee": "peewee",
    "pillow": "PIL",
    "pyahocorasick": "ahocorasick",
    "pyotp": "pyotp",
    "pypinyin": "pypinyin",
    "python-multipart": "python_multipart",
    "PyYAML": "yaml",
    "tornado": "tornado",
    "ujson": "ujson",
    "zxcvbn": "zxcvbn",
}


def check(root: str) -> None:
    """Ends the process with one line when it can't run here; `root` is the folder of server.py."""
    _open_standard_files()
    reason = _reason(root)
    if reason:
        sys.exit("magpie: " + reason)


def _reason(root: str) -> str:
    if sys.platform == "win32":
        return "Windows is not supported: run it in WSL (`wsl --install`, there `make run`) or in Docker"
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:2]))
        return f"Python 3.11 or newer is needed, this is {found}; `make run PYTHON=python3.12` takes another"
    missing = [name for name in PACKAGES if importlib.util.find_spec(PACKAGES[name]) is None]
    if not missing:
        return ""
    own = os.path.join(root, ".venv", "bin", "python")
    if os.path.exists(own) and os.path.abspath(sys.executable) != own:
        return f"this Python has no {missing[0]}: start with .venv/bin/python server.py, or with make run"
    return f"packages are missing ({', '.join(missing)}): `make run` installs them and starts"


def _open_standard_files() -> None:
    """Whoever starts us may have closed standard input, output or error; the next file that is opened,
    perhaps the database, would get the number, and the log would be written into it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
