"""A report is amended; two who write at once are told. The way from blank to confirmed: ``test_loop.py``."""

import pytest
from playwright.sync_api import expect

from referralcrm.practice.scope import enter
from tests import factories

FOUND = "What we found"


@pytest.fixture
def draft(clinic):
    with enter(clinic, durable=True):
        partner, patient = factories.partner(), factories.patient("Kim Moreau")
        return factories.report(factories.referral(partner=partner, patient=patient), by=clinic.bob)


def test_two_who_write_at_once_are_told_and_nothing_is_lost(visit, clinic, draft):
    bob, charlie = visit(clinic.bob), visit(clinic.charlie)
    for visitor in (bob, charlie):
        visitor.page.goto(f"/referrals/documents/{draft.pk}/write/")
    bob.page.get_by_label(FOUND).fill("Bob saw a tear.")
    expect(bob.page.locator("#writing[data-changed]")).to_have_count(0)
    charlie.page.get_by_label(FOUND).fill("Charlie saw none.")
    expect(charlie.page.locator("#kept")).to_contain_text("Somebody else saved this")
    charlie.page.get_by_role("button", name="Save the draft").click()
    expect(charlie.page.get_by_text("It now says: Bob saw a tear.")).to_be_visible()
    expect(charlie.page.get_by_label(FOUND)).to_have_value("Charlie saw none.")
    charlie.check()
    page = bob.page
    page.get_by_role("button", name="Sign it: final").press("Enter")
    expect(page.get_by_text("is final.")).to_be_visible()
    page.get_by_role("button", name="Amend it").press("Enter")
    expect(page.get_by_label("What this version changes, and why")).to_be_focused()
    bob.check()
    page = bob.go(draft.referral.get_absolute_url())
    expect(page.locator("#documents")).to_contain_text("a new version is being written")
