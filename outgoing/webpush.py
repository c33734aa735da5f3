"""Web Push: a payload that one browser alone can read (RFC 8291, 8188), and who it is from (RFC 8292).

Pure functions and one small cache; sending it is `outgoing.client`'s.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES, AUTH_BYTES = 65, 16
#: What a body is said to have at most, in one record; sealing adds 103 bytes to a payload.
_RECORD_BYTES = 4096

#: Seconds that a signature holds, of 24 hours at most, and how long before its end a new one is made.
_HOLDS_S, _EARLY_S = 12 * 3600, 3600
#: Gateways whose signature is kept.
_MOST = 1000

#: The order of the curve P-256: a private key is a number from 1 up to it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}\Z")


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The other way; `ValueError` for what is none."""
    if not _BASE64URL.match(text):
        raise ValueError("not base64url")
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        raise ValueError("not base64url")


def keys_of(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """A browser's public key, a point of the curve, and its secret; `ValueError` for what is none."""
    point, secret = decode(p256dh), decode(auth)
    if len(point) != POINT_BYTES or len(secret) != AUTH_BYTES:
        raise ValueError("not as long as a key")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return point, secret


def seal(
    payload: bytes,
    point: bytes,
    secret: bytes,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a request. `own` and `salt` are made anew for each, but in a test of the RFC's example.
    Takes a tenth of a millisecond."""
    own = own or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    public = _point_of(own)
    shared = own.exchange(ec.ECDH(), theirs)
    key = _derived(shared, secret, b"WebPush: info\0" + point + public, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, payload + b"\x02", None)
    head = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(public)]) + public
    return head + sealed


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(key)


def _point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Vapid:
    """Who the pushes of this installation are from. `key`: 32 bytes that nobody else has; `contact`: where a
    gateway's people reach the operator, mailto: or https:, "" for nowhere."""

    def __init__(self, key: bytes, contact: str = "") -> None:
        number = int.from_bytes(key, "big") % (_ORDER - 1) + 1
        self._private = ec.derive_private_key(number, ec.SECP256R1())
        self._secret = hashlib.sha256(b"magpie topic" + key).digest()
        self._contact = contact
        self._signed: dict[str, tuple[int, str]] = {}  # by origin, until when it is used
        self.public = encode(_point_of(self._private))  #: what a browser subscribes with

    def authorization(self, origin: str, now_s: int) -> str:
        """The header for a gateway; `now_s`: seconds since 1970."""
        until, token = self._signed.get(origin, (0, ""))
        if now_s >= until:
            until, token = now_s + _HOLDS_S - _EARLY_S, self._sign(origin, now_s + _HOLDS_S)
            if len(self._signed) >= _MOST:
                del self._signed[next(iter(self._signed))]
            self._signed[origin] = until, token
        return f"vapid t={token}, k={self.public}"

    def topic(self, *named: int) -> str:
        """What a gateway keeps only the latest message of; it tells nobody who has not our key what is
        named."""
        return encode(hmac.digest(self._secret, " ".join(map(str, named)).encode(), "sha256")[:24])

    def _sign(self, origin: str, expires_s: int) -> str:
        claims: dict[str, object] = {"aud": origin, "exp": expires_s}
        if self._contact:
            claims["sub"] = self._contact
        parts = ({"typ": "JWT", "alg": "ES256"}, claims)
        text = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        r, s = decode_dss_signature(self._private.sign(text.encode(), ec.ECDSA(SHA256())))
        return f"{text}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
