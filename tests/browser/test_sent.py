"""A referral we sent: what goes with it, their report, what the patient said, and what was looked into."""

import pytest
from playwright.sync_api import expect

from partners.actions import add_paperwork
from referralcrm.demo.paper import page_of_text
from referralcrm.practice.scope import enter
from referrals.actions import move, send
from referrals.models import Referral
from tests import factories

PDF = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": page_of_text("A report")}


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


def test_the_letter_is_written_and_signed_with_the_checklist(visit, sent):
    bob = visit(sent.bob)
    page = bob.go(sent.sent.get_absolute_url())
    page.get_by_role("button", name="Write the letter").click()
    expect(page.locator("#id_text_reason")).to_have_value("A knee that locks since the spring")
    page.fill("#id_text_asked", "An opinion on surgery")
    page.fill("#id_text_history", "Two injections")
    for part in ("treatment", "medicines", "measures"):
        page.check(f"#id_leave_{part}")
    bob.check_every_look("sent-letter")
    writing = page.url
    page.get_by_role("button", name="Sign it").click()
    page.wait_for_url(lambda url: url != writing)
    expect(page.get_by_role("heading", name="Referral letter")).to_be_visible()
    bob.check_every_look("sent-letter-signed")


def test_their_report_comes_in_the_patient_speaks_and_the_manager_answers(alice, visit, sent):
    with enter(sent):
        row = Referral.objects.get(pk=sent.sent.pk)
        move(row, by=sent.alice, verb="attend", on=sent.today())
    page = alice.go(sent.sent.get_absolute_url())
    page.get_by_role("link", name="Attach their report").click()
    page.set_input_files("#id_file", PDF)
    alice.check_every_look("sent-arrived")
    page.get_by_role("button", name="Attach their report").click()
    expect(page.locator("#paper")).to_contain_text("Report")
    page.get_by_role("button", name="Mixed").click()
    page.get_by_role("link", name="Add a sentence").click()
    page.fill("#id_words", "A kind doctor, and a wait of two hours in pain")
    alice.check_every_look("sent-experience")
    page.keyboard.press("Control+s")
    expect(page.locator("#experience")).to_contain_text("a wait of two hours")
    page.get_by_role("link", name="Raise a quality flag").click()
    page.fill("#id_words", "Nobody gave him anything for the pain")
    alice.check_every_look("sent-flag")
    page.get_by_role("button", name="Raise it").click()
    expect(page.locator("#experience")).to_contain_text("open")
    alice.check_every_look("sent-afterwards")
    manager = visit(sent.charlie)
    page = manager.go("/outreach/tasks/")
    page.get_by_role("link", name="Look into it").click()
    page.locator("#experience").get_by_role("link", name="Answer").click()
    page.fill("#id_answer", "Dr Okafor called: they keep something at the desk now.")
    manager.check_every_look("sent-answer")
    page.get_by_role("button", name="Answered").click()
    expect(page.locator("#experience")).to_contain_text("answered today by Charlie Clark")
    page = manager.go(f"/partners/{sent.okafor.pk}/")
    expect(page.locator("#told")).to_contain_text("1 told us")
    manager.check_every_look("sent-partner")
