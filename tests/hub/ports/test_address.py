"""Where Redis is, as people write it; and what is no address says what is wrong, without its password."""

import pytest

from hub.ports.redis.address import RedisAddress


@pytest.mark.parametrize(
    "url, told",
    [
        ("redis://h", {"hosts": (("h", 6379),), "db": 0, "user": "", "password": ""}),
        ("redis://:p%40ss@h:7000/3", {"hosts": (("h", 7000),), "db": 3, "password": "p@ss"}),
        ("redis://secret@h", {"user": "", "password": "secret"}),
        ("redis://me:pw@[::1]:6380", {"hosts": (("::1", 6380),), "user": "me", "password": "pw"}),
        ("rediss://h", {"tls": True, "kind": "redis"}),
        (
            "redis+sentinel://me:pw@a,b:26380/main/1?sentinel_password=s",
            {"hosts": (("a", 26379), ("b", 26380)), "service": "main", "db": 1, "sentinel_password": "s"},
        ),
        ("rediss+cluster://a:1,b", {"hosts": (("a", 1), ("b", 6379)), "tls": True, "kind": "redis+cluster"}),
    ],
)
def test_addresses(url, told):
    """Each way to write an address is understood."""
    address = RedisAddress.parse(url)
    assert {name: getattr(address, name) for name in told} == told
    assert "pw" not in repr(address) and "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "url, why",
    [
        ("http://h", "begins with"),
        ("redis:h", "host"),
        ("redis://", "host"),
        ("redis://:SECRET@", "host"),
        ("redis://:SECRET@h:port", "no host with a port"),
        ("redis://:SECRET@h:70000", "no host with a port"),
        ("redis://:SECRET@h/x", "number of a database"),
        ("redis://:SECRET@a,b", "one host"),
        ("redis+sentinel://:SECRET@h", "name of the master"),
        ("redis+cluster://:SECRET@h/2", "database 0"),
        ("redis://:SECRET@h?timeout=3", "options"),
        ("rediss://:SECRET@h?ssl_ca_certs=/nowhere.pem", "no file"),
    ],
)
def test_wrong_addresses(url, why):
    """What can't be an address is refused in one line that names the mistake and no password."""
    with pytest.raises(ValueError, match=why) as refused:
        RedisAddress.parse(url)
    assert "SECRET" not in str(refused.value) and "\n" not in str(refused.value)
