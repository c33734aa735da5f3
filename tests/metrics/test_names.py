"""Whatever a part counts can be read by whoever runs the server."""

import pytest

import server
from metrics.names import families_of
from start.settings import load_config

#: The kinds of installation: what each kind's parts count differs. By database and broker.
KINDS = [("sqlite", ""), ("mariadb", "redis"), ("postgresql", "redis"), ("postgresql", "postgresql")]


@pytest.fixture(params=KINDS, ids="+".join)
def settings(request, tmp_path):
    database, broker = request.param
    given = {"server.port": 0, "server.data": str(tmp_path)}
    if database == "sqlite":
        yield given
        return
    program = request.getfixturevalue(database)
    name = program.create_migrated()
    url = request.getfixturevalue("redis").url if broker == "redis" else broker
    yield {**given, "database.url": program.url(name), "broker.url": url}
    program.drop(name)


async def test_every_number_has_a_name(settings):
    """Each number of each part is told under a name, alone or as one of several processes."""
    services = server.make_services(load_config(None, {}, settings))
    try:
        stats, measures = services.stats(), services.measures()
        assert [key for key in [*stats, *measures] if not families_of(key)] == []
        assert not set(stats) & set(measures)
        if services.config.broker.url:
            assert "bus_line_waiting_bytes" in stats
            assert "limit_shared_unanswered" in stats
    finally:
        await server.close_services(services)
