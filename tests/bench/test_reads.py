"""Reading a long log, made very short."""

import asyncio
import json

from bench.run.fill_log import fill_log
from tests.bench.test_runs import bench


async def test_each_call_is_measured(tmp_path):
    """Every call that reads answers what is there, at the size that is asked for; the log is used again."""
    figures, data = tmp_path / "reads.json", tmp_path / "data"
    size = ("--messages", 4000, "--conversations", 60)
    code, text = await bench("reads", "--seconds", 0.1, "--data", data, "--json", figures, *size)
    assert code == 0, text
    found = json.loads(figures.read_text())
    reads = {read["read"]: read for read in found["reads"]}
    rows = {name: read["rows"] for name, read in reads.items()}
    assert all(read["requests"] >= 50 and read["cpu_us"] > 0 < read["p50"] for read in reads.values())
    assert rows["conversations, all"] == 60 and rows["conversations, the first 50"] == 50
    assert rows["conversations, the next 50"] == 10 and rows["conversations, nothing changed"] == 0
    assert 5 <= rows["conversations, 10 changed"] <= 13
    assert rows["history, the newest 200"] == 200 == rows["history, 200 anywhere before"]
    assert rows["friends"] == 48 and rows["groups"] == 12 and rows["where I am logged in"] == 1
    assert rows["changes, none"] == 0 < rows["changes, the last ones"] <= 200 == rows["changes, 200 anywhere"]
    assert rows["who reacted"] == 48 == rows["who has read"] and rows["texts of an edited message"] == 21
    assert rows["pinned messages"] == 50 and rows["where I am mentioned"] == 100 == rows["100 messages by id"]
    assert rows["favorites, the newest 100"] == 100 == rows["favorites, by their text"]
    assert rows["what I have hidden"] > 0 and rows["history, 50 among hidden ones"] == 50
    assert rows["search, a rare word"] == 1 == rows["search, a rare word in a group"]
    assert rows["search, no such word"] == 0 < rows["search, a Chinese phrase"]
    assert rows["search, a word of all"] == 50 == rows["search, of one author"] == rows["search, two words"]
    assert rows["search, people and groups"] > 0 and "µs a message" in text
    assert all(name in text for name in reads)
    said: list[str] = []
    log = await asyncio.to_thread(fill_log, data, 9999, 9, said.append)
    assert (log.messages, log.conversations, said) == (4000, 60, [])


async def test_somebody_elses_data(tmp_path):
    """A data directory that people use is not filled with a log."""
    (tmp_path / "magpie.db").write_bytes(b"")
    code, text = await bench("reads", "--messages", 1000, "--data", tmp_path)
    assert code == 2 and "other data" in text
    assert (tmp_path / "magpie.db").read_bytes() == b""
