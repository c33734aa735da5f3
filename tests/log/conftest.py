"""Whatever the log promises it promises on both ways: the usual batch in one pass, and the general one."""

import pytest

from log.usual import pairs_of
from models.tables import Conversation


def pytest_generate_tests(metafunc):
    both = getattr(metafunc.module, "BOTH_WAYS", "database" in metafunc.fixturenames)
    if both and "way" in metafunc.fixturenames:
        metafunc.parametrize("way", ["usual", "general"], indirect=True)


@pytest.fixture(autouse=True)
def way(request, monkeypatch):
    """What has a database is tested twice: with all batches that can be written in one pass written so, and
    with none."""
    kind = getattr(request, "param", None)
    if kind is None:
        return None

    def pairs(entries, ids, answers):
        if kind == "general":
            return None
        known = dict(ids)
        for key in {entry.key() for entry in entries} - known.keys() - {None}:
            found = Conversation.select(Conversation.id).where(Conversation.key == key).scalar()
            if found is not None:
                known[key] = found
        return pairs_of(entries, known, answers)

    monkeypatch.setattr("log.writer.pairs_of", pairs)
    return kind
