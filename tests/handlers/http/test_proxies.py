"""Who calls, and how, when a proxy of ours passes the call on."""

import pytest

from handlers.http import proxies
from tests.app import envelope, running
from tests.handlers.http.arriving import request


@pytest.mark.parametrize(
    "remote, forwarded, address",
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "1.2.3.4, forged, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5:51234", "203.0.113.5"),
        ("10.0.0.1", "1.2.3.4:1, 203.0.113.5:51234, 10.0.0.2:80", "203.0.113.5"),
        ("10.0.0.1", "[2001:db8::1]:51234", "2001:db8::1"),
        ("10.0.0.1", "[2001:DB8:0::1]", "2001:db8::1"),
        ("10.0.0.1", "[fe80::1%eth0]:443", "fe80::1"),
        ("10.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, ::ffff:10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5:port", "10.0.0.1"),
        ("10.0.0.1", "[203.0.113.5", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.999", "10.0.0.1"),
        ("::ffff:192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("fe80::1%eth0", "", "fe80::1"),
    ],
)
def test_address_of_the_caller(remote, forwarded, address):
    """The address that limits count by is the caller's, and only our own proxies are believed about it."""
    given = {"X_Forwarded_For": forwarded} if forwarded else {}
    assert (
        proxies.client_address(request(remote, **given), proxies.networks(["10.0.0.0/8", "::1"])) == address
    )


@pytest.mark.parametrize(
    "forwarded, address",
    [
        ("for=203.0.113.5", "203.0.113.5"),
        ('for=192.0.2.9, For="203.0.113.5:4711";proto=http;by=10.0.0.1', "203.0.113.5"),
        ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=203.0.113.5, for=10.0.0.2", "203.0.113.5"),
        ("for=_hidden, for=10.0.0.2", "10.0.0.2"),
        ("for=unknown", "10.0.0.1"),
        ('for="203.0.113.5', "10.0.0.1"),
        ('for="a,for=1.2.3.4;\\"";proto=https', "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ],
)
def test_address_by_the_standard_header(forwarded, address):
    """A proxy that says it by RFC 7239's `Forwarded` is understood too, when it says nothing by the other."""
    ours = proxies.networks(["10.0.0.0/8"])
    assert proxies.client_address(request("10.0.0.1", Forwarded=forwarded), ours) == address
    both = request("10.0.0.1", Forwarded=forwarded, X_Forwarded_For="198.51.100.7")
    assert proxies.client_address(both, ours) == "198.51.100.7"
    assert proxies.client_address(request("192.0.2.1", Forwarded=forwarded), ours) == "192.0.2.1"


def test_a_long_chain_costs_little():
    """A header full of addresses that look like our own proxies' is not walked to its end."""
    hops = ", ".join(["203.0.113.5", *["10.0.0.2"] * 5000])
    given = request("10.0.0.1", X_Forwarded_For=hops)
    assert proxies.client_address(given, proxies.networks(["10.0.0.0/8"])) == "10.0.0.2"


async def test_callers_behind_a_proxy_have_rates_of_their_own(tmp_path):
    """Behind a proxy that writes ports behind addresses, a caller has one bucket, whatever the port."""
    settings = {"server.proxies": ["127.0.0.1"], "limits.enabled": True}
    settings |= {"limits.request_burst": 15, "limits.request_rate": 0.001}  # a call without a session costs 5
    async with running(tmp_path, settings) as app:
        codes = []
        for address in [f"203.0.113.5:{port}" for port in range(1, 6)] + ["203.0.113.6:1"]:
            caller = app.client(X_Forwarded_For=address)
            codes.append(envelope(await caller.fetch("/user/find", b""))["code"] == -429)
        assert codes == [False, False, False, True, True, False]
