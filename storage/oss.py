"""Media in an Aliyun OSS bucket, through `oss2`.

The SDK blocks (it is built on requests), so its calls run in this storage's own threads. It
retries nothing by itself and would wait 60 s for a dead service, and for ever for one that
drips; here a call gets short timeouts, two tries more where that can help, one deadline over
all at which it is cut off, and a circuit breaker. Browsers fetch the bytes from OSS
themselves: by a signed address that dies after a while (private bucket) or from the public
address of the bucket or its CDN.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import oss2
import requests
from oss2.exceptions import InconsistentError, NoSuchKey, OssError, RequestError

from protocol.errors import TryAgain
from protocol.media import disposition, is_name, missing

from .base import Blob, Storage
from .breaker import Breaker
from .deadline import Call, CuttableAdapter
from .oss_addresses import browser_endpoint_of, bucket_of, endpoint_of, is_own_domain, origin_of

if TYPE_CHECKING:
    import config

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("magpie.storage")

CONNECTIONS = 8
MOST_WAITING = 64  # calls for which there is no thread yet; more are refused at once
TIMEOUTS = (1.0, 5.0)  # seconds to connect, and between two pieces of an answer
TRIES = 3
CACHE_CONTROL = "private, max-age=31536000, immutable"


class OssStorage(Storage):
    def __init__(
        self,
        settings: config.Storage,
        timeouts: tuple[float, float] = TIMEOUTS,
        breaker: Breaker | None = None,
    ) -> None:
        """`settings`: section `storage` of the configuration. ValueError names a wrong one.

        Makes no request: a server may start while OSS is away.
        """
        # At DEBUG the SDK prints signatures; above, only failures that are reported here anyway.
        logging.getLogger("oss2").setLevel(logging.CRITICAL)
        self._signed_seconds = settings.oss_signed_seconds
        self._deadline = settings.oss_deadline
        self._public_url = settings.oss_public_url.rstrip("/")
        self._breaker = breaker or Breaker()
        self._session = oss2.Session(
            adapter=CuttableAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
        )
        self._bucket = self._bucket_at(settings, endpoint_of(settings), timeouts)
        self._signer = self._bucket_at(settings, browser_endpoint_of(settings), timeouts)
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="oss")
        self._waiting = self._calls = self._failed = 0
        self.url_seconds = 0 if self._public_url else self._signed_seconds
        signed = self._signer.sign_url("GET", "any", self._signed_seconds)
        self.origins = tuple(dict.fromkeys(origin_of(url) for url in (self._public_url, signed) if url))

    def _bucket_at(
        self, settings: config.Storage, endpoint: str, timeouts: tuple[float, float]
    ) -> oss2.Bucket:
        return oss2.Bucket(
            oss2.AuthV4(settings.oss_key_id, settings.oss_key_secret),
            endpoint,
            bucket_of(settings),
            is_cname=is_own_domain(settings, endpoint),
            session=self._session,
            connect_timeout=timeouts,
            region=settings.oss_region,
            enable_crc=_crc_is_fast(),
        )

    async def put(self, key: str, path: str, mime: str, inline: bool, name: str = "") -> None:
        headers = {
            "Content-Type": mime,
            "Content-Disposition": disposition(inline, name),
            "Cache-Control": CACHE_CONTROL,
        }
        await self._call(self._put, self._checked(key), path, headers)

    async def open(self, key: str) -> Blob:
        size, modified = await self._call(self._head, self._checked(key))
        return OssBlob(self, key, size, modified)

    async def delete(self, key: str) -> None:
        await self._call(self._delete, self._checked(key))

    def url_for(self, key: str, method: str = "GET", name: str = "", inline: bool = False) -> str:
        self._checked(key)
        if self._public_url:
            return f"{self._public_url}/{key}"
        wanted = {"response-content-disposition": disposition(inline, name)} if name else None
        signed: str = self._signer.sign_url(method, key, self._signed_seconds, params=wanted, slash_safe=True)
        return signed

    def stats(self) -> dict[str, int]:
        """As in `Storage`, `storage_waiting` without the threads whose callers have gone at the deadline, and
        the `storage_breaker_…` of `Breaker`."""
        return {
            "storage_waiting": self._waiting,
            "storage_calls": self._calls,
            "storage_failed": self._failed,
            **self._breaker.stats(),
        }

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._session.session.close()

    # -- one call with all that may go wrong -------------------------------------------------

    async def _call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(…)` in a thread. Refusals are the only exceptions that come out.

        When the deadline passes the caller goes on, and the thread's connection is cut off.
        """
        self._calls += 1
        if self._waiting >= CONNECTIONS + MOST_WAITING or not self._breaker.allow():
            raise self._unavailable()
        seconds = self._deadline
        call = Call()
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                attempts = partial(
                    self._attempt, call, time.monotonic() + seconds, partial(work, *args, **kwargs)
                )
                result = await asyncio.get_running_loop().run_in_executor(self._threads, call.run, attempts)
        except TimeoutError as error:
            self._count_failure(f"no answer within {seconds:g} s")
            raise self._unavailable() from error
        except NoSuchKey:
            self._breaker.success()
            raise missing() from None
        except (OssError, requests.RequestException) as error:
            if _may_pass(error):
                self._count_failure(_describe(error))
            else:
                log.error("oss refuses: %s", _describe(error))
            raise self._unavailable() from error
        finally:
            self._waiting -= 1
            call.cut()  # when it is over, this does nothing
        self._breaker.success()
        return result

    def _attempt(self, call: Call, deadline: float, work: Callable[[], T]) -> T:
        """Up to three tries, in a thread, with a random pause so that callers don't come in step."""
        for tries_left in reversed(range(TRIES)):
            try:
                return work()
            except (OssError, requests.RequestException) as error:
                pause = random.uniform(0.1, 0.4) * (TRIES - tries_left)
                late = call.is_cut or time.monotonic() + pause > deadline
                if not tries_left or late or not _may_pass(error):
                    raise
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _count_failure(self, reason: str) -> None:
        self._breaker.failure()
        log.warning("oss failed: %s%s", reason, "; pausing calls to it" if self._breaker.is_open else "")

    def _unavailable(self) -> TryAgain:
        self._failed += 1
        return TryAgain("文件存储暂时不可用，请稍后再试", "Storage is unavailable, try again")

    # -- in a thread -------------------------------------------------------------------------

    def _put(self, key: str, path: str, headers: dict[str, str]) -> None:
        """With the MD5 that OSS checks before it stores: a damaged body never gets a name."""
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "md5").digest()
            file.seek(0)
            self._bucket.put_object(key, file, headers={**headers, "Content-MD5": b64encode(digest).decode()})

    def _head(self, key: str) -> tuple[int, float]:
        """Bytes, and seconds since 1970."""
        found = self._bucket.head_object(key)
        return found.content_length, found.last_modified

    def _delete(self, key: str) -> None:
        self._bucket.delete_object(key)

    def _read(self, key: str, offset: int, length: int, size: int) -> bytes:
        result = self._bucket.get_object(key, byte_range=(offset, offset + length - 1))
        data: bytes = result.read()
        if len(data) != length:
            raise InconsistentError(f"{len(data)} of {length} bytes", result.request_id)
        if length == size and self._bucket.enable_crc:
            oss2.utils.check_crc("get", result.client_crc, result.server_crc, result.request_id)
        return data

    @staticmethod
    def _checked(key: str) -> str:
        if not is_name(key):
            raise missing()
        return key


class OssBlob(Blob):
    def __init__(self, storage: OssStorage, key: str, size: int, modified: float):
        self.size = size
        self.modified = modified
        self._storage = storage
        self._key = key

    async def read(self, offset: int, length: int) -> bytes:
        if not length:
            return b""
        return await self._storage._call(self._storage._read, self._key, offset, length, self.size)

    async def close(self) -> None:
        """Each read is a request of its own: nothing stays open."""


def _may_pass(error: Exception) -> bool:
    """Whether another try could go better: nothing came, too little came, or OSS itself failed."""
    if isinstance(error, (RequestError, InconsistentError, requests.RequestException)):
        return True
    return isinstance(error, OssError) and bool(error.status >= 500)


def _describe(error: Exception) -> str:
    """A line for the log. The SDK's own text may quote addresses with signatures in them."""
    if isinstance(error, RequestError):
        return type(error.exception).__name__
    if isinstance(error, OssError):
        return f"{error.status} {error.code or type(error).__name__} request {error.request_id or '-'}"
    return type(error).__name__


def _crc_is_fast() -> bool:
    """Without its C part crcmod takes seconds a megabyte and holds all threads up meanwhile."""
    return "crcmod._crcfunext" in sys.modules
