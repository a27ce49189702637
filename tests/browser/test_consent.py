"""Consent asked for and withdrawn, the care team, and a story that waits for the patient's yes."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from referralcrm.practice.scope import enter
from referrals.actions import add_clinician, consents, tell
from referrals.states import Journey
from tests import factories


@pytest.fixture(scope="module")
def told(clinic):
    """A patient of Dr Okafor's whose care is complete, with a surgeon, a consent, and a story."""
    with enter(clinic):
        today, by = clinic.today(), clinic.alice
        okafor = factories.partner("Dr Adaeze Okafor", treating_provider=True)
        referral = factories.referral(partner=okafor, journey=Journey.COMPLETED, completed_on=today)
        add_clinician(referral, by=by, role="surgeon", partner=factories.partner("Ms Ines Brandt"))
        until = today + timedelta(days=14)
        consents.give(referral, by=by, scope=["report"], to="other_side", until=until, words="By post only")
        clinic.referral = referral.pk
        clinic.story = tell(referral, by=by, words="Back on the bicycle after a year without.").pk
    return clinic


def test_a_story_waits_for_consent_and_then_goes(visit, told):
    alice = visit(told.alice)
    page = alice.go(f"/outreach/stories/{told.story}/")
    alice.check_every_look("story")
    page.get_by_role("link", name="Record the consent").first.click()
    alice.check_every_look("consent")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Consent recorded")).to_be_visible()
    page.get_by_role("button", name="Send to Dr Adaeze Okafor").click()
    expect(page.get_by_text("On its way to Dr Adaeze Okafor")).to_be_visible()


def test_a_consent_is_withdrawn_and_that_taken_back(visit, told):
    alice = visit(told.alice)
    page = alice.go(f"/referrals/{told.referral}/")
    alice.check_every_look("referral-consent")
    page.get_by_role("button", name="Withdraw the consent to pass on reports").click()
    expect(page.get_by_text("cannot be called back")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text("The consent stands again")).to_be_visible()
    page.locator("#care-team").get_by_role("link", name="Add").click()
    alice.check_every_look("care-team")
