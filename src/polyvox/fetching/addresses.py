"""Which IP addresses lie on the public internet: where a fetch may lead, and nowhere else."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind a carrier's NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # what Azure tells its machines from: public only by its number
            "169.254.0.0/16",  # link-local, and what most clouds tell their machines from
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # IETF protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
"""IANA's registry of special-purpose addresses (RFC 6890), whose state the standard library's
``is_global`` knows only since 3.11.10, and what is no unicast at all."""
_UNICAST_6: Final = IPv6Network("2000::/3")
"""All that is given out so far (RFC 4291): loopback, private, link-local and multicast lie beyond."""
_NOT_PUBLIC_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments, Teredo (an IPv4 address inside) among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",  # documentation
        ),
    )
)
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052): networks without IPv4 reach it so. The IPv4 address is in the last 32 bits."""


def is_public(address: Address) -> bool:
    """Whether it is a unicast address of the public internet. An IPv4 address inside an IPv6 one
    (mapped, NAT64) counts as what it stands for."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    if inside := _embedded(address):
        return is_public(inside)
    return address in _UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped
