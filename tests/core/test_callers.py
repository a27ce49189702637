"""Whose request it is: what our own proxies say, and nothing that anybody may write."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from referralcrm.core.callers import address_of, house_of
from referralcrm.settings import number


@pytest.mark.parametrize(
    "proxies, forwarded, address",
    [
        (0, "", "192.0.2.9"),
        (0, "203.0.113.5", "192.0.2.9"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "1.1.1.1, 203.0.113.5", "203.0.113.5"),
        (2, "1.1.1.1, 203.0.113.5, 198.51.100.7", "203.0.113.5"),
        (2, "203.0.113.5", "203.0.113.5"),
        (1, "", "192.0.2.9"),
        (1, "unknown", "192.0.2.9"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_an_address_is_as_far_left_as_our_proxies_reach(proxies, forwarded, address, settings):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == address


@pytest.mark.parametrize(
    "address, house", [("192.0.2.9", "192.0.2.9"), ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("", "")]
)
def test_a_house_is_an_address_or_the_network_of_one(address, house):
    assert house_of(RequestFactory().get("/", REMOTE_ADDR=address)) == house


def test_fewer_proxies_than_none_stop_the_start(monkeypatch):
    """They would let anybody say who is calling."""
    monkeypatch.setenv("PROXIES", "-1")
    with pytest.raises(ImproperlyConfigured, match="PROXIES"):
        number("PROXIES", 0)
