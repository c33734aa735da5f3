"""Set-up for everything `make` runs: virtual environment, pinned packages, Node when needed, the built page.

    python3 tools/setup.py          what the server needs
    python3 tools/setup.py --dev    and what the tests need

Uses the standard library only. Each step is skipped when the content it was made from has not changed, so a
second run takes a fraction of a second.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Magpie needs Python 3.11 or newer; this is %d.%d. Name another one: make run PYTHON=python3.12"
        % sys.version_info[:2]
    )
if sys.platform == "win32":
    sys.exit("Magpie does not run on Windows itself: use WSL (wsl --install, there make run) or Docker.")

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
WEB = ROOT / "web"
PAGE = ROOT / "static" / "app"
NOT_SOURCES = {"node_modules", "dist", "coverage", "tests"}


class SetupError(Exception):
    """A step failed; the text says which and what to do, and is all the user sees."""


def main() -> None:
    """Run the steps that have something to do."""
    parser = argparse.ArgumentParser(description="Set up Magpie in this folder.")
    parser.add_argument("--dev", action="store_true", help="also install what the tests need")
    dev = parser.parse_args().dev
    try:
        alone = wait_for_others()
        make_venv()
        install_python_packages("requirements-dev.txt" if dev else "requirements.txt")
        if (WEB / "package.json").exists():
            build_page(with_modules=dev)
        os.close(alone)
    except SetupError as error:
        sys.exit(f"Set-up stopped: {error}")
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted; the next run takes it up again.")


def wait_for_others() -> int:
    """Let one set-up at a time work in this folder; the lock lasts until the returned descriptor is
    closed."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("→ Another set-up is at work in this folder; waiting for it …", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)
    return folder


def make_venv() -> None:
    """Create .venv, or again when its Python no longer starts (the folder moved, the system was upgraded)."""
    if works([BIN / "python", "-c", "import pip; print(pip.__version__)"]):
        return
    if not importlib.util.find_spec("ensurepip"):
        raise SetupError(
            "this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"
        )
    with Step("Creating the virtual environment .venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV])


def install_python_packages(requirements: str) -> None:
    """Install the pinned packages of one requirements file into .venv."""
    content = digest(ROOT.glob("requirements*.txt"), sys.version)
    made = stamp(requirements)
    if is_current(made, content):
        return
    with Step(f"Installing the Python packages of {requirements} (a minute or so)"):
        pip_install("-r", ROOT / requirements)
        made.write_text(content)
        if requirements == "requirements-dev.txt":
            stamp("requirements.txt").write_text(content)


def build_page(with_modules: bool) -> None:
    """Build web/ into static/app/; `with_modules` installs the page's packages even if the page is built."""
    lock = digest([WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"])
    modules_made = WEB / "node_modules" / ".made-from"
    sources = digest(page_sources(), lock)
    page_made = PAGE / ".made-from"
    page_current = is_current(page_made, sources)
    if page_current and not with_modules:
        return
    if not is_current(modules_made, lock):
        npm = find_npm()
        with Step("Installing the page's packages"):
            run([npm, "ci", "--loglevel=error", "--no-fund", "--no-audit"], cwd=WEB)
            modules_made.write_text(lock)
    if not page_current:
        npm = find_npm()
        with Step("Building the page"):
            run([npm, "run", "build"], cwd=WEB)
            if not PAGE.is_dir():
                raise SetupError("the page was built, but static/app/ is not there")
            page_made.write_text(sources)


def page_sources() -> list[Path]:
    """All files the built page depends on."""
    found = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder, name) for name in names]
    return found


def find_npm() -> Path:
    """The npm of a Node that Vite runs on: the virtual environment's, the machine's, or else one from
    PyPI."""
    if usable_node(BIN / "node"):
        return BIN / "npm"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and usable_node(Path(node)):
        return Path(npm)
    with Step("Fetching Node for building the page (there is none of 20.19 or newer here)"):
        pip_install("-r", ROOT / "requirements-node.txt")
    return BIN / "npm"


def usable_node(node: Path) -> bool:
    """Vite's condition: ^20.19.0 || >=22.12.0."""
    version = re.match(r"v(\d+)\.(\d+)", works([node, "--version"]))
    if not version:
        return False
    major, minor = int(version[1]), int(version[2])
    return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def pip_install(*arguments: str | Path) -> None:
    run(
        [
            BIN / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
            *arguments,
        ]
    )


def works(command: list) -> str:
    """What a command prints, or "" when it fails or is not there."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def run(command: list, cwd: Path = ROOT) -> None:
    """Run a command quietly; when it fails, SetupError carries the end of what it said."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        said = "\n".join(done.stdout.strip().splitlines()[-25:])
        raise SetupError(f"this command failed ({done.returncode}): {' '.join(map(str, command))}\n{said}")


def digest(files, *more: str) -> str:
    """One hash over names and contents of files and some further texts."""
    whole = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        if file.is_file():
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            whole.update(f"{file.relative_to(ROOT)}\0{content}\n".encode())
    return whole.hexdigest()


def stamp(name: str) -> Path:
    """Where .venv remembers what a step was made from."""
    folder = VENV / "made-from"
    folder.mkdir(exist_ok=True)
    return folder / name


def is_current(made: Path, content: str) -> bool:
    return made.is_file() and made.read_text() == content


class Step:
    """Says what goes on, and how long it took; one line, with or without a terminal."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self):
        self.began = time.monotonic()
        print(f"→ {self.what} … ", end="", flush=True)

    def __exit__(self, kind, error, trace):
        seconds = time.monotonic() - self.began
        print("failed" if kind else f"done ({seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
