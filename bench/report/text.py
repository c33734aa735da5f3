"""What a run says at its end: a `Result` goes in, lines of text come out."""

from bench.clients.histogram import Summary
from bench.report.result import Result


def tell(result: Result) -> str:
    """A run as lines of text."""
    lines = [("", result.label), ("connected", f"{result.connected} of {result.clients}")]
    lines += _of_connecting(result) + _of_traffic(result) + _of_server(result)
    if result.clients_were_the_limit:
        lines.append(
            (
                "note",
                f"a client process was busy {result.client_cpu_share:.0%} of the time, the server "
                f"{result.server_cpu_share:.0%}: latencies and rates are the clients' limit, not "
                "the server's; CPU figures hold",
            )
        )
    lines += [("error", error) for error in result.errors[:5]]
    return "\n".join(f"  {name:<14}{text}" if name else text for name, text in lines)


def _of_connecting(result: Result) -> list[tuple[str, str]]:
    figures = result.connecting
    if figures is None:
        return []
    lines = [
        ("connecting", f"{figures['per_s']}/s, {figures['cpu_us']} µs CPU each, {_times(figures)}"),
        ("memory", f"{figures['rss_bytes'] / 1024:.1f} KB per connection"),
    ]
    if storm := result.storm:
        lines.append(
            (
                "restart",
                f"all back after {storm['seconds']} s ({storm['attempts']} attempts, "
                f"{storm['cpu_us']} µs CPU each), away {_times(storm['away'])}",
            )
        )
    return lines


def _of_traffic(result: Result) -> list[tuple[str, str]]:
    if not result.sent:
        return []
    lines = [
        ("sent", f"{result.sent}, acked {result.acked}, refused {result.refused}"),
        (
            "delivered",
            f"{result.delivered} of {result.expected} expected; lost {result.lost}, doubled "
            f"{result.doubled}, out of order {result.disordered}"
            + (f"; {result.fetched} by catching up" if result.fetched else ""),
        ),
        ("delivery", f"{_times(result.latency)}, {result.deliveries_per_s:,.0f}/s"),
    ]
    if result.acked:
        lines.append(("ack", f"{_times(result.ack)}, {result.messages_per_s:,.0f}/s"))
    if result.log:
        lines.append(
            (
                "log",
                "{checked} of {acked} acked messages looked up: {missing} missing, {gaps} gaps".format(
                    **result.log
                ),
            )
        )
    if len(result.streams) > 1:
        lines += [
            (name, f"{part['sent']} sent, {part['delivered']} delivered, {_times(part['latency'])}")
            for name, part in result.streams.items()
        ]
    lines += [
        (name, f"{part['done']}" + ("" if name in ("reads", "departures") else f", {_times(part)}"))
        for name, part in result.people.items()
    ]
    return lines


def _of_server(result: Result) -> list[tuple[str, str]]:
    text = f"{result.server_cpu_share:.0%} of a core over {result.seconds:.1f} s"
    if result.sent:
        text += (
            f"; {result.cpu_us_per_delivery:.2f} µs per delivery, "
            f"{result.cpu_us_per_message:.1f} µs per message"
        )
    return [("server CPU", text), ("client CPU", f"{result.client_cpu_share:.0%} of a core at most")]


def _times(summary: Summary) -> str:
    return "p50 {p50} p99 {p99} p99.9 {p99_9} max {max} ms".format(**summary)
