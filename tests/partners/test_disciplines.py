"""The practice's own list of professions and trades."""

import pytest
from django.urls import reverse

from partners import actions
from partners.models import Discipline
from referralcrm.core.refused import Refused
from tests import factories

LIST = reverse("partners:disciplines")


def test_a_practice_starts_with_a_list_it_can_add_to(charlie, as_person):
    client = as_person(charlie)
    assert "Family medicine" in client.get(LIST).content.decode()
    client.post(LIST, {"name": "Music therapy", "group": "Allied health", "is_active": "on"})
    assert Discipline.objects.get(name="Music therapy").group == "Allied health"


def test_a_name_stands_on_the_list_once_whatever_its_case(charlie, as_person):
    page = as_person(charlie).post(LIST, {"name": "family MEDICINE", "is_active": "on"}).content.decode()
    assert "There is already one with this name." in page
    with pytest.raises(Refused):
        actions.create_discipline(name="FAMILY medicine", by=charlie)


def test_one_no_longer_in_use_stays_with_its_partners_and_is_not_offered(charlie, alice, as_person):
    found = factories.discipline("Family medicine")
    partner = factories.partner(discipline=found)
    address = reverse("partners:update_discipline", args=[found.pk])
    as_person(charlie).post(address, {"name": "Family medicine", "version": 1})
    client = as_person(alice)

    def offered(url):
        return found in client.get(url).context["form"].fields["discipline"].queryset

    assert not offered(reverse("partners:create"))
    assert offered(reverse("partners:update", args=[partner.pk]))


def test_two_managers_do_not_overwrite_each_other(charlie, as_person):
    found = factories.discipline("Family medicine")
    actions.update_discipline(found, version=1, code="207Q", by=charlie)
    address = reverse("partners:update_discipline", args=[found.pk])
    page = as_person(charlie).post(address, {"name": "Family medicine", "code": "X", "version": 1})
    assert "It now says: 207Q" in page.content.decode()


def test_the_settings_page_shows_the_way_to_those_who_may_change_the_list(charlie, alice, as_person):
    settings = reverse("practice:settings")
    assert LIST in as_person(charlie).get(settings).content.decode()
    assert LIST not in as_person(alice).get(settings).content.decode()
