"""For whoever runs the server: probes."""

import asyncio

from handlers.http import ops


async def test_alive_and_ready(app):
    """A server that runs says so to whoever asks, without a credential."""
    for path, body in (("/healthz", b'{"status":"alive"}'), ("/readyz", b'{"status":"ready"}')):
        response = await app.client().get(path)
        assert (response.code, response.body) == (200, body)
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_database_that_does_not_answer(app, monkeypatch):
    """While the database is stuck the server is alive but not ready, and says so within seconds."""

    async def stuck(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(ops, "PATIENCE", 0.01)
    monkeypatch.setattr(type(app.services.db), "read", stuck)
    response = await app.client().get("/readyz")
    assert (response.code, response.body) == (503, b'{"status":"not ready","why":"database"}')
    assert (await app.client().get("/healthz")).code == 200


async def test_probes_are_not_in_the_log(app, caplog):
    """A probe every second does not fill the log."""
    caplog.set_level("INFO", "magpie.access")
    for path in ("/healthz", "/readyz", "/nowhere"):
        await app.client().get(path)
    assert [record.args[1] for record in caplog.records if record.name == "magpie.access"] == ["/nowhere"]
