"""Network addresses as throttles count them: pure."""

from ipaddress import IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
OF_ONE_SUBSCRIBER = 64  # bits: nobody is given fewer IPv6 addresses than that


def counted_as(ip: str | None) -> str:
    """An IPv4 address as it is, an IPv6 address as the network of its subscriber, who may use any address in it."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), OF_ONE_SUBSCRIBER), strict=False))
