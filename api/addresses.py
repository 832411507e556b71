"""Addresses of machines, and the names that a request asks by."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host's name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_named(host: str, names: Collection[str]) -> bool:
    """Whether a `Host` header is one of these names, whatever the port.

    >>> is_named("Amt.example:8000", ["amt.example"]), is_named("a.b.example", ["*.example"])
    (True, True)
    """
    asked = hostname(host)
    return any(
        asked.endswith(name[1:].lower()) if name.startswith("*.") else asked == hostname(name)
        for name in names
    )


def network(address: str) -> str:
    """What is counted as one address: of IPv6 the /64, which one household or server has whole.

    >>> network("2001:db8::7"), network("::ffff:192.0.2.7"), network("")
    ('2001:db8::/64', '192.0.2.7', 'unknown')
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False))


def hostname(host: str) -> str:
    """The name or address in a `Host` header, in lower case; empty where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
