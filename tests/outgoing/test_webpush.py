"""What is pushed can be read by one browser alone, and says who it is from."""

import os

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from outgoing.webpush import Vapid, keys_of, seal
from tests.gateway import b64, check_signature, open_body, point_of, unb64


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text), "big"), ec.SECP256R1())


def test_example_of_the_rfc():
    """RFC 8291, section 5: the same text, keys and salt make the same body."""
    sealed = seal(
        b"When I grow up, I want to be a watermelon",
        unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        unb64("BTBZMqHH6r4Tts7J_aSIgg"),
        private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert b64(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_read_by_its_browser_alone():
    """What is sealed for one browser opens with its key and secret, is another one each time, and nobody
    else opens it."""
    mine, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    sealed = seal("你好".encode(), point_of(mine), secret)
    assert open_body(sealed, mine, secret).decode() == "你好"
    assert sealed != seal("你好".encode(), point_of(mine), secret)
    for key, other in ((mine, os.urandom(16)), (ec.generate_private_key(ec.SECP256R1()), secret)):
        with pytest.raises(InvalidTag):
            open_body(sealed, key, other)


def test_signed():
    """A gateway sees who pushes and where to complain; a signature holds for hours and is made anew in
    time."""
    vapid = Vapid(b"k" * 32, "mailto:ops@example.org")
    import time

    now = int(time.time())
    header = vapid.authorization("https://push.example", now)
    assert check_signature(header, "https://push.example", vapid.public)["sub"] == "mailto:ops@example.org"
    assert vapid.authorization("https://push.example", now + 3600) == header
    assert vapid.authorization("https://push.example", now + 11 * 3600) != header
    assert vapid.authorization("https://other.example", now) != header
    assert len(unb64(vapid.public)) == 65


def test_no_contact():
    """Without an operator's address the signature names none."""
    vapid = Vapid(b"k" * 32)
    import time

    header = vapid.authorization("https://push.example", int(time.time()))
    assert "sub" not in check_signature(header, "https://push.example", vapid.public)


def test_topics():
    """A conversation has one topic for a reader, as long as gateways take, that nobody computes without our
    key."""
    vapid = Vapid(b"k" * 32)
    assert vapid.topic(1, 2) == Vapid(b"k" * 32).topic(1, 2)
    assert len({vapid.topic(1, 2), vapid.topic(2, 1), vapid.topic(1, 3), Vapid(b"o" * 32).topic(1, 2)}) == 4
    assert len(vapid.topic(2**53, 2**53)) == 32 and b64(unb64(vapid.topic(1, 2))) == vapid.topic(1, 2)


POINT = b64(point_of(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize(
    "p256dh, auth",
    [
        ("", b64(b"a" * 16)),
        (b64(b"\x04" + b"x" * 64), b64(b"a" * 16)),
        (b64(b"\x04" + b"\0" * 64), b64(b"a" * 16)),
        (POINT[:-4], b64(b"a" * 16)),
        (b64(unb64(POINT) + b"\0"), b64(b"a" * 16)),
        (POINT, b64(b"a" * 15)),
        (POINT, b64(b"a" * 17)),
        (POINT, "not base64!"),
        (POINT, ""),
    ],
    ids=range(9),
)
def test_no_keys(p256dh, auth):
    """What is no point of the curve, or no secret of 16 bytes, is refused."""
    with pytest.raises(ValueError):
        keys_of(p256dh, auth)
    assert keys_of(POINT, b64(b"a" * 16)) == (unb64(POINT), b"a" * 16)
