"""Two for one at a real browser: side by side, merged, worked on, and taken apart again."""

import pytest

from outreach.models import Touchpoint
from partners.actions import likely
from partners.models import Contact, Partner
from referralcrm.practice.scope import enter
from tests import factories


@pytest.fixture
def pair(clinic):
    with enter(clinic):
        Partner.objects.update(name="Somebody else", email="", phone="")
        okafor = factories.partner(
            "Dr Adaeze Okafor", phone="+44 20 7946 0011", tags=["knees"], area="Northgate", notes="Quick."
        )
        double = factories.partner(
            "A. Okafor",
            phone="+44 20 7946 0011",
            email="",
            tags=["sport"],
            goal="Lunch in May",
            notes="Kind.",
        )
        Touchpoint.objects.create(partner=double, happened_on=clinic.today(), note="About the new clinic")
        Contact.objects.create(partner=double, name="Jo Reed")
        likely.search()
        return okafor, double


def test_a_pair_is_merged_field_by_field_worked_on_and_taken_apart(visit, clinic, pair):
    okafor, double = pair
    alice = visit(clinic.alice)
    page = alice.go("/partners/")
    page.get_by_role("link", name="1 likely duplicate").click()
    page.get_by_text("The same name with an initial, the same phone").wait_for()
    alice.check_every_look("likely")
    page.get_by_role("button", name="are two").click()
    page.get_by_text("Nobody seems to be here twice").wait_for()
    alice.check_every_look("likely-empty")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Dr Adaeze Okafor and A. Okafor side by side").click()
    page.get_by_role("heading", name="Merge two into one").wait_for()
    alice.check_every_look("merge")
    page.get_by_role("radio", name="Notes: Quick.").check()
    page.get_by_role("button", name="Merge these two").click()
    page.get_by_text("A. Okafor is merged with Dr Adaeze Okafor.").wait_for()
    alice.check_every_look("merged")
    assert "Jo Reed" in page.content()
    page.goto(f"/partners/{double.pk}/")
    assert page.url.endswith(f"/partners/{okafor.pk}/")
    page.get_by_role("button", name="Take A. Okafor apart again").click()
    page.get_by_text("A. Okafor stands alone again.").wait_for()
    with enter(clinic):
        double.refresh_from_db(), okafor.refresh_from_db()
        assert (double.merged_into, okafor.tags, okafor.goal) == (None, ["knees"], "")
        assert Contact.objects.get().partner == double


def test_the_other_one_is_chosen_from_the_page(visit, clinic, pair):
    okafor, double = pair
    alice = visit(clinic.alice)
    page = alice.go(f"/partners/{okafor.pk}/")
    page.get_by_role("link", name="The same as somebody else").click()
    alice.check_every_look("merge-with")
    page.locator("#id_q").press_sequentially("A. Oka")
    page.get_by_role("option", name="A. Okafor", exact=True).wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Look at both").click()
    page.get_by_role("button", name="Merge these two").wait_for()
