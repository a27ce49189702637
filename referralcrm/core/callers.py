"""Who is on the other end of a request, as far as an address tells."""

from contextlib import suppress
from ipaddress import ip_address, ip_network

from django.conf import settings

ONE_HOUSE = 64  # bits of an IPv6 address that one subscriber has for all of theirs (RFC 6177)


def address_of(request) -> str:
    """The address a request came from, as our own proxies tell it; empty when nobody knows.

    Each of settings.PROXIES adds whom it was called by at the end of X-Forwarded-For;
    whatever stands before that anybody may have written.
    """
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if settings.PROXIES else []
    hops = [*map(str.strip, told), request.META.get("REMOTE_ADDR", "")]
    for hop in (hops[-1 - min(settings.PROXIES, len(hops) - 1)], hops[-1]):
        with suppress(ValueError):
            return str(ip_address(hop))
    return ""


def house_of(request) -> str:
    """The address, or the network of an IPv6 one: who has one of those has 2**64."""
    address = address_of(request)
    return str(ip_network(f"{address}/{ONE_HOUSE}", strict=False)) if ":" in address else address
