"""What calls that read cost: measurements go in, lines of text and JSON come out."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.clients.histogram import Summary
from bench.report.figures import aligned, number


@dataclass(frozen=True)
class Read:
    """Calls of one kind. `latency`: ms until the whole answer is there; `cpu_us`: of the server, and `rows`
    and `answer_bytes`: of the answer without its head, for each call on average."""

    name: str
    path: str
    requests: int
    latency: Summary
    cpu_us: float
    rows: float
    answer_bytes: float

    def dump(self) -> dict[str, object]:
        """For JSON."""
        return {
            "read": self.name,
            "path": self.path,
            "requests": self.requests,
            **self.latency,
            "cpu_us": round(self.cpu_us, 1),
            "rows": round(self.rows, 1),
            "answer_bytes": round(self.answer_bytes),
        }


def table(reads: Sequence[Read]) -> str:
    """A line for each kind of call."""
    lines = [["read", "path", "requests", "p50", "p99 ms", "CPU µs", "rows", "bytes"]]
    lines += [
        [
            read.name,
            read.path,
            str(read.requests),
            number(read.latency["p50"]),
            number(read.latency["p99"]),
            number(read.cpu_us),
            number(read.rows),
            number(read.answer_bytes),
        ]
        for read in reads
    ]
    return aligned(lines)
