"""Twenty referrals of a week typed into the grid by keyboard alone; key presses and seconds are printed."""

import time

import pytest
from playwright.sync_api import expect

from referralcrm.practice.models import Service
from referralcrm.practice.scope import enter
from referrals.models import Draft, Referral
from tests import factories

GRID = "/referrals/many/"
PARTNERS = ["Dr Adaeze Okafor", "Dr Lena Voss", "Dr Peter Lind", "Harbour Gym"]
PASTE = """element => {
    const data = new DataTransfer();
    data.setData("text/plain", %r);
    const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
    element.dispatchEvent(paste);
}"""


@pytest.fixture(scope="module")
def known(clinic):
    with enter(clinic):
        for name in PARTNERS:
            factories.partner(name, discipline=factories.discipline(), is_person="Dr" in name)
        kim = factories.patient("Kim Moreau", born="1971-03-08", record="20417")
        factories.referral(patient=kim, reason="knee")
    return clinic


@pytest.fixture
def grid(visit, known):
    visitor = visit(known.alice)
    with enter(known):
        Draft.objects.all().delete()
    visitor.page.goto(GRID)
    return visitor


def cell(page, name, row=1):
    return page.get_by_label(f"{name}, row {row}", exact=True)


def kept(page, row, text="ready"):
    expect(page.locator("[data-grid-row]").nth(row - 1).locator("[data-state]")).to_have_text(text)


def logged(clinic):
    with enter(clinic):
        return list(Referral.objects.with_everyone().order_by("entered_at"))


def test_twenty_referrals_are_typed_by_keyboard_alone(grid, known):
    page, keys, before = grid.page, grid.page.keyboard, len(logged(known))
    expect(cell(page, "Partner")).to_be_focused()
    started, presses = time.monotonic(), 0
    for number in range(1, 21):
        keys.type(PARTNERS[number % 4].split()[-1].lower())
        expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
        keys.press("Enter")
        expect(cell(page, "Patient", number)).to_be_focused()
        keys.type(f"Pat Number{number}")
        keys.press("Tab")
        keys.type("17580" if number == 3 else "170580")
        keys.press("Enter")
        presses += 3
        expect(cell(page, "Partner", number + 1)).to_be_focused()
    expect(page.get_by_text("ready", exact=True)).to_have_count(19)
    grid.check_every_look("grid-typed")
    cell(page, "Born", 3).focus()
    keys.press("Control+a")
    keys.type("170580")
    keys.press("Control+s")
    presses += 2
    expect(page.locator(".toasts")).to_contain_text("20 referrals logged.", timeout=30_000)
    print(f"\ntwenty in the grid: {presses} key presses beyond the words, {time.monotonic() - started:.1f} s")
    rows = logged(known)[before:]
    assert [row.partner.name for row in rows] == [PARTNERS[n % 4] for n in range(1, 21)]
    with enter(known):
        assert {row.patient.birth_date for row in rows} == {"1980-05-17"}
        assert not Draft.objects.exists()


def test_a_closed_tab_loses_nothing_not_even_the_field_being_typed(grid, visit, known):
    page = grid.page
    cell(page, "Patient").fill("Half Typed")
    cell(page, "Born").press_sequentially("1705")
    page.close()
    again = visit(known.alice).page
    again.goto(GRID)
    expect(cell(again, "Patient")).to_have_value("Half Typed")
    expect(cell(again, "Born")).to_have_value("1705")
    expect(again.get_by_text("1 row you began")).to_be_visible()


def test_a_block_of_a_spreadsheet_fills_the_fields(grid, known):
    page = grid.page
    with enter(known):
        service = Service.objects.first().name
    lines = [f"17.11.\tlind\tPat Block{n}\t1.2.{60 + n}\tB{n}\t{service}\turgent\tknee" for n in range(12)]
    lines.append("17.11.\tlind\tPat Last\t1.2.60\tB99\tDentistry")
    cell(page, "Date").focus()
    cell(page, "Date").evaluate(PASTE % "\n".join(lines))
    expect(page.get_by_text("ready", exact=True)).to_have_count(12)
    kept(page, 13, "look")
    expect(page.get_by_text("This is not offered here")).to_be_visible()
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    before = len(logged(known))
    page.get_by_role("button", name="Log them").click()
    expect(page.get_by_text("12 logged. 1 row needs a look")).to_be_visible(timeout=30_000)
    expect(cell(page, "For")).to_have_value("Dentistry")
    expect(cell(page, "For")).to_be_focused()
    grid.check_every_look("grid-left")
    rows = logged(known)[before:]
    assert {(row.service.name, row.urgency, row.partner.name) for row in rows} == {
        (service, "urgent", "Dr Peter Lind")
    }


def test_arrows_move_as_in_a_spreadsheet_and_the_list_keeps_its_own(grid, known):
    page, keys = grid.page, grid.page.keyboard
    cell(page, "Patient", 2).focus()
    keys.press("ArrowUp")
    expect(cell(page, "Patient", 1)).to_be_focused()
    keys.type("Kim Moreau")
    keys.press("ArrowRight")
    expect(cell(page, "Born", 1)).to_be_focused()
    keys.press("ArrowLeft")
    expect(cell(page, "Patient", 1)).to_be_focused()
    cell(page, "Partner", 1).focus()
    keys.type("dr")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    keys.press("ArrowDown")
    expect(cell(page, "Partner", 1)).to_be_focused()
    keys.press("Escape")
    cell(page, "Patient", 8).focus()
    keys.press("Enter")
    expect(cell(page, "Patient", 9)).to_be_focused()
    keys.press("Shift+Enter")
    expect(cell(page, "Patient", 8)).to_be_focused()


def test_what_is_known_is_asked_and_said_at_the_row(grid, known):
    page, keys = grid.page, grid.page.keyboard
    keys.type("okafor")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    keys.press("Enter")
    keys.type("Kim Moreau")
    keys.press("Tab")
    keys.type("8.3.71")
    keys.press("Enter")
    expect(page.get_by_text("Known here, record 20417")).to_be_visible()
    page.get_by_label("The same matter, or a new one?").select_option(index=1)
    kept(page, 1)
    cell(page, "Partner", 2).fill("Dr Nobody")
    cell(page, "Patient", 2).fill("New Patient")
    cell(page, "Date", 3).focus()
    page.get_by_label("Which partner?").select_option("new")
    kept(page, 2)
    grid.check_every_look("grid-asks")
    page.get_by_text("↑ Sent").click()
    expect(page.get_by_role("columnheader", name="To", exact=True)).to_be_visible()
    expect(cell(page, "For", 1)).to_be_hidden()
