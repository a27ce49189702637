"""The location switch and what was hard for a partner, at a real browser."""

import pytest
from playwright.sync_api import expect

from referralcrm.practice.models import Location
from referralcrm.practice.scope import enter
from tests import factories


@pytest.fixture(scope="module")
def floor(clinic):
    """Two locations with a referral each, and a partner something was hard for."""
    with enter(clinic):
        main = Location.objects.get()
        hill = Location.objects.create(name="Hill Street")
        clinic.partner = factories.partner("Dr Adaeze Okafor", owner=clinic.alice)
        for name, place in (("Mara Main", main), ("Hilda Hill", hill)):
            factories.referral(partner=clinic.partner, patient=factories.patient(name), location=place)
        clinic.partner.frictions.create(
            trouble="Nobody answered the phone on Friday.", happened_on=clinic.today(), owner=clinic.alice
        )
    return clinic


def test_the_switch_is_pressed_by_keyboard_and_the_day_follows(visit, floor):
    visitor = visit(floor.alice)
    page = visitor.go("/")
    page.locator(".rail .here summary").focus()
    page.keyboard.press("Enter")
    visitor.check()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".rail").get_by_role("button", name="Hill Street")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lede .tag")).to_have_text("Hill Street")
    expect(page.get_by_text("Hilda Hill")).to_be_visible()
    expect(page.get_by_text("Mara Main")).to_have_count(0)
    visitor.check_every_look("floor-today")


def test_the_switch_stands_in_the_menu_of_a_phone(visit, floor):
    visitor = visit(floor.alice, size="narrow")
    page = visitor.go("/")
    page.locator(".bar-menu > details > summary").click()
    page.locator(".sheet .here summary").click()
    visitor.picture("floor-menu")
    page.locator(".sheet").get_by_role("button", name="Hill Street").click()
    expect(page.locator(".lede .tag")).to_have_text("Hill Street")
    visitor.check()


def test_what_was_hard_is_answered_on_today_and_stands_on_the_partners_page(visit, floor):
    visitor = visit(floor.alice)
    page = visitor.go("/")
    row = page.locator("li.item", has_text="Nobody answered the phone")
    row.locator("summary").click()
    visitor.check()
    page.keyboard.type("We have a second line now.")
    row.get_by_role("button", name="Answered").click()
    expect(page.locator(".note").get_by_text("Mail to them goes on")).to_be_visible()
    page.goto(f"/partners/{floor.partner.pk}/")
    expect(page.locator("#friction")).to_contain_text("We have a second line now.")
    page.get_by_label("Something was hard for them").fill("The report came late.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("#friction")).to_contain_text("since today")
    visitor.check_every_look("floor-partner")
