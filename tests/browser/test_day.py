"""A day at the front desk of a practice that has just moved in: its spreadsheet first, paper last."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from partners.models import Partner
from referralcrm.exchange.intake.work import work
from referralcrm.practice.actions import found
from referralcrm.practice.scope import enter
from referrals.models import Referral
from tests import factories

SPREADSHEET = """Name;Practice;Specialty;Tel.;E-mail
Dr Adaeze Okafor;Northgate Surgery;Family medicine;020 7946 0011;okafor@northgate.example
Dr Ada Okafor;Northgate;;020 7946 0011;
Müller, Jörg;Harbour Orthopaedics;Orthopaedics;+49 30 901820;mueller@harbour.example
Dr Peter O'Brien;Bayside Dental;General dentistry;0049 30 1234567;o.brien@bayside.example
Lena Lind;Lind Gym;Gym;2.08E+09;lena@gym.example
"""
TEN = [(who, f"Pat Number{n:02}") for n, who in enumerate(["okafor"] * 5 + ["müller"] * 5)]


@pytest.fixture(params=["wide", "narrow"])
def day(request, visit, clinic):
    """A practice founded just now, and its manager's browser, which opened it."""
    manager = found(
        name=f"Harbour Physio {request.param}",
        email=f"dana@{request.param}.example",
        manager_name="Dana Diaz",
        password=factories.PASSWORD,
    )
    visitor = visit(manager, size=request.param)
    return SimpleNamespace(practice=manager.practice, visitor=visitor, page=visitor.page)


def test_a_day_at_the_front_desk(day, tmp_path):
    bring_the_spreadsheet(day, tmp_path)
    type_ten_in_a_batch(day)
    call_and_book(day)
    say_who_came(day)
    attach_the_fax(day)
    merge_and_take_apart(day)
    delete_and_undo(day)
    print_the_day(day)


def bring_the_spreadsheet(day, tmp_path):
    file, page = tmp_path / "partners.csv", day.page
    file.write_text(SPREADSHEET, encoding="cp1252")
    day.visitor.go("/partners/")
    page.get_by_role("link", name="bring them in from a spreadsheet").click()
    page.set_input_files("#id_file", str(file))
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="Check the rows").click()
    work_off(day)
    page.get_by_role("heading", name="What would come in").wait_for()
    expect(page.locator("main")).to_contain_text("2.08E+09")
    day.visitor.check()
    page.get_by_role("button", name="Bring them in").click()
    work_off(day)
    page.get_by_role("heading", name="Brought in").wait_for()
    day.visitor.check()
    with enter(day.practice):
        names = set(Partner.objects.values_list("name", flat=True))
    assert names == {"Dr Adaeze Okafor", "Dr Ada Okafor", "Müller, Jörg", "Dr Peter O'Brien"}


def type_ten_in_a_batch(day):
    page, keys = day.page, day.page.keyboard
    day.visitor.go("/referrals/many/")
    happened = day.practice.today() - timedelta(days=4)
    page.locator("[data-grid-head] input[type=date]").fill(happened.isoformat())
    for row, (who, patient) in enumerate(TEN, start=1):
        page.get_by_label("Partner, row " + str(row), exact=True).click()
        keys.type(who)
        expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
        keys.press("Enter")
        page.get_by_label(f"Patient, row {row}", exact=True).fill(patient)
        keys.press("Enter")
    expect(page.get_by_text("ready", exact=True)).to_have_count(10)
    page.get_by_role("button", name="Log them").click()
    expect(page.locator(".toasts")).to_contain_text("10 referrals logged.")
    day.visitor.check()
    assert len(referrals(day)) == 10


def call_and_book(day):
    page = day.page
    day.visitor.go("/")
    for times in ("called once", "called twice", "3 calls without an answer"):
        row(day, "Pat Number00").get_by_role("button", name="No answer").click()
        expect(row(day, "Pat Number00")).to_contain_text(times)
    row(day, "Pat Number00").get_by_role("button", name="Unreachable").click()
    expect(row(day, "Pat Number00")).to_have_count(0)
    yesterday = day.practice.today() - timedelta(days=1)
    for patient in ("Pat Number01", "Pat Number02", "Pat Number03"):
        row(day, patient).get_by_text("Booked for…").click()
        page.get_by_label("Day", exact=True).locator("visible=true").fill(yesterday.isoformat())
        page.keyboard.press("Enter")
        expect(row(day, patient)).to_contain_text("yesterday")
    row(day, "Pat Number04").get_by_role("button", name="Declined").click()
    expect(row(day, "Pat Number04")).to_have_count(0)
    day.visitor.check()
    assert journeys(day)["Pat Number00"] == "unreachable"
    assert journeys(day)["Pat Number04"] == "patient_declined"


