"""Bodies that are not what a call wants: every call answers in its envelope, since a classic page waits for
ever on anything else."""

import gzip

import pytest

from tests.app import envelope
from tests.routes import API

BODIES = [
    ("application/json", b"{"),
    ("application/json", b""),
    ("application/json", b"[1,2]"),
    ("application/json", b"null"),
    ("application/json", b'"text"'),
    ("application/json", b'{"userid": 1e999, "a": NaN}'),
    ("application/json", b'{"userid": "\xff"}'),
    ("application/json", b'{"userid": "\\ud800", "cmd": "\\u0000"}'),
    ("application/json; charset=utf-16", '{"userid": 1}'.encode("utf-16")),
    ("application/json", b"[" * 20_000),
    ("application/x-www-form-urlencoded", b"userid=%ff&%ff=1"),
    ("application/x-www-form-urlencoded", b"&&==&" * 500),
    ("application/x-www-form-urlencoded", b"a=1&" * 500),
    ("text/plain", b"userid=1"),
    ("text/xml", b"<userid>1</userid>"),
    ("application/octet-stream", b"\0\1\2"),
    ("APPLICATION/JSON", b"{}"),
    ("", b""),
    ("", b"\0\1\2"),
    (";;;", b"a"),
    ("multipart/mixed; boundary=x", b"--x--"),
]


@pytest.mark.parametrize("path", [path for path, _ in API])
async def test_a_body_of_another_kind(app, path):
    """Whatever is sent as a call's body, the answer is HTTP 200 with a code and a reason."""
    ann = await app.client().register()
    for client in (ann, app.client(Authorization=f"Bearer {ann.token}")):
        for kind, body in BODIES:
            response = await client.fetch(path, body, **{"Content-Type": kind})
            answer = envelope(response)
            assert response.code == 200, (path, kind, body[:50])
            if path != "/user/qr/new":  # which needs no field
                assert answer["code"] < 0 and answer["msg"], (path, kind, body[:50], answer)


@pytest.mark.parametrize("path", [path for path, _ in API if path != "/attach/upload"])
async def test_a_call_that_is_sent_as_an_upload(app, path):
    """A call whose fields come as multipart is told so."""
    ann = await app.client().register()
    body = b'--x\r\nContent-Disposition: form-data; name="userid"\r\n\r\n1\r\n--x--\r\n'
    response = await ann.fetch(path, body, **{"Content-Type": "multipart/form-data; boundary=x"})
    assert (response.code, envelope(response)["code"]) == (200, -400)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_compressed_body(app, kind):
    """A body that is compressed, which no call understands, is refused as any other wrong one."""
    ann = await app.client().register()
    headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
    response = await ann.fetch("/contact/friend", gzip.compress(b"userid=1"), **headers)
    assert (response.code, envelope(response)["code"]) == (200, -400)
