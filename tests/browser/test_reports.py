"""A report is written with the keyboard, kept while it is typed, looked at, signed and amended."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from referralcrm.practice.scope import enter
from referrals.models import Obligation, Phrase, Report
from tests import factories


@pytest.fixture
def referral(clinic):
    with enter(clinic, durable=True):
        made = factories.referral(partner=factories.partner(), patient=factories.patient("Kim Moreau"))
        Obligation.objects.create(referral=made, side="us")
        Phrase.objects.get_or_create(name="hold injections", text="Please hold further injections for now.")
        factories.article("Shoulder exercises at home") if not Report.objects.exists() else None
        return made


def type_the_parts(page):
    page.get_by_label("What we found").fill("The rotator cuff is irritated; no tear.")
    page.get_by_label("What we ask of you").focus()
    page.keyboard.type(";;")
    page.keyboard.type("hold")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What we ask of you")).to_have_value("Please hold further injections for now.")
    page.get_by_label("What happens next, and when").fill("Review on 14 December.")
    page.get_by_label("Treatment planned, and why").fill("Graded loading, because the tendon is reactive.")
    page.get_by_label("Goals and anticipated outcomes").fill("Overhead work without pain in eight weeks.")
    first = page.get_by_role("group", name="Measure 1", exact=True)
    first.get_by_label("What was measured").fill("Shoulder flexion")
    first.get_by_label("Unit").fill("°")
    first.get_by_label("Better is").select_option("higher")
    first.get_by_label("At first").fill("95")
    first.get_by_label("Now").fill("120")
    first.get_by_label("Goal").fill("170")


def test_a_report_is_written_kept_shown_signed_and_amended(visit, clinic, referral):
    bob = visit(clinic.bob)
    page = bob.go(f"/referrals/{referral.pk}/")
    page.keyboard.press("w")
    page.get_by_label("Initial report and treatment plan").check()
    bob.check_every_look("report-start")
    page.get_by_role("button", name="Begin").click()
    type_the_parts(page)
    expect(page.locator("#writing[data-changed]")).to_have_count(0)  # all of it is kept
    expect(page.locator("#missing-parts")).to_contain_text("Frequency and duration")
    page.reload()
    expect(page.get_by_label("What we found")).to_have_value("The rotator cuff is irritated; no tear.")
    page.get_by_role("button", name="Sign it: final").click()
    expect(page.get_by_text("write these or say that they do not apply: Frequency")).to_be_visible()
    page.locator("#id_leave_frequency").check()
    page.get_by_role("button", name="Show the pages").click()
    pages = page.frame_locator("iframe[name=preview]")
    expect(pages.get_by_role("img", name="Page 1 of 1")).to_be_visible()
    bob.check_every_look("report-write")
    page.get_by_role("button", name="Sign it: final").press("Enter")
    expect(page.get_by_text("is final.")).to_be_visible()
    bob.check_every_look("report-final")
    with enter(clinic, durable=True):
        final = Report.objects.final().get(referral=referral)
        assert final.obligation is not None
    answer = page.request.get(f"/referrals/documents/{final.pk}/pdf/")
    assert "Shoulder flexion" in PdfReader(io.BytesIO(answer.body())).pages[0].extract_text()
    page.get_by_role("button", name="Amend it").click()
    expect(page.get_by_label("What this version changes, and why")).to_be_focused()
    bob.check()
    page = bob.go(f"/referrals/{referral.pk}/")
    expect(page.locator("#documents")).to_contain_text("a new version is being written")
    bob.check_every_look("report-on-the-referral")


def test_two_who_write_at_once_are_told_and_nothing_is_lost(visit, clinic, referral):
    with enter(clinic, durable=True):
        draft = factories.report(referral, by=clinic.bob)
    bob, charlie = visit(clinic.bob), visit(clinic.charlie)
    for visitor in (bob, charlie):
        visitor.page.goto(f"/referrals/documents/{draft.pk}/write/")
    found = "What we found"
    bob.page.get_by_label(found).fill("Bob saw a tear.")
    expect(bob.page.locator("#writing[data-changed]")).to_have_count(0)
    charlie.page.get_by_label(found).fill("Charlie saw none.")
    expect(charlie.page.locator("#kept")).to_contain_text("Somebody else saved this")
    charlie.page.get_by_role("button", name="Save the draft").click()
    expect(charlie.page.get_by_text("It now says: Bob saw a tear.")).to_be_visible()
    expect(charlie.page.get_by_label(found)).to_have_value("Charlie saw none.")
    charlie.check()
