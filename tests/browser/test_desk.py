"""The front desk at work: calls in the row, did they come, and two people at the same list."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from partners.models import Partner
from referralcrm.practice.scope import enter
from referrals.actions import log_call, move, receive
from referrals.models import Referral
from referrals.states import Verb
from tests import factories

WITHIN = 10_000  # milliseconds: the promise


@pytest.fixture(scope="module")
def desk(clinic):
    """Twelve to call, one of them called twice and with a phone; two appointments that have passed."""
    with enter(clinic):
        by, today = clinic.alice, clinic.today()
        clinic.okafor = factories.partner("Dr Adaeze Okafor")
        for number in range(12):
            row = receive(
                by=by,
                patient=factories.patient(f"Waiting Person{number:02}"),
                partner=clinic.okafor,
                happened_on=today - timedelta(days=12 - number),
            )
            if number == 0:
                row.patient.phone = "+44 7700 900123"
                row.patient.save()
                log_call(row, by=clinic.bob)
                log_call(row, by=by)
        for name in ("Came Already", "Stayed Away"):
            row = receive(
                by=by,
                patient=factories.patient(name),
                partner=clinic.okafor,
                happened_on=today - timedelta(days=9),
            )
            move(row, Verb.SCHEDULE, by=by, appointment_on=today - timedelta(days=2))
    return clinic


def item(page, name):
    return page.locator("[data-row]", has_text=name)


def press(page, label, name):
    item(page, name).get_by_role("button", name=label).click()


def of(clinic, name):
    with enter(clinic):
        return next(row for row in Referral.objects.select_related("patient") if row.patient.name == name)


def act(clinic, name, action, *args, **fields):
    """Bob does something elsewhere."""
    row = of(clinic, name)
    with enter(clinic):
        action(row, *args, by=clinic.bob, **fields)


def test_a_call_is_one_tap_and_taken_back_from_the_toast(visit, desk):
    page = visit(desk.alice).page
    press(page, "No answer", "Waiting Person01")
    expect(item(page, "Waiting Person01")).to_contain_text("called once, no answer today")
    expect(item(page, "Waiting Person01")).to_contain_text("(Alice Adams)")
    page.locator(".toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("The call was taken back")
    expect(item(page, "Waiting Person01")).not_to_contain_text("called once")


def test_the_number_is_masked_until_it_is_asked_for_and_stays_open(visit, desk):
    visitor = visit(desk.alice)
    page, row = visitor.page, item(visitor.page, "Waiting Person00")
    expect(row).to_contain_text("•••")
    assert "900123" not in page.content()
    row.get_by_role("button", name="Show the phone number").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name="+44 7700 900123")).to_have_attribute("href", "tel:+44-7700-900123")
    press(page, "No answer", "Waiting Person00")
    expect(item(page, "Waiting Person00")).to_contain_text("3 calls without an answer")
    expect(item(page, "Waiting Person00")).to_contain_text("+44 7700 900123")
    assert "900123" not in page.url
    visitor.check_every_look("desk-unreachable")
    press(page, "Unreachable", "Waiting Person00")
    expect(item(page, "Waiting Person00")).to_have_count(0)
    page.locator(".toasts").get_by_role("button", name="Undo").last.click()
    expect(item(page, "Waiting Person00")).to_contain_text("3 calls without an answer")


def test_booked_later_declined_came_and_rebooked_in_the_row(visit, desk):
    visitor = visit(desk.alice)
    page, ahead = visitor.page, (desk.today() + timedelta(days=5)).isoformat()
    item(page, "Waiting Person02").get_by_text("Later").click()
    expect(page.get_by_label("Call again on").locator("visible=true")).to_be_focused()
    visitor.picture("desk-later")
    page.keyboard.press("Enter")
    expect(item(page, "Waiting Person02")).to_have_count(0)
    expect(page.locator("#content")).to_contain_text("1 put off")
    item(page, "Waiting Person03").get_by_text("Booked for…").click()
    page.get_by_label("Day", exact=True).locator("visible=true").fill(ahead)
    page.get_by_label("Time, if known").locator("visible=true").fill("09:30")
    visitor.check_every_look("desk-booking")
    page.keyboard.press("Enter")
    expect(item(page, "Waiting Person03")).to_have_count(0)
    press(page, "Declined", "Waiting Person04")
    expect(item(page, "Waiting Person04")).to_have_count(0)
    press(page, "They came", "Came Already")
    expect(item(page, "Came Already")).to_have_count(0)
    item(page, "Stayed Away").get_by_text("Rebooked for…").click()
    page.get_by_label("Day", exact=True).locator("visible=true").fill(ahead)
    page.keyboard.press("Enter")
    expect(item(page, "Stayed Away")).to_have_count(0)
    row = of(desk, "Stayed Away")
    assert (row.journey, row.appointment_on.isoformat()) == ("scheduled", ahead)


@pytest.mark.parametrize("path", ["/", "/referrals/?journey=unbooked&sort=date"])
def test_each_sees_the_others_change_within_ten_seconds_without_a_jump(visit, desk, path):
    page = visit(desk.alice).page
    page.goto(path)
    page.evaluate("window.sameDocument = true")
    with enter(desk):
        before = Referral.objects.get(pk=of(desk, "Waiting Person08").pk).calls
    button = item(page, "Waiting Person09").get_by_role("button", name="No answer")
    button.focus()
    page.evaluate("scrollTo(0, 200)")
    top = button.bounding_box()["y"]
    started = time.monotonic()
    act(desk, "Waiting Person08", log_call)
    words = "called" if before == 0 else "called twice"
    expect(item(page, "Waiting Person08")).to_contain_text(words, timeout=WITHIN)
    print(f"\nseen after {time.monotonic() - started:.1f} s")
    assert page.evaluate("window.sameDocument")
    button = item(page, "Waiting Person09").get_by_role("button", name="No answer")
    expect(button).to_be_focused()
    assert abs(button.bounding_box()["y"] - top) < 2
    expect(page.locator("#live-said")).to_contain_text("Bob Brown changed something")


def test_typing_is_not_lost_and_a_quiet_line_says_so(visit, desk):
    visitor = visit(desk.alice)
    page, ahead = visitor.page, (desk.today() + timedelta(days=6)).isoformat()
    item(page, "Waiting Person10").get_by_text("Booked for…").click()
    page.get_by_label("Day", exact=True).locator("visible=true").fill(ahead)
    act(desk, "Waiting Person07", move, Verb.PATIENT_DECLINES)
    line = page.locator("#live-line")
    expect(line).to_contain_text("Bob Brown changed something.", timeout=WITHIN)
    expect(page.get_by_label("Day", exact=True).locator("visible=true")).to_be_focused()
    visitor.check()
    visitor.picture("desk-line")
    line.get_by_role("button", name="Refresh").click()
    expect(item(page, "Waiting Person07")).to_have_count(0)
    expect(page.get_by_label("Day", exact=True).locator("visible=true")).to_have_value(ahead)
    expect(line).to_have_count(0)


def test_of_two_at_one_row_the_second_is_told_who_did_what_and_nothing_is_doubled(visit, desk):
    alice, bob = visit(desk.alice).page, visit(desk.bob).page
    bob.goto("/?for=everybody")
    alice.goto("/")
    press(alice, "No answer", "Waiting Person11")
    expect(alice.locator(".toasts")).to_contain_text("no answer, call 1")
    press(bob, "No answer", "Waiting Person11")
    expect(bob.locator(".toasts")).to_contain_text("Alice Adams was quicker: called, no answer, at")
    assert of(desk, "Waiting Person11").calls == 1
    expect(item(bob, "Waiting Person11")).to_contain_text("called once")


def test_two_change_one_partner_and_both_changes_stand(visit, desk):
    with enter(desk, durable=True):
        path = f"/partners/{factories.partner('Dr Twice Edited').pk}/edit/"
    alice, bob = visit(desk.alice).page, visit(desk.bob).page
    for page, label, words in [(alice, "Hours", "Mornings"), (bob, "Notes", "Likes short letters")]:
        page.goto(path)
        page.get_by_label(label, exact=True).fill(words)
    bob.get_by_role("button", name="Save").first.click()
    expect(bob.get_by_role("heading", name="Dr Twice Edited")).to_be_visible()
    alice.get_by_role("button", name="Save").first.click()
    expect(alice.get_by_text("Somebody else saved this")).to_be_visible()
    expect(alice.get_by_label("Notes", exact=True)).to_have_value("Likes short letters")
    alice.get_by_role("button", name="Save").first.click()
    expect(alice.get_by_role("heading", name="Dr Twice Edited")).to_be_visible()
    with enter(desk):
        row = Partner.objects.get(name="Dr Twice Edited")
    assert (row.hours, row.notes) == ("Mornings", "Likes short letters")


def test_what_is_typed_in_one_row_while_another_is_answered_is_kept(visit, desk):
    visitor = visit(desk.alice)
    page, ahead = visitor.page, (desk.today() + timedelta(days=6)).isoformat()
    held = []
    page.route("**/move/", lambda route: held.append(route), times=1)
    press(page, "Declined", "Waiting Person05")
    item(page, "Waiting Person06").get_by_text("Booked for…").click()
    expect(page.get_by_label("Day", exact=True).locator("visible=true")).to_be_focused()
    page.get_by_label("Day", exact=True).locator("visible=true").fill(ahead)
    page.get_by_label("Time, if known").locator("visible=true").fill("10:15")
    held[0].continue_()
    expect(item(page, "Waiting Person05")).to_have_count(0)
    expect(page.get_by_label("Time, if known").locator("visible=true")).to_be_focused()
    page.keyboard.press("Enter")
    expect(item(page, "Waiting Person06")).to_have_count(0)
    assert of(desk, "Waiting Person06").appointment_on.isoformat() == ahead
    visitor.check()
