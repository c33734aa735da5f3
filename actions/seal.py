"""Seals what the database keeps and must not tell by itself: whoever reads a copy of its tables has nothing
without the key, which is in the data directory or in the settings (docs/decisions/0074-accounts.md)."""

import base64
import hashlib
import logging
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.errors import Refused

log = logging.getLogger("magpie.seal")

_NONCE_BYTES = 12  # as AES-GCM has it
_NAME_LETTERS = 8


class Seal:
    """AES-256-GCM. A sealed text names its key, and opens for the user it was made for alone."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes."""
        self._aes = AESGCM(key)
        self._name = hashlib.sha256(b"name of " + key).hexdigest()[:_NAME_LETTERS]

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
