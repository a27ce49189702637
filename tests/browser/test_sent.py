"""A referral we sent: what goes with it, their report, what the patient said, and what was looked into."""

import pytest
from playwright.sync_api import expect

from partners.actions import add_paperwork
from referralcrm.practice.scope import enter
from referrals.actions import send
from tests import factories


@pytest.fixture(scope="module")
def sent(clinic):
    """A patient sent to Dr Okafor, who wants two things with each."""
    with enter(clinic):
        okafor = factories.partner("Dr Adaeze Okafor", salutation="Dr Okafor", treating_provider=True)
        add_paperwork(okafor, by=clinic.alice, what="X-ray on CD", goes_with="referral")
        add_paperwork(okafor, by=clinic.alice, what="Insurance form B", goes_with="both")
        clinic.okafor = okafor
        clinic.sent = send(
            by=clinic.alice,
            patient=factories.patient("Kim Moreau", record="20417"),
            partner=okafor,
            happened_on=clinic.today(),
            reason="A knee that locks since the spring",
        )
    return clinic


@pytest.fixture
def alice(visit, sent):
    return visit(sent.alice)


def test_what_a_partner_wants_is_written_down_and_ticked(alice, sent):
    page = alice.go(f"/partners/{sent.okafor.pk}/paperwork/")
    page.fill("#id_what", "insurance form b")
    page.keyboard.press("Control+s")
    expect(page.locator(".invalid-feedback")).to_contain_text("on the list already")
    page.fill("#id_what", "Signed consent")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Up: Signed consent").click()
    expect(page.locator(".items > .item").nth(1)).to_contain_text("Signed consent")
    alice.check_every_look("sent-paperwork")
    page = alice.go(f"/partners/{sent.okafor.pk}/")
    expect(page.locator("#paperwork")).to_contain_text("Signed consent")
    page = alice.go(sent.sent.get_absolute_url())
    page.get_by_role("button", name="Enclosed: X-ray on CD").click()
    expect(page.locator("#checklist .item").first).to_contain_text("Alice Adams")
    page.get_by_role("button", name="Not needed: Signed consent").click()
    expect(page.get_by_role("button", name="Needed after all: Signed consent")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("button", name="Not needed: Signed consent")).to_be_visible()
    page.get_by_text("Something else goes with it").click()
    page.fill("#goes-with", "The letter of her surgeon")
    page.locator("#checklist").get_by_role("button", name="To follow").click()
    expect(page.locator("#checklist .item")).to_have_count(4)
    alice.check_every_look("sent-checklist")