def say_who_came(day):
    page, ahead = day.page, day.practice.today() + timedelta(days=5)
    row(day, "Pat Number01").get_by_role("button", name="They came").click()
    expect(row(day, "Pat Number01")).to_have_count(0)
    row(day, "Pat Number02").get_by_role("button", name="Did not come").click()
    expect(row(day, "Pat Number02").get_by_role("button", name="Did not come")).to_have_count(0)
    row(day, "Pat Number03").get_by_text("Rebooked for…").click()
    page.get_by_label("Day", exact=True).locator("visible=true").fill(ahead.isoformat())
    page.keyboard.press("Enter")
    expect(row(day, "Pat Number03")).to_have_count(0)
    day.visitor.check()
    now = journeys(day)
    wanted = {"Pat Number01": "attended", "Pat Number02": "no_show", "Pat Number03": "scheduled"}
    assert {name: now[name] for name in wanted} == wanted


def attach_the_fax(day):
    page = day.page
    row(day, "Pat Number05").get_by_role("link", name="Pat Number05").click()
    page.get_by_role("link", name="Attach").click()
    fax = {"name": "fax 1.png", "mimeType": "image/png", "buffer": factories.PNG}
    page.set_input_files("#id_file", fax)
    page.get_by_role("button", name="Attach").click()
    expect(page.locator("#paper")).to_contain_text("Download")
    day.visitor.check()
    with page.expect_download() as fetched:
        page.locator("#paper").get_by_role("link", name="Download").click()
    assert fetched.value.path().read_bytes() == factories.PNG


def merge_and_take_apart(day):
    page = day.page
    with enter(day.practice):
        keeps, double = (Partner.objects.get(name=f"Dr {name} Okafor") for name in ("Adaeze", "Ada"))
    day.visitor.go(f"/partners/{keeps.pk}/")
    page.get_by_role("link", name="The same as somebody else").click()
    page.get_by_role("link", name="Side by side with Dr Ada Okafor").click()
    page.get_by_role("button", name="Merge these two").click()
    expect(page.locator(".toasts")).to_contain_text("Dr Ada Okafor is merged with Dr Adaeze Okafor")
    day.visitor.check()
    page.goto(f"/partners/{double.pk}/")
    page.wait_for_url(f"**/partners/{keeps.pk}/")
    page.get_by_role("button", name="Take Dr Ada Okafor apart again").click()
    expect(page.locator(".toasts")).to_contain_text("stands alone again")
    day.visitor.check()


def delete_and_undo(day):
    page, mistake = day.page, next(made for made in referrals(day) if made.patient.name == "Pat Number09")
    day.visitor.go(f"/referrals/{mistake.pk}/")
    page.locator("main").get_by_role("button", name=re.compile("^Delete")).last.click()
    expect(page.locator(".toasts")).to_contain_text("Undo")
    assert len(referrals(day)) == 9
    page.locator(".toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("back")
    assert len(referrals(day)) == 10


def print_the_day(day):
    page = day.visitor.go("/?for=everybody")
    printed = page.request.get(page.get_by_role("link", name="Print").get_attribute("href"))
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.body().startswith(b"%PDF-")


def row(day, patient):
    """The row of a patient on Today, where it stands now; what was said last is put out of the way first."""
    day.page.evaluate("document.querySelectorAll('.toasts [data-close]').forEach((button) => button.click())")
    return day.page.locator("[data-row]", has_text=patient)


def referrals(day):
    with enter(day.practice):
        return list(Referral.objects.kept().select_related("patient"))


def journeys(day):
    with enter(day.practice):
        return {made.patient.name: made.journey for made in Referral.objects.select_related("patient")}


def work_off(day):
    """What a worker does when it is woken up."""
    while work(day.practice):
        pass
