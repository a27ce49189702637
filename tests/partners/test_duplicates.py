"""The warning while typing: who may be the same, with a link, and never in the way."""

import pytest
from django.urls import reverse

from referralcrm.practice.scope import enter
from tests import factories
from tests.partners.test_create import CREATE


@pytest.fixture
def warn(alice, as_person):
    client = as_person(alice)
    return lambda **typed: client.get(reverse("partners:duplicates"), typed).content.decode()


@pytest.fixture
def okafor(riverside):
    office = factories.organisation("Northgate Surgery")
    return factories.partner(
        organisation=office, area="Harbour", email="a@x.example", phone="+44 20 7946 0958"
    )


@pytest.mark.parametrize(
    "typed, why",
    [
        ({"name": "Adaeze Okafor"}, "a name like this"),
        ({"name": "Dr Adaéze Okaffor"}, "a name like this"),
        ({"email": "A@X.example"}, "the same e-mail"),
        ({"phone": "020 7946 0958"}, "the same phone"),
        ({"name": "\0", "phone": "call me", "email": "A@x.EXAMPLE"}, "the same e-mail"),
    ],
)
def test_a_likeness_is_named_with_place_and_link(okafor, warn, typed, why):
    page = warn(**typed)
    assert why in page
    assert "Northgate Surgery, Harbour" in page
    assert reverse("partners:detail", args=[okafor.pk]) in page


@pytest.mark.parametrize(
    "typed", [{}, {"name": "Dr"}, {"name": "Lena Voss"}, {"phone": "12"}, {"email": "x@"}]
)
def test_nobody_is_named_without_a_likeness(okafor, warn, typed):
    factories.partner("No Mail", email="", phone="")
    assert warn(**typed).strip() == ""


def test_a_partner_is_not_warned_of_themself_nor_of_another_practice(okafor, warn, northgate):
    with enter(northgate):
        factories.partner(email="a@x.example")
    assert warn(name=okafor.name, email=okafor.email, besides=okafor.pk).strip() == ""


def test_the_warning_does_not_block(okafor, alice, as_person):
    response = as_person(alice).post(reverse("partners:create"), CREATE | {"email": "a@x.example"})
    assert response.status_code == 302
