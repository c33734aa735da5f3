"""Passwords that wait to be checked: clients that go away, and those for whom there is no place."""

import asyncio
import threading

from actions.passwords import Turn
from tests.app import PASSWD, PATIENCE, running


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


async def test_who_finds_no_place_has_not_guessed(tmp_path):
    """A password that could not be checked is no failed try: whoever is told to try again may."""
    settings = {"limits.enabled": True, "limits.login_burst": 1, "auth.hash_queue": 1}
    async with running(tmp_path, settings) as app:
        client = await app.client().register()
        gate = threading.Event()
        busy = asyncio.ensure_future(app.services.hasher._run(Turn(("busy",)), gate.wait))
        await waiting(app, 1)
        other = app.client()
        for _ in range(3):
            answer = await other.post("/user/login", mobile=client.mobile, passwd=PASSWD)
            assert answer["code"] == -503
            answer = await client.post("/user/passwd", old=PASSWD, new="another1")
            assert answer["code"] == -503
        gate.set()
        await busy
        await other.login(client.mobile)
        assert (await client.post("/user/passwd", old=PASSWD, new="another1"))["code"] == 0
