"""No request leaves for our own network, however its address is spelt."""

import asyncio

import pytest

from crawl.addresses import PublicResolver, has_private_address, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1"),
        *("2002:7f00:1::", "ff02::1"),
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "::1"])
def test_hosts_that_are_ourselves(host: str) -> None:
    assert asyncio.run(has_private_address(host))


@pytest.mark.parametrize("host", ["", "a" * 80 + ".example", "xn--\u2603", "8.8.8.8"])
def test_hosts_without_a_private_address(host: str) -> None:
    assert host == "" or not asyncio.run(has_private_address(host))


def test_the_resolver_gives_no_private_address_when_it_is_asked_again() -> None:
    with pytest.raises(Exception, match="not a public address"):
        PublicResolver._refuse_private("127.0.0.1")
    assert PublicResolver._refuse_private("8.8.8.8") == "8.8.8.8"
