"""Which network addresses we may ask: none that is private, loopback, link-local or otherwise reserved."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError


def is_public(address: str) -> bool:
    """Whether `address`, an IPv4 or IPv6 literal, is one of the public Internet."""
    ip: IPv4Address | IPv6Address = ip_address(address.split("%")[0])
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


async def has_private_address(host: str) -> bool:
    """Whether any address of `host` is not public; a name that cannot be resolved has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return not all(is_public(str(address[0])) for *_, address in found)


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which knows no private address.

    A name is resolved again when the connection is made, and may by then point into our own network.
    """

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":
        return super().getHostByName(name, timeout).addCallback(self._refuse_private)

    @staticmethod
    def _refuse_private(address: str) -> str:
        if not is_public(address):
            raise DNSLookupError(f"{address} is not a public address")
        return address
