"""Who may open a socket, and what it says first."""

import asyncio
import time
from collections import deque

import pytest

from tests.handlers.people import friends
from tests.raw_socket import RawSocket


def bad_addresses(ann, bob) -> dict[str, str]:
    """What is wrong -> the path that is refused."""
    return {
        "nothing": "/chat",
        "no token": f"/chat?id={ann.user_id}",
        "no id": f"/chat?token={ann.token}",
        "empty token": f"/chat?id={ann.user_id}&token=",
        "wrong token": f"/chat?id={ann.user_id}&token={'x' * 43}",
        "another's token": f"/chat?id={ann.user_id}&token={bob.token}",
        "another's id": f"/chat?id={bob.user_id}&token={ann.token}",
        "unknown id": f"/chat?id=999999&token={ann.token}",
        "id twice": f"/chat?id={ann.user_id}&id={ann.user_id}&token={ann.token}",
        "token twice": f"/chat?id={ann.user_id}&token={ann.token}&token={ann.token}",
        "zero": f"/chat?id=0&token={ann.token}",
        "negative": f"/chat?id=-{ann.user_id}&token={ann.token}",
        "float": f"/chat?id={ann.user_id}.0&token={ann.token}",
        "space": f"/chat?id=%20{ann.user_id}&token={ann.token}",
        "text": f"/chat?id={ann.user_id}%20or%201=1&token={ann.token}",
        "wide digits": f"/chat?id=%EF%BC%91&token={ann.token}",
        "not UTF-8": f"/chat?id=%ff&token={ann.token}",
        "NUL": f"/chat?id={ann.user_id}%00&token={ann.token}",
        "huge": f"/chat?id={2**53}&token={ann.token}",
        "token of bytes": f"/chat?id={ann.user_id}&token=%ff%00",
        "another version": f"/chat?id={ann.user_id}&token={ann.token}&v=3",
    }


async def test_who_is_refused(app):
    """A wrong token, and a missing, bad or repeated id, end at the handshake with 403, whoever else is logged
    in."""
    ann, bob = await friends(app)
    found = {}
    for name, path in bad_addresses(ann, bob).items():
        async with await RawSocket.connect(app.port, path) as socket:
            found[name] = socket.status
    assert found == dict.fromkeys(found, 403)
    assert app.services.hub.connections == 0


async def test_by_cookie(app):
    """A page without the token comes in by the cookie of that user, and by no other's."""
    ann, bob = await friends(app)
    cookie = "; ".join(f"{name}={value}" for name, value in ann.cookies.items())
    for user, status in ((ann, 101), (bob, 403)):
        for rest in ("&v=2", "&token="):
            async with await RawSocket.connect(
                app.port, f"/chat?id={user.user_id}{rest}", Cookie=cookie
            ) as socket:
                assert socket.status == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 101),
        ("http://127.0.0.1:1", 403),
        ("https://127.0.0.1:{port}", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_origin(app, origin, status):
    """A page of another site cannot open a socket, whatever cookie or token it has."""
    ann = await app.client().register()
    path = f"/chat?id={ann.user_id}&token={ann.token}"
    async with await RawSocket.connect(app.port, path, Origin=origin.format(port=app.port)) as socket:
        assert socket.status == status


@pytest.mark.parametrize(
    "query",
    [
        "v=2&token={token}&id={id}",
        "id={id}&token={token}&v=2&from=menu",
        "id=%3{first}{rest}&token={token}&v=2",
        "id=00{id}&token={token}&v=2",
    ],
)
async def test_other_ways_to_ask(app, query):
    """However the address is spelt, and with whatever else in it, it opens the same socket."""
    ann = await app.client().register()
    first, rest = str(ann.user_id)[0], str(ann.user_id)[1:]
    path = "/chat?" + query.format(id=ann.user_id, token=ann.token, first=first, rest=rest)
    async with await RawSocket.connect(app.port, path, Content_Length="0") as socket:
        assert socket.status == 101 and (await socket.receive())["cmd"] == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upgrade": "h2c"}, 400),
        ({"Connection": "keep-alive"}, 400),
        ({"Sec_WebSocket_Version": "12"}, 426),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "MDEyMzQ1Njc4OWFiY2RlZg=!"}, 400),
        ({"Host": "a,b"}, 400),
        ({"Host": "a b"}, 400),
    ],
)
async def test_what_is_no_handshake(app, headers, status):
    """A request that asks for no WebSocket, or not as one is asked for, gets HTTP's answer for that, but only
    with a token: without one it is told nothing."""
    ann = await app.client().register()
    for token, expected in ((ann.token, status), ("x" * 43, 400 if "Host" in headers else 403)):
        path = f"/chat?id={ann.user_id}&token={token}&v=2"
        async with await RawSocket.connect(app.port, path, **headers) as socket:
            assert socket.status == expected
    assert app.services.hub.connections == 0


