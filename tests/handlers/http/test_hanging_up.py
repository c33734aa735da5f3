"""Clients that go away while a password waits to be checked."""

import asyncio
import threading

from actions.passwords import Turn
from tests.app import PASSWD, PATIENCE


async def waiting(app, count: int) -> None:
    """Returns when so many passwords wait or are being hashed."""
    async with asyncio.timeout(PATIENCE):
        while app.services.stats()["passwords_waiting"] != count:
            await asyncio.sleep(0.01)


async def test_who_hangs_up_frees_the_place(app):
    """A thousand clients that log in and go away keep nobody else waiting: their places are free at once."""
    client = await app.client().register()
    gate = threading.Event()
    busy = asyncio.ensure_future(app.services.hasher._run(Turn(("busy",)), gate.wait))
    body = f"mobile={client.mobile}&passwd={PASSWD}".encode()
    head = f"POST /user/login HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nContent-Length: {len(body)}\r\n\r\n"
    writers = []
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", app.port)
        writer.write(head.encode() + body)
        writers.append(writer)
    await waiting(app, 6)
    for writer in writers:
        writer.close()
    await waiting(app, 1)
    gate.set()
    await busy
    await app.client().login(client.mobile)
    assert (await client.post("/user/sessions"))["total"] == 2  # nothing was opened for those who left
