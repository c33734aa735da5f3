"""Nobody makes this server speak to a machine of its own network."""

import pytest

from outgoing.addresses import Addresses, Forbidden, is_public, target_of

# fmt: off
NOT_PUBLIC = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "no address", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
    "2001:0:1::1",
]
PUBLIC = ["1.1.1.1", "47.96.0.1", "2606:4700::1111", "2400:3200::1", "64:ff9b::808:808"]
HOME = [
    "localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.1", "0", "2130706433", "0x7f000001",
    "0177.0.0.1", "[::1]", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1",
]
NO_ADDRESS = [
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/",
    "example.com", "http://", "http://a@example.com/", "http://a:b@example.com/",
    "http://@example.com/", "http://example.com:0/", "http://example.com:99999/", "http://[::1",
    "http://[]/", "http://[fe80::1%25eth0]/", "http://exa mple.com/", "http://example.com/\r\nX: y",
    "http://example.com\\@127.0.0.1/", "http://example.com/" + "a" * 2048,
]
# fmt: on


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_own_networks(address):
    """None of these is an address of the public network."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_ones(address):
    """These are."""
    assert is_public(address)


@pytest.mark.parametrize("host", HOME)
async def test_every_way_of_writing_it(host):
    """However this machine is written, it is not spoken to."""
    addresses = Addresses()
    try:
        with pytest.raises((Forbidden, OSError)):
            await addresses.of(target_of(f"http://{host}/"))
    finally:
        addresses.close()


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_no_address_of_the_web(url):
    """What is no plain http or https address is refused before anybody is asked."""
    with pytest.raises(Forbidden):
        target_of(url)


def test_taken_apart():
    """Names and paths in any script are written as the web writes them."""
    target = target_of("https://中文.example/路径?词=语#part")
    assert target == ("https", "xn--fiq228c.example", 443, "/%E8%B7%AF%E5%BE%84?%E8%AF%8D=%E8%AF%AD")
    assert target.origin == "https://xn--fiq228c.example"
    assert target_of("http://[2606:4700::1]:8080").origin == "http://[2606:4700::1]:8080"


async def test_ports():
    """Where only some ports may be spoken to, others are not even looked up, but for what is allowed."""
    addresses = Addresses(["localhost:22"], ports=(80, 443))
    try:
        assert await addresses.of(target_of("http://1.1.1.1/")) == ["1.1.1.1"]
        assert await addresses.of(target_of("https://1.1.1.1/")) == ["1.1.1.1"]
        assert await addresses.of(target_of("http://localhost:22/"))
        for url in ("http://1.1.1.1:22/", "https://1.1.1.1:8443/", "http://no.such.name.invalid:81/"):
            with pytest.raises(Forbidden):
                await addresses.of(target_of(url))
    finally:
        addresses.close()


async def test_what_the_operator_names():
    """A place that the operator allows may be anywhere; its neighbour may not."""
    addresses = Addresses(["LOCALHOST:8080"])
    try:
        assert await addresses.of(target_of("http://localhost:8080/"))
        with pytest.raises(Forbidden):
            await addresses.of(target_of("http://localhost:8081/"))
    finally:
        addresses.close()
