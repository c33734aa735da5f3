"""What the server writes about requests: one line each, and never a secret."""

import atexit
import logging
import re
import sys
import time

from tornado.web import RequestHandler

from handlers.outlet import LAST_SECONDS, Outlet

access = logging.getLogger("magpie.access")

_SECRETS = re.compile(
    r"""(?ix)
    ( \b (?: token | passwd | password | secret | signature ) ["']? \s* (?: = | : | %3D ) \s*
    | \b Bearer \s+
    | \b im_ (?: [0-9]+ | device ) = )
    ( "(?: [^"\\] | \\. )*" | '(?: [^'\\] | \\. )*' | [^\s&"',;)}\]]+ )
    """
)
#: The password of a database's URL.
_URL_PASSWORDS = re.compile(r"(://[^\s:/@]*:)[^\s/]*(?=@)")
#: One of these stands in every text of plain letters that has something to be replaced: nearly none has.
_SIGNS = ("token", "passw", "secret", "signature", "bearer", "im_", "://")


def scrub(text: str) -> str:
    """`text` with the values of tokens and passwords replaced."""
    if text.isascii():
        small = text.lower()
        if not any(sign in small for sign in _SIGNS):
            return text
    return _URL_PASSWORDS.sub(r"\1***", _SECRETS.sub(r"\1***", text))


class Formatter(logging.Formatter):
    """``2026-11-23T06:12:45.123Z INFO magpie.access …``, in UTC, scrubbed; tracebacks too."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._second = (-1, "")  # the last that was spelt, and how: hundreds of lines share it

    def formatTime(  # noqa: N802 - as in logging
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        second, text = self._second
        if second != int(record.created):
            second = int(record.created)
            text = time.strftime(self.default_time_format, self.converter(second))
            self._second = second, text
        return f"{text}.{int(record.msecs):03d}Z"

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info or record.exc_text or record.stack_info:
            return scrub(super().format(record))
        return scrub(f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}")


def configure(level: str) -> None:
    """Logs to standard error, where systemd and containers collect them. From now on nothing that is written
    there or to standard output makes the server wait for a reader."""
    formatter = Formatter()

    def note(lines: int) -> str:
        record = logging.LogRecord("magpie.logs", logging.WARNING, "", 0, _LOST, (lines,), None)
        return formatter.format(record) + "\n"

    sys.stdout, sys.stderr = Outlet(1, note), Outlet(2, note)
    atexit.register(finish)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    # Where a line was written from, and in which thread, is never shown: finding out takes half of its time.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


_LOST = "lost lines=%d: nobody read them in time"


def finish(seconds: float = LAST_SECONDS) -> None:
    """Gives what has been written last a moment to go out; the process is about to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Outlet):
            stream.finish(seconds)


#: What asks every few seconds, and would fill the log.
_PROBES = ("/healthz", "/readyz")


def log_request(handler: RequestHandler) -> None:
    """The line of one finished request. The query is left out: a classic page's URL has the token in it."""
    request = handler.request
    quiet = request.path in _PROBES or (request.path == "/metrics" and handler.get_status() == 200)
    level = logging.DEBUG if quiet else logging.INFO
    if not access.isEnabledFor(level):
        return
    access.log(
        level,
        "method=%s path=%s status=%d code=%s ms=%.1f user=%s ip=%s id=%s",
        request.method,
        request.path,
        handler.get_status(),
        _or_dash(getattr(handler, "code", None)),
        1000 * request.request_time(),
        _or_dash(getattr(handler, "caller_id", None)),
        _or_dash(getattr(handler, "address", request.remote_ip)),
        _or_dash(getattr(handler, "request_id", None)),
    )


def _or_dash(value: object) -> object:
    return "-" if value is None or value == "" else value
