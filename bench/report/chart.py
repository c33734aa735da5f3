"""Charts as SVG, drawn by hand: a run over time, and figures beside their targets. Results go in, the text
of an SVG file comes out."""

from html import escape

from bench.report.figures import Figure, number
from bench.report.result import Result

_WIDTH, _LEFT, _ROW = 900, 340, 26
_STYLE = (
    "<style>text{font:13px system-ui,sans-serif;fill:#24292f;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    ".s{font-size:11px;fill:#6e7781}.h{font-size:16px;font-weight:600}</style>"
)
_INK, _GOOD, _BAD, _LINE = "#0969da", "#2da44e", "#cf222e", "#d0d7de"


def run_chart(result: Result) -> str:
    """Deliveries a second and the server's share of a core, over the run."""
    height, top, bottom = 360, 70, 300
    points = _rates(result)
    most = max([rate for _, rate, _ in points] or [1]) or 1
    end = max([at for at, _, _ in points] or [1])

    def line(values: list[tuple[float, float]], colour: str) -> str:
        places = " ".join(
            f"{60 + at / end * (_WIDTH - 120):.1f},{bottom - share * (bottom - top):.1f}"
            for at, share in values
        )
        return f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{places}"/>'

    parts = [
        _text(60, 28, result.label, "h"),
        _text(60, 50, f"deliveries/s, up to {number(most)}", colour=_INK),
        _text(300, 50, "server, share of a core, up to 100 %", colour=_BAD),
        f'<path d="M60 {top}V{bottom}H{_WIDTH - 60}" fill="none" stroke="{_LINE}"/>',
        line([(at, rate / most) for at, rate, _ in points], _INK),
        line([(at, min(share, 1)) for at, _, share in points], _BAD),
        _text(60, bottom + 18, "0 s", "s"),
        _text(_WIDTH - 90, bottom + 18, f"{end:.1f} s", "s"),
        _text(60, bottom + 44, _caption(result), "s"),
    ]
    return _svg(height, parts)


def table_chart(named: list[tuple[str, Figure]], title: str) -> str:
    """A bar for each figure that has a target: its share of what is allowed, or of what is asked for."""
    bars = [(label, figure, figure.target) for label, figure in named if figure.target is not None]
    parts = [_text(20, 28, title, "h")]
    unit = (_WIDTH - _LEFT - 130) / 2  # the target is in the middle
    for i, (label, figure, target) in enumerate(bars):
        y = 62 + i * 2 * _ROW
        share = min(figure.value / target, 2)
        bound = f"{'at least' if figure.at_least else 'at most'} {number(target)} {figure.unit}"
        parts += [
            _text(20, y + 13, label),
            _text(20, y + 29, f"{figure.name}, {bound}", "s"),
            f'<rect x="{_LEFT}" y="{y}" width="{max(share * unit, 1):.1f}" height="{_ROW}" rx="3" '
            f'fill="{_GOOD if figure.met else _BAD}"/>',
            _text(_LEFT + share * unit + 8, y + 18, f"{number(figure.value)} {figure.unit}"),
        ]
    height = 62 + len(bars) * 2 * _ROW + 20
    parts.insert(
        0, f'<path d="M{_LEFT + unit:.0f} 48V{height - 24}" stroke="#24292f" stroke-dasharray="4 3"/>'
    )
    parts.append(_text(_LEFT + unit - 18, 42, "target", "s"))
    return _svg(height, parts)


def _rates(result: Result) -> list[tuple[float, float, float]]:
    """(s, deliveries a second, server's share) between each two points of the timeline, a second apart."""
    rates: list[tuple[float, float, float]] = []
    step = min(1.0, max(result.seconds / 20, 0.4))
    before: tuple[float, int, float] | None = None
    for at, delivered, cpu in result.timeline:
        if before is None:
            before = (at, delivered, cpu) if at >= step else None
        elif (passed := at - before[0]) >= step:
            rates.append((at, (delivered - before[1]) / passed, (cpu - before[2]) / passed))
            before = (at, delivered, cpu)
    return rates


def _caption(result: Result) -> str:
    text = f"{number(result.server_cpu_share * 100)} % of a core"
    if result.sent:
        text = (
            f"{result.delivered:,} of {result.expected:,} delivered; p50 {result.latency['p50']} ms, p99 "
            f"{result.latency['p99']} ms; {result.cpu_us_per_delivery:.2f} µs CPU per delivery, "
            f"{result.cpu_us_per_message:.1f} per message"
        )
    return text


def _text(x: float, y: float, text: str, kind: str = "", colour: str = "") -> str:
    look = (f' class="{kind}"' if kind else "") + (f' style="fill:{colour}"' if colour else "")
    return f'<text x="{x:.0f}" y="{y:.0f}"{look}>{escape(text)}</text>'


def _svg(height: int, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">{_STYLE}'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )
