"""The pages of an import: what can be uploaded, matched, chosen, and taken away again as a file."""

import io
import zipfile
from datetime import timedelta
from xml.sax.saxutils import quoteattr

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from partners.models import Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.exchange import actions
from referralcrm.exchange.models import Import
from referralcrm.exchange.states import State
from referralcrm.practice import files
from referralcrm.practice.models import StoredFile
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.bringing import a_clinic, brought_in, checked, finished

IMPORTS = "/exchange/imports/"
FILE = "name,e-mail\nAnn Ash,ann@ash.example\n=1+1,nothing\n"
HOSTILE = [
    '=HYPERLINK("http://evil.example").csv',
    "<script>alert(1)</script>.csv",
    "O'Brien & {{ request.user.password }} 👩‍⚕️.csv",
    "x" * 251 + ".csv",
    "Null",
]


@pytest.fixture
def manager(as_person, charlie):
    return as_person(charlie)


def upload(client, text=FILE, *, name="list.csv", sheet="partners"):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORTS, {"sheet": sheet, "file": SimpleUploadedFile(name, content)})


def test_an_upload_leads_to_its_columns_with_samples(manager):
    answer = upload(manager)
    page = manager.get(answer["Location"])
    assert [field.value() for field, _ in page.context["columns"]] == ["name", "email"]
    assert "ann@ash.example" in page.content.decode()
    assert Import.objects.get().state == State.UPLOADED and not Partner.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not an archive", b"\x00\x01\x02\x03" * 50, b"%PDF-1.7"]
)
def test_what_cannot_be_read_is_refused_beside_the_field_and_not_kept(manager, content):
    answer = upload(manager, content)
    assert answer.status_code == 200 and answer.context["form"].errors["file"]
    assert not Import.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_name_is_only_a_text(manager, name):
    page = manager.get(upload(manager, name=name)["Location"])
    run = Import.objects.select_related("file").get()
    assert "<script>alert" not in page.content.decode()
    shown = "".join(sign for sign in name if sign.isprintable())
    assert shown.endswith(files.name_of(run.file)[-20:])
    assert "<script>alert" not in manager.get(IMPORTS).content.decode()


def test_a_field_cannot_be_two_columns_and_a_required_one_is_named(manager):
    at = upload(manager)["Location"]
    twice = manager.post(at, {"column_0": "name", "column_1": "name"}).context["form"]
    assert {"column_0", "column_1"} <= set(twice.errors)
    without = manager.post(at, {"column_0": "", "column_1": "email"}).context["form"]
    assert "Name" in str(without.non_field_errors())
    assert Import.objects.get().state == State.UPLOADED


def test_the_first_row_can_be_a_row_like_the_others(manager):
    run = upload(manager)["Location"]
    pk = Import.objects.get().pk
    manager.post(reverse("exchange:header", args=[pk]), {"has_header": "no"})
    assert Import.objects.get().header == ["Column 1", "Column 2"]
    assert "Ann Ash" in manager.get(run).content.decode()


def test_the_same_file_again_is_told(manager, charlie):
    upload(manager)
    Import.objects.update(state=State.DONE, finished_at=timezone.now())
    assert "This very file was brought in" in manager.get(upload(manager)["Location"]).content.decode()


def test_a_discarded_file_is_gone(manager):
    upload(manager)
    manager.post(reverse("exchange:discard", args=[Import.objects.get().pk]))
    assert not StoredFile.objects.exists()
    assert "list.csv" not in manager.get(IMPORTS).content.decode()


def test_what_is_too_late_is_refused_in_words(manager):
    upload(manager)
    pk = Import.objects.get().pk
    for name in ("start", "undo"):
        answer = manager.post(reverse(f"exchange:{name}", args=[pk]))
        assert answer.status_code == 409 and "columns to be matched" in answer.content.decode()


def test_watching_the_progress_does_not_put_the_log_off_off(manager):
    upload(manager)
    Import.objects.update(state=State.CHECKING)
    page = manager.get(reverse("exchange:import", args=[Import.objects.get().pk])).content.decode()
    assert 'hx-headers=\'{"X-Background": "1"}\'' in page
    address = reverse("exchange:progress", args=[Import.objects.get().pk])
    assert "HX-Refresh" not in manager.get(address)
    Import.objects.update(state=State.CHECKED)
    assert manager.get(address)["HX-Refresh"] == "true"


@pytest.fixture
def clinic(committed):
    return a_clinic()


