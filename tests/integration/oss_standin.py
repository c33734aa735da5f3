"""A small stand-in for Aliyun OSS that verifies what it is sent.

One that accepted any signature would prove nothing. This one checks V4 signatures in the header
and in the address, their scope, age and expiry, and Content-MD5; it refuses anonymous callers
unless the bucket is public; it answers with OSS's headers and error XML. It knows one bucket and
what the server does with objects: PUT, GET with a range, HEAD, DELETE.

    async def test_it(standin):           # the fixture below
        standin.faults.append(Fault(status=503, times=2, method="PUT"))
"""

from __future__ import annotations

import asyncio
import base64
import calendar
import email.utils
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

import crcmod
import pytest
from tornado import httpserver, netutil, web
from tornado.iostream import StreamClosedError

crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)
MAX_SKEW = 900  # seconds


class OssError(Exception):
    def __init__(self, status: int, code: str, message: str = ""):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Fault:
    """What goes wrong with the next `times` requests (of `method`, if given)."""

    times: int = 1
    method: str = ""
    status: int = 0  # answer this status
    silent: bool = False  # accept the request, never answer
    drip: bool = False  # answer a byte now and then, without end
    reset: bool = False  # close the connection
    truncate: bool = False  # half of the body, then close
    wrong_crc: bool = False


@dataclass
class Object:
    body: bytes
    headers: dict[str, str]
    modified: str = field(default_factory=lambda: email.utils.formatdate(usegmt=True))

    @property
    def etag(self) -> str:
        return '"%s"' % hashlib.md5(self.body).hexdigest().upper()


