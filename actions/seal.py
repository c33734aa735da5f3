"""Seals what the database keeps and must not tell by itself: whoever reads a copy of its tables has nothing
without the key, which is in the data directory or in the settings (docs/decisions/0074-accounts.md)."""

import base64
import hashlib
import logging
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.errors import Refused

log = logging.getLogger("magpie.seal")

#: The key's file in the data directory.
FILE = "magpie.key"
_NONCE_BYTES = 12  # as AES-GCM has it
_NAME_LETTERS = 8


class Seal:
    """AES-256-GCM. A sealed text names its key, and opens for the user it was made for alone."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes."""
        self._aes = AESGCM(key)
        self._name = hashlib.sha256(b"name of " + key).hexdigest()[:_NAME_LETTERS]

    @classmethod
    def of(cls, setting: str, data: Path) -> "Seal":
        """With the key of the settings, or the one in `data`, which is made when it is missing. Raises
        `OSError` when it can't be read or made."""
        if setting:
            return cls(hashlib.sha256(setting.encode()).digest())
        return cls(base64.b64decode(_key_in(data / FILE)))

    def close(self, user_id: int, text: str) -> str:
        """What to store."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._aes.encrypt(nonce, text.encode(), str(user_id).encode())
        return f"{self._name}:{base64.b64encode(sealed).decode()}"

    def open(self, user_id: int, stored: str) -> str:
        """The text. `Refused`, with a line in the log, when it was sealed with another key: the data
        directory was left behind, or processes have different ones."""
        name, _, sealed = stored.partition(":")
        raw = base64.b64decode(sealed)
        try:
            return self._aes.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], str(user_id).encode()).decode()
        except InvalidTag:
            log.error("a secret of user %d was sealed with key %s, ours is %s", user_id, name, self._name)
            raise Refused(
                "服务器暂时无法验证，请使用恢复码或联系管理员",
                "The server can't check codes now: use a recovery code, or ask an administrator",
            ) from None


def _key_in(path: Path) -> bytes:
    """The key's text. Of several processes that make it at once all take the first one's."""
    if not path.exists():
        own = path.with_name(f"{path.name}.{os.getpid()}")
        own.unlink(missing_ok=True)
        file = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, base64.b64encode(os.urandom(32)))
            os.fsync(file)
        finally:
            os.close(file)
        try:
            os.link(own, path)
        except FileExistsError:
            pass  # another process was faster
        finally:
            own.unlink()
    return path.read_bytes()
