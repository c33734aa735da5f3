"""The text that Prometheus reads."""

import os
import time

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from metrics import process
from metrics.exposition import write
from metrics.histogram import Histogram, Tally
from metrics.names import FAMILIES, families_of

HISTOGRAM = Histogram((0.5, 1, 2))
for value in (0.1, 0.7, 0.8, 3):
    HISTOGRAM.observe(value)
TOLD = {
    "hub_connections": 3,
    "delivery_messages": 7,
    "limit_message_refused": 1,
    "limit_queued_bytes_held": 4096,
    "limit_sockets_held": 2,
    "db_wal_pages": 10,
    "bus_line_echo_us": 1500,
    "transport_closes": Tally({("server", "4008"): 5, ("nobody", "1006"): 1}),
    "db_read_much_seconds": HISTOGRAM.counts(),
    "build": Tally({('0.1.0 "x"', "3\\11\n", "sqlite"): 1}),
    "what_nobody_has_named": 1,
}


@pytest.mark.parametrize("form", ["text", "openmetrics"])
def test_numbers_arrive_as_they_are(form):
    """Prometheus' own parsers read, in either form, what the parts have told: in base units, with labels."""
    text, content_type = write(TOLD, form == "openmetrics")
    parse = openmetrics if form == "openmetrics" else None
    families = (parse.text_string_to_metric_families if parse else text_string_to_metric_families)(
        text.decode()
    )
    found = {}
    for family in families:
        for sample in family.samples:
            found[sample.name, *sample.labels.values()] = sample.value, family.type
    assert found == {
        ("magpie_connections",): (3, "gauge"),
        ("magpie_messages_total",): (7, "counter"),
        ("magpie_limit_refusals_total", "message"): (1, "counter"),
        ("magpie_share_held_bytes", "queued"): (4096, "gauge"),
        ("magpie_log_queue_bytes",): (4096, "gauge"),
        ("magpie_share_held", "sockets"): (2, "gauge"),
        ("magpie_db_wal_bytes",): (40960, "gauge"),
        ("magpie_bus_echo_seconds",): (0.0015, "gauge"),
        ("magpie_closes_total", "server", "4008"): (5, "counter"),
        ("magpie_closes_total", "nobody", "1006"): (1, "counter"),
        ("magpie_db_seconds_bucket", "read_much", "0.5"): (1, "histogram"),
        ("magpie_db_seconds_bucket", "read_much", "1.0"): (3, "histogram"),
        ("magpie_db_seconds_bucket", "read_much", "2.0"): (3, "histogram"),
        ("magpie_db_seconds_bucket", "read_much", "+Inf"): (4, "histogram"),
        ("magpie_db_seconds_count", "read_much"): (4, "histogram"),
        ("magpie_db_seconds_sum", "read_much"): (4.6, "histogram"),
        ("magpie_build_info", '0.1.0 "x"', "3\\11\n", "sqlite"): (1, "gauge"),
    }
    kind = "application/openmetrics-text; version=1.0.0" if parse else "text/plain; version=0.0.4"
    assert content_type == f"{kind}; charset=utf-8"


def test_names_keep_the_conventions():
    """A name is one of ours or of every Prometheus client, in base units; what only grows ends in _total."""
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)
    for family in FAMILIES:
        assert family.name.startswith(("magpie_", "process_"))
        assert family.name.endswith("_total") == (family.kind == "counter"), family.name
        assert not family.name.endswith(("_ms", "_us", "_kib", "_milliseconds")), family.name
        assert family.text.endswith(".") and not set(family.text) & set('\\\n"'), family.name


def test_a_number_has_one_place():
    """No two numbers of a family have the same labels: a share in bytes is not also one in pieces."""
    assert [family.name for family, _ in families_of("limit_spool_bytes_held")] == ["magpie_share_held_bytes"]
    assert [family.name for family, _ in families_of("limit_uploads_held")] == ["magpie_share_held"]
    assert families_of("db_read_much_seconds")[0][1] == ("read_much",)
    assert families_of("nothing_of_ours") == []


def test_the_process_tells_of_itself():
    """Memory, CPU, files and age of the process are those that the system tells."""
    told = process.numbers()
    keys = {key for key in told if families_of(key)}
    assert keys == set(told) and len(keys) == 6
    assert 0 < told["process_cpu_seconds"] < 1e6
    assert 1 << 20 < told["process_resident_memory_bytes"] < told["process_virtual_memory_bytes"]
    assert told["process_start_time_seconds"] == pytest.approx(time.time(), abs=86400)
    before = told["process_open_fds"]
    opened = os.open(os.devnull, os.O_RDONLY)
    assert process.numbers()["process_open_fds"] == before + 1 <= told["process_max_fds"]
    os.close(opened)


def test_a_system_without_proc(monkeypatch, tmp_path):
    """On a system that tells less there is less to be read, and nothing fails."""
    monkeypatch.setattr(process, "_SELF", tmp_path)
    assert set(process.numbers()) == {"process_cpu_seconds", "process_max_fds"}
