"""Partners at a real browser: a newcomer added with a warning, and several chosen for one contact."""

import pytest

from partners import actions
from partners.models import Partner
from referralcrm.practice.scope import enter


@pytest.fixture(scope="module")
def okafor(clinic):
    with enter(clinic):
        return actions.create(name="Dr Adaeze Okafor", office="Northgate Surgery", by=clinic.alice)


def test_somebody_new_is_added_with_a_warning_of_the_likeness(visit, clinic, okafor):
    visitor = visit(clinic.alice)
    page = visitor.go("/partners/new/")
    page.fill("#id_name", "")
    page.locator("#id_name").press_sequentially("Adaeze Okafor")
    warning = page.get_by_text("Perhaps already here")
    warning.wait_for()
    assert "a name like this" in warning.inner_text()
    page.locator("#id_office").press_sequentially("northg")
    page.get_by_role("option", name="Northgate Surgery", exact=False).first.wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: "/new/" not in url)
    visitor.check()
    with enter(clinic):
        made = Partner.objects.get(name="Adaeze Okafor")
        assert made.organisation_id == okafor.organisation_id


def test_several_are_chosen_for_one_contact(visit, clinic, okafor):
    visitor = visit(clinic.alice)
    page = visitor.go("/partners/")
    page.get_by_label("Choose Dr Adaeze Okafor").check()
    page.get_by_role("button", name="Log a contact with them").click()
    page.wait_for_url(lambda url: "contacts/new" in url)
    assert "Dr Adaeze Okafor" in page.content()
