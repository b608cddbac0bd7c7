"""Where a client is, as far as it is told from others."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

ONE_LINE = 64  # a line into a house is given so many bits of IPv6, and may use every address behind them


def of_client(told: str | None) -> str | None:
    """The IPv4 address, or the IPv6 network of one line, as PostgreSQL writes it. None for what is no address."""
    try:
        address = _unmapped(ip_address((told or "").partition("%")[0]))
    except ValueError:
        return None
    if address.version == 4:
        return str(address)
    return str(ip_network((int(address), ONE_LINE), strict=False))


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