def test_bad_rows_come_back_as_a_file_that_comes_in_once_mended(clinic, as_person):
    run = checked(clinic, FILE)
    client = as_person(clinic.charlie)
    text = client.get(reverse("exchange:mend", args=[run.pk, "csv"])).content.decode("utf-8-sig")
    assert text.splitlines()[0] == "name,e-mail,why it stayed out"
    assert text.splitlines()[1].startswith("'=1+1,nothing,e-mail: "), "a spreadsheet would carry it out"
    mended = brought_in(clinic, text.replace("nothing", "one@office.example"))
    with enter(clinic):
        assert (mended.made, Partner.objects.get().name) == (1, "=1+1")
        assert AuditEvent.objects.of(clinic).filter(verb="exported", subject_type="import").exists()


def test_a_workbook_to_mend_keeps_its_zeros_and_the_columns_as_they_were_matched(clinic, as_person):
    text = "Wie,Wo,Womit\nAnn Ash,01067,nothing\n"
    with enter(clinic):
        run = factories.uploaded(text, by=clinic.charlie)
        actions.match(run, by=clinic.charlie, matched=["name", "postcode", "email"])
    finished(clinic, run)
    mend = reverse("exchange:mend", args=[run.pk, "xlsx"])
    book = as_person(clinic.charlie).get(mend).getvalue()
    rows = list(load_workbook(io.BytesIO(book)).active.iter_rows())
    assert [cell.value for cell in rows[1]][:3] == ["Ann Ash", "01067", "nothing"]
    assert {cell.number_format for row in rows for cell in row} == {"@"}, (
        "what is filled in stays as it is typed"
    )
    with enter(clinic):
        again = factories.uploaded(book, by=clinic.charlie)
        assert again.matched == ["name", "postcode", "email", ""]
    assert as_person(clinic.charlie).get(mend.replace("xlsx", "pdf")).status_code == 404


def test_a_choice_in_the_page_is_kept(clinic, as_person):
    brought_in(clinic, FILE)
    run = checked(clinic, FILE)
    client = as_person(clinic.charlie)
    choose = reverse("exchange:choose", args=[run.pk])
    client.post(choose, {"choice": "create", "line": 2})
    with enter(clinic):
        assert run.notes.alike().get().choice == "create"
    client.post(choose, {"choice": "skip", "which": "sure"})
    with enter(clinic):
        assert run.notes.alike().get().choice == "skip"


def test_pages_of_the_report_need_as_many_queries_for_many_rows_as_for_few(
    clinic, as_person, django_assert_max_num_queries
):
    lines = "".join(f"Pat Number{n},{'nothing' if n % 2 else f'n{n}@office.example'}\n" for n in range(60))
    brought_in(clinic, f"name,e-mail\n{lines}")
    run = checked(clinic, f"name,e-mail\n{lines}")
    client = as_person(clinic.charlie)
    client.get(IMPORTS)
    for query in ("", "?show=alike", "?show=bad&page=2"):
        with django_assert_max_num_queries(12):
            client.get(reverse("exchange:import", args=[run.pk]) + query)


def test_an_import_of_another_practice_is_missing(manager, northgate):
    with enter(northgate):
        theirs = factories.uploaded()
    for name in ("import", "match", "rows", "progress"):
        assert manager.get(reverse(f"exchange:{name}", args=[theirs.pk])).status_code == 404
    for ending in ("csv", "xlsx"):
        assert manager.get(reverse("exchange:mend", args=[theirs.pk, ending])).status_code == 404


def test_an_old_import_no_longer_offers_to_undo(manager):
    upload(manager)
    Import.objects.update(state=State.DONE, finished_at=timezone.now() - timedelta(days=31))
    page = manager.get(reverse("exchange:import", args=[Import.objects.get().pk]))
    assert "Undo all of it" not in page.content.decode()


def test_whoever_sees_lines_about_patients_stands_in_the_audit_log(manager, charlie, riverside):
    past = "happened on,patient,partner\n2024-03-08,Kim Moreau,Dr Okafor\n"
    page = manager.get(upload(manager, past, sheet="referrals")["Location"])
    assert "Kim Moreau" in page.content.decode()
    event = AuditEvent.objects.of(riverside).get(verb="looked at rows of")
    assert (event.actor_id, event.subjects) == (charlie.pk, [str(Import.objects.get().pk)])


def test_a_heading_is_no_formula_in_the_file_to_mend(clinic, as_person):
    run = checked(clinic, 'name,e-mail,"=HYPERLINK(""http://evil.example"")"\nAnn Ash,nothing,x\n')
    text = as_person(clinic.charlie).get(reverse("exchange:mend", args=[run.pk, "csv"])).content.decode()
    assert "\"'=HYPERLINK" in text and ",=" not in text and ',"=' not in text


