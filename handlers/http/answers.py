"""What requests were answered with, counted as each ends."""

from tornado.web import RequestHandler

from handlers.http.gate import ApiHandler
from handlers.http.streamed import StreamedHandler
from handlers.logs import log_request
from metrics.histogram import Histogram, Measures, Tally


class Answers:
    """Since the start. Statuses and codes are ours: a client chooses among them, and adds none."""

    def __init__(self) -> None:
        self._statuses, self._codes = Tally(), Tally()
        self._seconds = Histogram()

    def note(self, handler: RequestHandler) -> None:
        """A request has ended: it is counted, and has its line in the log."""
        self._statuses[str(handler.get_status())] += 1
        if isinstance(handler, ApiHandler) and handler.code is not None:
            self._codes[str(handler.code)] += 1
            if not isinstance(handler, StreamedHandler):  # how long a file takes is its sender's line
                self._seconds.observe(handler.request.request_time())
        log_request(handler)

    def measures(self) -> Measures:
        """`http_responses`: by status; `http_calls`: calls by the code in their envelope;
        `http_call_seconds`: from a call's head to the end of its answer, uploads left out."""
        return {
            "http_responses": self._statuses,
            "http_calls": self._codes,
            "http_call_seconds": self._seconds,
        }
