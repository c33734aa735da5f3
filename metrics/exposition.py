"""The text that Prometheus reads: its text format 0.0.4, or OpenMetrics 1.0.0, which is nearly the same.

https://prometheus.io/docs/instrumenting/exposition_formats/ · https://prometheus.io/docs/specs/om/
"""

from collections.abc import Iterator, Mapping

from metrics.histogram import Counts
from metrics.names import FAMILIES, Family, families_of

#: What was counted, at one moment: plain numbers, tallies, histograms.
Told = Mapping[str, float | Counts | Mapping[str | tuple[str, ...], int]]

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def write(told: Told, openmetrics: bool) -> tuple[bytes, str]:
    """The text and its content type."""
    samples: dict[str, list[str]] = {}
    for key, value in told.items():
        for family, found in families_of(key):
            samples.setdefault(family.name, []).extend(_samples(family, found, value))
    lines: list[str] = []
    for family in FAMILIES:
        if family.name in samples:
            name = family.name.removesuffix("_total") if openmetrics else family.name
            lines += (f"# HELP {name} {family.text}", f"# TYPE {name} {family.kind}", *samples[family.name])
    lines.append("# EOF\n" if openmetrics else "")
    return "\n".join(lines).encode(), _OPENMETRICS if openmetrics else _TEXT


def _samples(family: Family, found: tuple[str, ...], value: object) -> Iterator[str]:
    if isinstance(value, Counts):
        yield from _histogram(family, found, value)
    elif isinstance(value, Mapping):
        for key, number in value.items():
            labels = _labels(family, (*found, *(key if isinstance(key, tuple) else (key,))))
            yield f"{family.name}{labels} {number}"
    elif isinstance(value, (int, float)):
        yield f"{family.name}{_labels(family, found)} {value * family.scale}"


def _histogram(family: Family, found: tuple[str, ...], counts: Counts) -> Iterator[str]:
    """How many were at most each bound."""
    labels, below = _labels(family, found), 0
    beginning = f"{family.name}_bucket{labels[:-1]}," if labels else f"{family.name}_bucket{{"
    for bound, each in zip((*map(float, counts.bounds), "+Inf"), counts.each):
        below += each
        yield f'{beginning}le="{bound}"}} {below}'
    yield f"{family.name}_count{labels} {below}"
    yield f"{family.name}_sum{labels} {counts.total}"


def _labels(family: Family, values: tuple[str, ...]) -> str:
    if not values:
        return ""
    pairs = [f'{name}="{value.translate(_ESCAPED)}"' for name, value in zip(family.labels, values)]
    return f"{{{','.join(pairs)}}}"
