"""Views of a list at a real browser: columns and names by keyboard alone, and one list that looks right."""

import pytest
from playwright.sync_api import expect

from referralcrm.practice.scope import enter
from tests import factories


@pytest.fixture(scope="module")
def people(clinic):
    with enter(clinic):
        for number in range(30):
            factories.partner(
                f"Dr Number {number:02}",
                circle="inner" if number % 3 == 0 else "network",
                area="Harbour",
                phone="+442079460958",
                tags=["spine"] if number % 2 else [],
                owner=clinic.alice if number % 4 == 0 else None,
            )
    return clinic


def headings(page):
    return [text.strip(" ↑↓") for text in page.locator("thead th:not(.pick)").all_inner_texts()]


def test_columns_are_chosen_and_put_in_order_by_keyboard(visit, people):
    visitor = visit(people.alice)
    page = visitor.go("/partners/")
    page.locator(".columns > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Phone").focus()
    page.keyboard.press("Space")
    up = page.get_by_role("button", name="Phone further left")
    up.focus()
    for _ in range(5):
        page.keyboard.press("Enter")
        expect(up).to_be_focused()
    visitor.check_every_look("views-columns")
    page.get_by_role("button", name="Show these").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "col=phone" in url)
    assert headings(page)[:3] == ["Partner", "Area", "Phone"]
    visitor.check()


def test_a_view_is_saved_changed_and_deleted_with_a_way_back(visit, people):
    visitor = visit(people.alice)
    page = visitor.go("/partners/?circle=inner&sort=-name")
    page.get_by_role("link", name="Save as a view").click()
    page.get_by_label("Name").fill("Inner, backwards")
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: "view=" in url)
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="Inner, backwards")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Area").click()
    expect(views.get_by_text("changed")).to_be_visible()
    visitor.check_every_look("views-changed")
    page.get_by_role("button", name="Save in “Inner, backwards”").click()
    expect(page.locator(".toasts")).to_contain_text("is saved")
    expect(views.get_by_text("changed")).to_have_count(0)
    page.get_by_role("link", name="All views").click()
    visitor.check_every_look("views-all")
    page.get_by_role("button", name="Delete Inner, backwards").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("is back")


def chosen(page):
    return int(page.locator("[data-picked]").inner_text())


def test_rows_are_chosen_with_shift_and_by_keyboard_looked_at_changed_and_taken_back(visit, people):
    visitor = visit(people.alice)
    page = visitor.go("/partners/?area=harbour")
    boxes = page.locator("tbody .pick input")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert chosen(page) == 4
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert chosen(page) == 6
    page.get_by_role("button", name="Change them").click()
    page.get_by_label("Circle").select_option("light")
    page.get_by_label("Add tags").fill("autumn")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("6 partners change.")).to_be_visible()
    visitor.check_every_look("many-partners")
    page.get_by_role("button", name="Change 6 partners").click()
    expect(page.locator(".toasts")).to_contain_text("6 partners changed.")
    assert "area=harbour" in page.url
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("6 are as before.")


def test_all_that_match_are_changed_from_one_page(visit, people):
    visitor = visit(people.alice)
    page = visitor.go("/partners/?area=harbour")
    page.get_by_label("All on this page").check()
    page.get_by_role("link", name="Change all 30 that match").click()
    expect(page.get_by_text("30 chosen on")).to_be_visible()


def test_a_step_of_several_referrals_is_looked_at_first(visit, people):
    with enter(people):
        kim = factories.patient("Kim Moreau")
        for number in range(3):
            factories.referral(patient=kim, journey="attended" if number else "requested", attended_on=None)
    visitor = visit(people.alice)
    page = visitor.go("/referrals/")
    page.get_by_label("All on this page").check()
    visitor.check_every_look("many-chosen")
    page.get_by_role("button", name="Change them").click()
    page.get_by_label("Step").select_option("accept")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("1 referral changes.")).to_be_visible()
    expect(page.get_by_text("2 left out:")).to_be_visible()
    visitor.check_every_look("many-referrals")
