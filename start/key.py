"""The keys of an installation: one seals what the database must not tell by itself (`actions.seal`), with the
other it signs what it pushes (`outgoing.webpush`)."""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from config import Config
from start import StartError

#: Their files in the data directory.
FILE, PUSH_FILE = "magpie.key", "push.key"
BYTES = 32


def key_of(config: Config) -> bytes:
    """32 bytes: of the settings, or those in the data directory, which are made when they are missing. Raises
    `StartError` when they can't be read or made."""
    return _key(config.auth.totp_key, config.data / FILE, "everybody's one-time codes")


def push_key_of(config: Config) -> bytes:
    """The same for pushes."""
    return _key(config.push.key, config.data / PUSH_FILE, "all subscriptions to pushes")


def _key(said: str, path: Path, lost: str) -> bytes:
    """`lost`: what goes with the file."""
    if said:
        return hashlib.sha256(said.encode()).digest()
    try:
        if not path.exists():
            _make(path)
        key = base64.b64decode(path.read_bytes(), validate=True)
    except OSError as error:
        raise StartError(f"cannot read or make {path}: {error.strerror}") from None
    except binascii.Error:
        key = b""
    if len(key) != BYTES:
        raise StartError(f"{path} is no key: restore it, or delete it and with it {lost}")
    return key


def _make(path: Path) -> None:
    """Of several processes that make it at once all take the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    own.unlink(missing_ok=True)
    file = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, base64.b64encode(os.urandom(BYTES)))
        os.fsync(file)
    finally:
        os.close(file)
    try:
        os.link(own, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        own.unlink()
