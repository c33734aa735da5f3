"""The opening handshake as a server answers it (RFC 6455 §4.2), without I/O. No subprotocol is ever chosen
and no extension agreed on: frames are shared by many connections, and the state of permessage-deflate belongs
to one."""

import base64
import hashlib
import re
from collections.abc import Mapping

_VERSION = "13"

#: 16 bytes in base64.
_NONCE = re.compile("[A-Za-z0-9+/]{22}==")

#: §1.3
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BadHandshake(Exception):
    """This is no WebSocket's handshake. `status` and `headers` of the HTTP answer, whose text says why."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] = {}) -> None:
        super().__init__(why)
        self.status, self.headers = status, headers


def accept(version: str, headers: Mapping[str, str]) -> bytes:
    """The answer to a GET of HTTP `version` that asks for a WebSocket (§4.2.2), ready to be written; names
    in `headers` are looked up whatever their case. Raises `BadHandshake`."""
    if version == "HTTP/1.0":  # §4.2.1, 1
        raise BadHandshake(400, "A WebSocket needs HTTP/1.1")
    if headers.get("Upgrade", "").lower() != "websocket":  # §4.2.1, 3
        raise BadHandshake(400, 'Can "Upgrade" only to "WebSocket".')
    if "upgrade" not in (token.strip().lower() for token in headers.get("Connection", "").split(",")):
        raise BadHandshake(400, '"Connection" must be "Upgrade".')  # §4.2.1, 4
    if headers.get("Sec-WebSocket-Version") != _VERSION:  # §4.2.1, 6, and §4.4
        raise BadHandshake(426, "Upgrade Required", {"Sec-WebSocket-Version": _VERSION})
    key = headers.get("Sec-WebSocket-Key", "")
    if not headers.get("Host") or not _NONCE.fullmatch(key):  # §4.2.1, 2 and 5
        raise BadHandshake(400, "Missing/Invalid WebSocket headers")
    return (
        b"HTTP/1.1 101 Switching Protocols\r\n"
        b"Upgrade: websocket\r\n"
        b"Connection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + _answer(key) + b"\r\n\r\n"
    )


def _answer(key: str) -> bytes:
    """§4.2.2, 5.4"""
    return base64.b64encode(hashlib.sha1(key.encode("latin-1") + _GUID).digest())
