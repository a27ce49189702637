"""Dr Okafor with a link, and a browser that is nobody's."""

import pytest
from django.test import Client
from django.urls import reverse

from referrals.actions import links
from referrals.models import PortalCode
from tests import factories


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor", email="okafor@office.example", treating_provider=True)


@pytest.fixture
def link(okafor):
    return links.make(okafor)


@pytest.fixture
def token(link):
    return links.token_of(link)


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def ask(browser):
    """``ask(token)`` is the code that was asked for through a link, as its mail says it."""

    def for_a_code(token):
        before = set(PortalCode.objects.values_list("pk", flat=True))
        browser.post(reverse("portal:door"), {"link": token})
        code = PortalCode.objects.exclude(pk__in=before).first()
        return code and links.digits_of(code)

    return for_a_code


@pytest.fixture
def come_in(ask, browser):
    """``come_in(token)`` types the code that was asked for; the browser is then visiting."""

    def with_the_code(token):
        return browser.post(reverse("portal:code"), {"link": token, "code": ask(token)})

    return with_the_code