async def test_other_methods(app):
    """A socket's address takes no call and no body: without a token that is told nobody."""
    ann = await app.client().register()
    for token, refused in ((ann.token, None), ("x" * 43, 403)):
        for method, body, status in (
            ("HEAD", "", 405),
            ("POST", "", 405),
            ("PUT", "x", 405),
            ("GET", "x", 400),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
            line = f"{method} /chat?id={ann.user_id}&token={token} HTTP/1.1"
            writer.write(f"{line}\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            assert int((await reader.readline()).split()[1]) == (refused or status)
            writer.close()


async def test_many_at_once(app):
    """Everybody who comes in the same moment gets in, the wrong ones among them do not."""
    people = [await app.client().register() for _ in range(3)]
    asked = [(person, v, right) for person in people for v in ("", "&v=2") for right in (True, False, True)]

    async def status(person, v, right):
        token = person.token if right else people[0].token[::-1]
        path = f"/chat?id={person.user_id}&token={token}{v}"
        async with await RawSocket.connect(app.port, path) as socket:
            return socket.status

    found = await asyncio.gather(*(status(*one) for one in asked))
    assert found == [101 if right else 403 for _, _, right in asked]
    stats = app.services.stats()
    assert stats["handshakes_looks"] < stats["handshakes_looked_up"] == len(asked)


async def test_the_welcome(app):
    """A v2 client is told the epoch, the time, how often to speak and how much at once; the epoch stays."""
    ann = await app.client().register()
    before = int(time.time() * 1000)
    async with ann.socket() as one, ann.socket() as other:
        assert one.welcome.keys() == {"cmd", "epoch", "now", "heartbeat", "max_frame"}
        assert before <= one.welcome["now"] <= int(time.time() * 1000)
        assert (one.welcome["heartbeat"], one.welcome["max_frame"]) == (25, 65536)
        assert one.welcome["epoch"] == other.welcome["epoch"] > 0


async def test_a_connection_that_fails_to_open(app, monkeypatch, expect_logs):
    """A crash while a socket opens leaves nobody online who is not."""
    ann = await app.client().register()
    expect_logs("magpie", "crash")

    def broken(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(app.services.hub, "enter", broken)
    async with await RawSocket.connect(app.port, f"/chat?id={ann.user_id}&token={ann.token}&v=2") as socket:
        assert await socket.closed() is None
    assert app.services.hub.connections == 0 and not app.services.hub.online(ann.user_id)


@pytest.fixture
def meanwhile(app, monkeypatch):
    """`meanwhile(change)`: `change()` runs after the database was asked and before the socket opens."""
    from handlers.socket.handshake import Arrival

    def arrange(change):
        read = Arrival._read_start

        async def read_and_change(self):
            found = await read(self)
            await change()
            return found

        monkeypatch.setattr(Arrival, "_read_start", read_and_change)

    return arrange


async def test_a_session_revoked_while_connecting(app, meanwhile):
    """A session that ends between the handshake and the opening is closed with 4401."""
    ann = await app.client().register()
    meanwhile(lambda: ann.post("/user/logout"))
    async with await RawSocket.connect(app.port, f"/chat?id={ann.user_id}&token={ann.token}&v=2") as socket:
        assert await socket.closed() == 4401
    assert not app.services.hub.online(ann.user_id)


@pytest.mark.parametrize("forgotten", [False, True], ids=["remembered", "forgotten"])
async def test_a_room_joined_while_connecting(app, meanwhile, monkeypatch, forgotten):
    """A room that is joined between the handshake and the opening is heard from the first message on, also
    when so much happened meanwhile that the rooms have to be read again."""
    ann, bob = await app.client().register(), await app.client().register()
    room = (await bob.post("/contact/createcommunity", name="room"))["data"]["id"]
    joined = []

    async def join():
        if not joined:
            joined.append(await ann.post("/contact/joincommunity", dstid=room))
            if forgotten:
                monkeypatch.setattr(app.services.hub.journal, "_changes", deque())

    meanwhile(join)
    async with ann.socket() as socket:
        assert joined[0]["code"] == 0
        await bob.post("/message/send", cmd=11, dstid=room, media=1, content="hello")
        while (frame := await socket.receive(11))["media"] == 90:
            pass
        assert frame["content"] == "hello"


async def test_a_revoked_session(app):
    """Logging out closes that session's sockets with 4401, and no others."""
    ann = await app.client().register()
    other = await app.client().login(ann.mobile)
    async with ann.socket() as mine, other.socket() as theirs:
        assert (await ann.post("/user/logout"))["code"] == 0
        assert await mine.closed() == 4401
        await theirs.send({"cmd": 0})
        assert (await theirs.receive())["cmd"] == 0
