"""What the server writes about requests: one line each, and never a secret."""

import logging
import re
import time

from tornado.web import RequestHandler

access = logging.getLogger("magpie.access")

_SECRETS = re.compile(
    r"""(?ix)
    ( \b (?: token | passwd | password | secret | signature ) ["']? \s* (?: = | : | %3D ) \s*
    | \b Bearer \s+
    | \b im_[0-9]+ = )
    ( "(?: [^"\\] | \\. )*" | '(?: [^'\\] | \\. )*' | [^\s&"',;)}\]]+ )
    """
)
#: The password of a database's URL.
_URL_PASSWORDS = re.compile(r"(://[^\s:/@]*:)[^\s/]*(?=@)")


def scrub(text: str) -> str:
    """`text` with the values of tokens and passwords replaced."""
    return _URL_PASSWORDS.sub(r"\1***", _SECRETS.sub(r"\1***", text))


class Formatter(logging.Formatter):
    """``2026-11-23T06:12:45.123Z INFO magpie.access …``, in UTC, scrubbed; tracebacks too."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


def configure(level: str) -> None:
    """Logs to standard error, where systemd and containers collect them."""
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def log_request(handler: RequestHandler) -> None:
    """The line of one finished request. The query is left out: a classic page's URL has the token in it."""
    request = handler.request
    quiet = request.path in ("/healthz", "/readyz")
    access.log(
        logging.DEBUG if quiet else logging.INFO,
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