@dataclass
class OssStandin:
    key_id: str = "test-id"
    secret: str = "test-secret"
    region: str = "cn-hangzhou"
    bucket: str = "test-bucket"
    public: bool = False
    objects: dict[str, Object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # "PUT 2026/11/….png", as they came
    dripping: int = 0  # answers that are being dripped out

    def listen(self) -> None:
        [socket] = netutil.bind_sockets(0, "127.0.0.1")
        application = web.Application([(r"/.*", _Handler, {"oss": self})], log_function=lambda _: None)
        self._server = httpserver.HTTPServer(application, max_body_size=64 << 20)
        self._server.add_socket(socket)
        self._stopped = asyncio.Event()
        self.endpoint = f"http://127.0.0.1:{socket.getsockname()[1]}"

    async def close(self) -> None:
        self._stopped.set()
        self._server.stop()
        await self._server.close_all_connections()

    def settings(self, **changes: object) -> dict[str, object]:
        """What a server needs to keep its media here."""
        names = {
            "endpoint": self.endpoint,
            "bucket": self.bucket,
            "region": self.region,
            "key_id": self.key_id,
            "key_secret": self.secret,
            **changes,
        }
        return {"storage.backend": "oss", **{f"storage.oss_{name}": value for name, value in names.items()}}

    async def stopped(self) -> None:
        await self._stopped.wait()

    def take_fault(self, method: str) -> Fault:
        for fault in self.faults:
            if fault.times > 0 and fault.method in ("", method):
                fault.times -= 1
                return fault
        return Fault()


@pytest.fixture
def standin(io_loop):
    """An OSS on a free port of this machine."""
    standin = OssStandin()

    async def listen() -> None:
        standin.listen()

    io_loop.run_sync(listen)
    yield standin
    io_loop.run_sync(standin.close)


class _Handler(web.RequestHandler):
    SUPPORTED_METHODS = ("GET", "HEAD", "PUT", "DELETE")

    def initialize(self, oss: OssStandin) -> None:
        self.oss = oss

    def compute_etag(self) -> None:
        return None

    async def prepare(self) -> None:
        path, _, query = self.request.uri.partition("?")
        self.query = dict(parse_qsl(query, keep_blank_values=True))
        self.bucket, _, self.key = unquote(path).lstrip("/").partition("/")
        self.oss.requests.append(f"{self.request.method} {self.key}")
        self.set_header("Server", "AliyunOSS")
        self.set_header("x-oss-request-id", secrets.token_hex(12).upper())
        self.fault = self.oss.take_fault(self.request.method)
        if self.fault.silent:
            await self.oss.stopped()
        if self.fault.drip:
            await self._drip()
        if self.fault.silent or self.fault.drip or self.fault.reset:
            self.request.connection.stream.close()
            raise web.Finish
        try:
            if self.fault.status:
                raise OssError(self.fault.status, "ServiceUnavailable", "injected")
            self._authenticate()
            if self.bucket != self.oss.bucket:
                raise OssError(404, "NoSuchBucket")
            getattr(self, f"_{self.request.method.lower()}")()
        except OssError as error:
            self._refuse(error)

    async def _drip(self) -> None:
        stream = self.request.connection.stream
        self.oss.dripping += 1
        try:
            await stream.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.oss._stopped.is_set():
                await stream.write(b"x")
                await asyncio.sleep(0.02)
        except StreamClosedError:
            pass
        finally:
            self.oss.dripping -= 1

    def _refuse(self, error: OssError) -> None:
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{error.code}</Code>'
            f"<Message>{escape(error.message)}</Message></Error>"
        )
        self.set_status(error.status)
        self.set_header("Content-Type", "application/xml")
        if self.request.method == "HEAD":  # no body there: OSS tells the reason in a header
            self.set_header("x-oss-err", base64.b64encode(body.encode()).decode())
            body = ""
        self.finish(body)

    # -- operations --------------------------------------------------------------------------

    def _put(self) -> None:
        body, headers = self.request.body, self.request.headers
        digest = headers.get("Content-MD5")
        if digest and digest != base64.b64encode(hashlib.md5(body).digest()).decode():
            raise OssError(400, "InvalidDigest")
        kept = ("Content-Type", "Content-Disposition", "Cache-Control")
        stored = Object(body, {name: headers[name] for name in kept if name in headers})
        self.oss.objects[self.key] = stored
        self.set_header("ETag", stored.etag)
        self._set_crc(body)
        self.finish()

    def _delete(self) -> None:
        self.oss.objects.pop(self.key, None)
        self.set_status(204)
        self.finish()

    def _get(self) -> None:
        stored = self._found()
        body = stored.body
        span = self.request.headers.get("Range", "")
        if span:
            first, last = (int(number) for number in span.removeprefix("bytes=").split("-"))
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
            body = body[first : last + 1]
        if self.fault.truncate:
            self.set_header("Content-Length", str(len(body)))
            self.write(body[: len(body) // 2])
            self.flush()
            self.request.connection.stream.close()
            return
        self.finish(body)

    def _head(self) -> None:
        self.set_header("Content-Length", str(len(self._found().body)))
        self.finish()

    def _found(self) -> Object:
        stored = self.oss.objects.get(self.key)
        if stored is None:
            raise OssError(404, "NoSuchKey", "The specified key does not exist.")
        for name, value in stored.headers.items():
            self.set_header(name, self.query.get(f"response-{name.lower()}", value))
        self.set_header("ETag", stored.etag)
        self.set_header("Last-Modified", stored.modified)
        self._set_crc(stored.body)
        return stored

    def _set_crc(self, body: bytes) -> None:
        self.set_header("x-oss-hash-crc64ecma", str(crc64(body) ^ self.fault.wrong_crc))

    # -- signatures, version 4 ---------------------------------------------------------------

    def _authenticate(self) -> None:
        authorization = self.request.headers.get("Authorization", "")
        if authorization.startswith("OSS4-HMAC-SHA256 "):
            self._check_header_signature(authorization[17:])
        elif self.query.get("x-oss-signature-version") == "OSS4-HMAC-SHA256":
            self._check_address_signature()
        elif not (self.oss.public and self.request.method in ("GET", "HEAD")):
            raise OssError(403, "AccessDenied", "You have no right to access this object.")

    def _check_header_signature(self, text: str) -> None:
        parts = dict(part.strip().split("=", 1) for part in text.split(","))
        date = self.request.headers.get("x-oss-date", "")
        self._check_signature(
            parts["Credential"], date, parts.get("AdditionalHeaders", ""), parts["Signature"]
        )
        if abs(time.time() - _seconds(date)) > MAX_SKEW:
            raise OssError(403, "RequestTimeTooSkewed")

    def _check_address_signature(self) -> None:
        date = self.query["x-oss-date"]
        self._check_signature(
            self.query["x-oss-credential"],
            date,
            self.query.get("x-oss-additional-headers", ""),
            self.query["x-oss-signature"],
        )
        if time.time() > _seconds(date) + int(self.query["x-oss-expires"]):
            raise OssError(403, "AccessDenied", "Request has expired.")

    def _check_signature(self, credential: str, date: str, additional: str, given: str) -> None:
        key_id, _, scope = credential.partition("/")
        if scope != f"{date[:8]}/{self.oss.region}/oss/aliyun_v4_request":
            raise OssError(400, "AuthorizationHeaderMalformed", f"bad scope {scope}")
        if key_id != self.oss.key_id:
            raise OssError(403, "InvalidAccessKeyId")
        request_hash = hashlib.sha256(self._canonical_request(additional).encode()).hexdigest()
        to_sign = "\n".join(["OSS4-HMAC-SHA256", date, scope, request_hash])
        key = ("aliyun_v4" + self.oss.secret).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        if not hmac.compare_digest(hmac.new(key, to_sign.encode(), "sha256").hexdigest(), given):
            raise OssError(403, "SignatureDoesNotMatch")

    def _canonical_request(self, additional: str) -> str:
        names = sorted(name for name in additional.split(";") if name)
        query = sorted(
            (_encode(name), _encode(value)) for name, value in self.query.items() if name != "x-oss-signature"
        )
        headers = sorted(
            (name.lower(), value.strip())
            for name, value in self.request.headers.get_all()
            if name.lower().startswith("x-oss-") or name.lower() in ("content-type", "content-md5", *names)
        )
        return "\n".join(
            [
                self.request.method,
                quote(f"/{self.bucket}/{self.key}", safe="-_.~/"),
                "&".join(f"{name}={value}" if value else name for name, value in query),
                "".join(f"{name}:{value}\n" for name, value in headers),
                ";".join(names),
                self.request.headers.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ]
        )

    async def _answered(self) -> None:
        """`prepare` has answered already."""

    get = head = put = delete = _answered


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _seconds(date: str) -> int:
    try:
        return calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise OssError(400, "AuthorizationHeaderMalformed", f"bad date {date}") from None