HOSTILE_SHEETS = [
    "<script>alert(1)</script>",
    "\u202eevil\u202c",
    '=HYPERLINK("x")',
    'O\'Brien & "Sons"',
    "Null",
]


def a_workbook(*sheets):
    """A workbook with these (name, rows); names that Excel itself would refuse are put in all the same."""
    book = Workbook()
    book.remove(book.active)
    for number, (_, rows) in enumerate(sheets):
        made = book.create_sheet(f"S{number}")
        for row in rows:
            made.append(row)
    out, named = io.BytesIO(), io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as before, zipfile.ZipFile(named, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            text = before.read(part)
            if part == "xl/workbook.xml":
                for number, (name, _) in enumerate(sheets):
                    text = text.replace(f'name="S{number}"'.encode(), f"name={quoteattr(name)}".encode())
            after.writestr(part, text)
    return named.getvalue()


def rows_of(number):
    return [["Name", "E-mail"], [f"Person {number}", f"person{number}@office.example"]]


def test_the_sheet_of_a_workbook_is_chosen_and_stays_chosen(clinic, as_person):
    manager = as_person(clinic.charlie)
    book = a_workbook(*((name, rows_of(number)) for number, name in enumerate(HOSTILE_SHEETS)))
    address = upload(manager, book, name="clinic.xlsx")["Location"]
    with enter(clinic):
        run = Import.objects.latest("created_at")
    assert [name for _, name in manager.get(address).context["tabs"]] == HOSTILE_SHEETS
    for place, name in enumerate(HOSTILE_SHEETS):
        answer = manager.post(reverse("exchange:tab", args=[run.pk]), {"tab": place}, follow=True)
        body = answer.content.decode()
        assert f"person{place}@office.example" in body and "<script>alert" not in body
        assert (answer.context["tab"], answer.context["run"].tab_name) == (place, name)
    manager.post(reverse("exchange:header", args=[run.pk]), {"has_header": "no"})
    manager.post(reverse("exchange:header", args=[run.pk]), {"has_header": "yes"})
    with enter(clinic):
        actions.match(run, by=clinic.charlie, matched=["name", "email"])
    assert "Null" in manager.get(reverse("exchange:import", args=[finished(clinic, run).pk])).content.decode()
    manager.post(reverse("exchange:rematch", args=[run.pk]))
    assert "person4@office.example" in manager.get(address).content.decode()
    with enter(clinic):
        actions.match(run, by=clinic.charlie, matched=["name", "email"])
    finished(clinic, run)
    with enter(clinic):
        actions.start(run, by=clinic.charlie)
    finished(clinic, run)
    with enter(clinic):
        assert [partner.name for partner in Partner.objects.all()] == ["Person 4"]
        assert b"Null" not in bytes(run.tab_sealed)


def test_an_empty_sheet_is_refused_and_the_one_before_stays(manager):
    book = a_workbook(("People", rows_of(1)), ("Empty", []))
    address = upload(manager, book, name="clinic.xlsx")["Location"]
    run = Import.objects.get()
    choose = reverse("exchange:tab", args=[run.pk])
    refused = manager.post(choose, {"tab": 1}, follow=True)
    assert "There is nothing in this sheet" in refused.content.decode()
    assert "person1@office.example" in manager.get(address).content.decode()
    assert "no such sheet" in manager.post(choose, {"tab": 7}, follow=True).content.decode()
    assert manager.post(choose, {"tab": "People"}).status_code == 404


def test_nobody_is_asked_for_the_sheet_of_a_file_that_has_but_one(manager):
    for name, content in (("list.csv", FILE), ("one.xlsx", a_workbook(("Only", rows_of(1))))):
        page = manager.get(upload(manager, content, name=name)["Location"])
        assert page.context["tabs"] == [] and "sheets; the rows are in" not in page.content.decode()
        assert Import.objects.latest("created_at").tab_name == ""


def test_another_sheet_of_the_same_file_was_not_brought_in_yet(riverside, charlie, manager):
    book = a_workbook(("One", rows_of(1)), ("Two", rows_of(2)))
    first = factories.uploaded(book, by=charlie, name="clinic.xlsx")
    Import.objects.filter(pk=first.pk).update(state=State.DONE, finished_at=timezone.now())
    second = factories.uploaded(book, by=charlie, name="clinic.xlsx")
    assert actions.twin(second) == first
    assert actions.twin(actions.read_again(second, by=charlie, sheet=1)) is None
