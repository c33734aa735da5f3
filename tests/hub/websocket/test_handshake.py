"""The opening handshake: who is let in, and what the others are told."""

import pytest
from tornado.httputil import HTTPHeaders

from hub.websocket.handshake import BadHandshake, accept
from tests.raw_socket import RawSocket

ASKED = {
    "Host": "example.org",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def asked(**changed: str | None) -> HTTPHeaders:
    wanted = ASKED | {name.replace("_", "-"): value for name, value in changed.items()}
    return HTTPHeaders({name: value for name, value in wanted.items() if value is not None})


def test_the_example_of_the_rfc():
    """The answer to the handshake of RFC 6455 §1.3 is the one that stands there."""
    lines = accept("HTTP/1.1", asked()).split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 101 Switching Protocols"
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in lines
    assert lines[-2:] == [b"", b""]


@pytest.mark.parametrize(
    "offer", [{"Sec_WebSocket_Extensions": "permessage-deflate"}, {"Sec_WebSocket_Protocol": "chat"}]
)
def test_nothing_is_agreed_on(offer):
    """Extensions and subprotocols that a client offers are not taken up."""
    assert accept("HTTP/1.1", asked(**offer)) == accept("HTTP/1.1", asked())


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Upgrade": None}, 400),
        ({"Upgrade": "h2c"}, 400),
        ({"Connection": "keep-alive"}, 400),
        ({"Sec_WebSocket_Key": None}, 400),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "你好"}, 400),
        ({"Host": None}, 400),
        ({"Sec_WebSocket_Version": None}, 426),
        ({"Sec_WebSocket_Version": "8"}, 426),
    ],
)
def test_who_is_refused(changed, status):
    """What is no WebSocket's handshake is refused, and another version is told ours."""
    with pytest.raises(BadHandshake) as refused:
        accept("HTTP/1.1", asked(**changed))
    assert refused.value.status == status and str(refused.value)
    assert ("Sec-WebSocket-Version" in refused.value.headers) == (status == 426)


def test_an_old_http():
    """HTTP/1.0 has no upgrade."""
    with pytest.raises(BadHandshake):
        accept("HTTP/1.0", asked())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upgrade": "x"}, 400),
        ({"Connection": "close"}, 400),
        ({"Sec_WebSocket_Version": "12"}, 426),
        ({"Sec_WebSocket_Key": "x"}, 400),
    ],
)
async def test_refusals_over_http(app, headers, status):
    """A bad handshake gets a plain HTTP answer, and the server is well afterwards."""
    ann = await app.client().register()
    path = f"/chat?id={ann.user_id}&token={ann.token}"
    async with await RawSocket.connect(app.port, path, **headers) as socket:
        assert socket.status == status
    assert app.services.hub.connections == 0
    async with ann.socket():
        pass
