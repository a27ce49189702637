"""A spreadsheet at a real browser: uploaded, matched, looked at, brought in by a worker, and undone."""

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from partners.models import Partner
from referralcrm.exchange.intake.work import work
from referralcrm.practice.scope import enter

FILE = (
    "Provider,Practice,Specialty,Phone,E-mail,Comment\n"
    + "".join(
        f"Dr Number{n} Ash,Ash Dental,Orthodontics,020 7946 0{n:03},ash{n}@office.example,\n"
        for n in range(30)
    )
    + "Dr Ann Hill,Hill Clinic,,,not an address,\n"
    + "Dr Adaeze Okaffor,Northgate Surgery,,,,\n"
)


@pytest.fixture(scope="module")
def okafor(clinic):
    with enter(clinic):
        return Partner.objects.create(name="Dr Adaeze Okafor")


def test_a_spreadsheet_comes_in_and_goes_again(visit, clinic, okafor, tmp_path):
    file = tmp_path / "our list.csv"
    file.write_text(FILE)
    visitor = visit(clinic.charlie)
    page = visitor.go("/partners/")
    page = visitor.go("/exchange/imports/")
    visitor.check_every_look("import-upload")
    page.set_input_files("#id_file", str(file))
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("heading", name="Match the columns").wait_for()
    visitor.check_every_look("import-match")
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_text("Being checked.").wait_for()
    visitor.check_every_look("import-checking")
    while work(clinic):
        pass
    page.get_by_role("heading", name="What would come in").wait_for()
    visitor.check_every_look("import-checked")
    page.get_by_role("link", name="May be here already").click()
    visitor.check_every_look("import-alike")
    page.get_by_label("What to do with line 33").select_option("skip")
    page.get_by_role("button", name="Set", exact=True).click()
    page.get_by_text("Line 33: skip it.").wait_for()
    page.get_by_role("button", name="Bring them in").click()
    page.get_by_text("Being brought in.").wait_for()
    visitor.check_every_look("import-importing")
    while work(clinic):
        pass
    page.get_by_role("heading", name="Brought in").wait_for()
    visitor.check_every_look("import-done")
    with page.expect_download() as mended:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert "Ann Hill" in mended.value.path().read_text()
    page.get_by_role("link", name="look at them").click()
    page.get_by_role("heading", name="What came in").wait_for()
    visitor.check_every_look("import-rows")
    page.go_back()
    page.get_by_role("button", name="Undo all of it").click()
    while work(clinic):
        pass
    page.get_by_role("heading", name="Undone").wait_for()
    visitor.check_every_look("import-undone")
    with enter(clinic):
        assert [partner.pk for partner in Partner.objects.kept()] == [okafor.pk]


def test_past_referrals_ask_for_what_the_file_does_not_say(visit, clinic, okafor, tmp_path):
    file = tmp_path / "past.csv"
    file.write_text(
        "Date,Referring provider,Patient,DOB,Diagnosis\n"
        "2024-03-08,Dr Adaeze Okafor,Kim Moreau,1971-03-08,Knee\n"
        "2024-03-09,Dr Nobody Here,Jo Reed,1980-01-01,Hip\n"
    )
    visitor = visit(clinic.charlie)
    page = visitor.go("/exchange/imports/?sheet=referrals")
    page.set_input_files("#id_file", str(file))
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_label("sent to us").wait_for()
    visitor.check_every_look("import-match-referrals")
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_text("Being checked.").wait_for()
    while work(clinic):
        pass
    page.get_by_text("No partner here is called so.").wait_for()
    visitor.check_every_look("import-checked-referrals")
    page.get_by_role("button", name="Match the columns again").click()
    page.get_by_label("Add partners who are not here yet").check()
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_text("Being checked.").wait_for()
    while work(clinic):
        pass
    page.get_by_role("button", name="Bring them in").click()
    page.get_by_text("Being brought in.").wait_for()
    while work(clinic):
        pass
    page.get_by_role("heading", name="Brought in").wait_for()
    visitor.check_every_look("import-done-referrals")
    page.get_by_role("link", name="look at them").click()
    page.get_by_role("link", name="Dr Nobody Here").wait_for()


def test_of_a_workbook_the_sheet_with_the_rows_is_chosen(visit, clinic, okafor, tmp_path):
    book = Workbook()
    book.active.title = "Read me"
    book.active.append(["Kept by the front desk since 2019"])
    people = book.create_sheet("People")
    people.append(["Provider", "Phone"])
    people.append(["Dr Wanda Sheet", "020 7946 0777"])
    book.save(tmp_path / "clinic.xlsx")
    visitor = visit(clinic.charlie)
    page = visitor.go("/exchange/imports/")
    page.set_input_files("#id_file", str(tmp_path / "clinic.xlsx"))
    page.get_by_role("button", name="Upload and look at it").click()
    sheet = page.get_by_label("The workbook has 2 sheets; the rows are in")
    expect(sheet).to_have_value("0")
    visitor.check_every_look("import-sheet")
    sheet.select_option("People")
    page.get_by_role("button", name="Read this sheet").click()
    expect(page.get_by_role("cell", name="Dr Wanda Sheet")).to_be_visible()
    expect(sheet).to_have_value("1")
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_text("Being checked.").wait_for()
    while work(clinic):
        pass
    page.get_by_role("button", name="Bring them in").click()
    page.get_by_text("Being brought in.").wait_for()
    while work(clinic):
        pass
    page.get_by_role("heading", name="Brought in").wait_for()
    with enter(clinic):
        assert Partner.objects.kept().get(name="Dr Wanda Sheet").phone.endswith("20 7946 0777")
