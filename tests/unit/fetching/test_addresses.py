"""What counts as the public internet."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyvox.fetching.addresses import is_public

PUBLIC = ("8.8.8.8", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::8")
ELSEWHERE = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16"),
    *("192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.9"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254"),
    *("ff02::1", "100::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1"),
    *("2001::7f00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1"),  # Teredo, ORCHID
    *("2002:7f00:1::", "2002:808:808::1"),  # 6to4, of whomever
    *("64:ff9b:1::808:808",),  # NAT64 of a network's own
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", ELSEWHERE)
def test_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_an_ipv6_one_is_what_it_stands_for(inside: object) -> None:
    expected = is_public(ip_address(str(inside)))
    assert is_public(ip_address(f"::ffff:{inside}")) is expected
    assert is_public(ip_address(f"64:ff9b::{inside}")) is expected


@given(st.ip_addresses(v=4))
def test_nothing_is_public_that_the_standard_library_calls_private(inside: object) -> None:
    address = ip_address(str(inside))
    if address.is_private or address.is_multicast or address.is_reserved:
        assert not is_public(address)


@pytest.mark.parametrize(
    "network", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8"]
)
def test_a_network_ends_where_it_ends(network: str) -> None:
    block = IPv4Network(network)
    assert not is_public(block[0])
    assert not is_public(block[-1])
    assert is_public(block[0] - 1)
    assert is_public(block[-1] + 1)
