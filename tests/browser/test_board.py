"""The board of reports by keyboard: empty, by the time left in words, narrowed, finished in place."""

from datetime import timedelta

from playwright.sync_api import expect

from referralcrm.practice.scope import enter
from referrals.models import Obligation
from tests import factories


def owed(name, partner, *, came, by):
    """The first report about a patient who came so many days ago, due 7 days after that."""
    attended_on = by.practice.today() - timedelta(days=came)
    referral = factories.referral(
        partner=partner,
        patient=factories.patient(name),
        happened_on=attended_on,
        journey="attended",
        attended_on=attended_on,
    )
    due_on = attended_on + timedelta(days=7)
    Obligation.objects.create(
        referral=referral, side="us", state="due", due_on=due_on, due_because="7 days after the first visit"
    )


def reported(partner, *, days_ago, by):
    """A report that left so many days ago, about a patient who was back with the referrer five days ago."""
    today = by.practice.today()
    referral = factories.referral(
        partner=partner,
        happened_on=today - timedelta(days=100),
        attended_on=today - timedelta(days=90),
        next_visit_on=today - timedelta(days=5),
    )
    sent_on = today - timedelta(days=days_ago)
    Obligation.objects.create(referral=referral, side="us", state="sent", sent_on=sent_on)


def wait_for_reports(clinic):
    """Three who wait, and two who were back with their referrer."""
    with enter(clinic, durable=True):
        okafor, lind = factories.partner("Dr Adaeze Okafor"), factories.partner("Dr Lind")
        for name, partner, came in (
            ("Lou Later", lind, 0),
            ("Tom Today", okafor, 7),
            ("Lee Late", okafor, 9),
        ):
            owed(name, partner, came=came, by=clinic.bob)
        for days_ago in (9, 3):
            reported(okafor, days_ago=days_ago, by=clinic.bob)


def test_the_board_by_keyboard(visit, clinic):
    bob = visit(clinic.bob)
    page = bob.go("/reports/")
    expect(page.locator("main")).to_contain_text("Nobody is waiting for us")
    expect(page.locator(".facts")).to_contain_text("0 of 0")
    bob.check_every_look("board-empty")
    page.get_by_role("link", name="Theirs 0").press("Enter")
    expect(page.locator("main")).to_contain_text("We are waiting for nobody")

    wait_for_reports(clinic)
    page.goto("/reports/")
    items = page.locator(".items > .item")
    patients = items.locator("b")
    expect(patients).to_have_text(["Lee Late", "Tom Today", "Lou Later"])
    expect(items.locator(".tag-late")).to_have_text(["2 days late"])
    expect(items.locator(".tag-soon")).to_have_text(["due today"])
    expect(items.nth(2)).to_contain_text("7 days left")
    expect(items.first).to_contain_text("7 days after the first visit")
    expect(page.locator(".facts")).to_contain_text("1 of 2")
    bob.check_every_look("board")

    page.get_by_role("link", name="Lee Late", exact=True).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Write it: first report, Lee Late")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sent: first report, Lee Late")).to_be_focused()
    page.keyboard.press("Enter")
    expect(patients).to_have_text(["Tom Today", "Lou Later"])
    page.get_by_role("button", name="Undo").press("Enter")
    expect(patients).to_have_text(["Lee Late", "Tom Today", "Lou Later"])

    visit_on = clinic.today() + timedelta(days=5)
    back = items.nth(2).locator("details")
    back.locator("summary").press("Enter")
    back.get_by_label("Back with the referrer on").fill(visit_on.isoformat())
    back.get_by_label("Back with the referrer on").press("Enter")
    expect(items.nth(2)).to_contain_text("the patient is back with the referrer on")

    page.get_by_label("Time left").select_option("late")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**/reports/?*when=late*")
    expect(page.get_by_label("Time left")).to_have_value("late")
    expect(patients.first).to_have_text("Lee Late")
    page.get_by_label("Partner").fill("nobody of this name")
    page.get_by_label("Partner").press("Enter")
    expect(page.get_by_text("No clock fits these filters")).to_be_visible()
    bob.check()
    page.get_by_role("link", name="Show all").press("Enter")
    expect(items).to_have_count(3)
