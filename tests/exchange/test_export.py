"""Lists as files: who may, what stands in them, that they are written in parts and read back exactly."""

import csv
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from outreach.actions import tasks, touchpoints
from partners.models import Contact
from referralcrm.audit.models import AuditEvent
from referralcrm.core.csvs import as_typed, inert
from referralcrm.exchange.models import Export
from referralcrm.exchange.outgoing.kinds import WHOLE
from referralcrm.exchange.tables import open_table
from referralcrm.practice.models import Plan
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.bringing import a_clinic
from tests.exchange.taking_out import file_of, log, rows_of, taken_out


@pytest.fixture(scope="module")
def clinic(committed_module):
    return a_clinic()


def page(kind):
    return reverse("exchange:export", args=[kind])


def test_the_front_desk_does_not_export(alice, as_person):
    assert as_person(alice).get(page("partners")).status_code == 403


@pytest.mark.parametrize("kind", WHOLE)
def test_the_page_says_how_many_rows_the_filters_leave(riverside, charlie, as_person, kind):
    partner = factories.partner(organisation=factories.organisation())
    factories.referral(partner=partner)
    Contact.objects.create(partner=partner, name="Sam Reed")
    tasks.add(kind="other", title="Order cards", due_on=riverside.today(), owner=charlie, by=charlie)
    touchpoints.log(by=charlie, partners=[partner], kind="call", happened_on=riverside.today())
    assert "1 row<" in as_person(charlie).get(page(kind)).content.decode()
    assert as_person(charlie).get(page("nonsense")).status_code == 404


def test_asking_leads_to_a_page_that_waits_and_then_offers_the_files(charlie, as_person):
    client = as_person(charlie)
    asked = client.post(page("partners") + "?area=harbour&page=2&sort=name", {"as_seen": "seen"})
    export = Export.objects.get()
    assert asked["Location"] == reverse("exchange:taken", args=[export.pk])
    assert (export.kind, export.query, export.by) == ("partners", "area=harbour&sort=name", charlie)
    assert (export.as_seen, export.has_names) == (True, False)
    assert "Waiting for its turn" in client.get(asked["Location"]).content.decode()
    refused = client.get(reverse("exchange:fetch", args=[export.pk, 1, "csv"]))
    assert refused.status_code == 409 and "still being written" in refused.content.decode()
    Export.objects.update(finished_at=timezone.now(), total=0)
    body = client.get(asked["Location"]).content.decode()
    assert reverse("exchange:fetch", args=[export.pk, 1, "xlsx"]) in body
    assert client.get(reverse("exchange:taking", args=[export.pk]))["HX-Refresh"] == "true"


def test_the_same_form_sent_twice_makes_one_list(charlie, as_person):
    once = {"once": "0192f3a0-0000-7000-8000-000000000001", "as_seen": "all"}
    client = as_person(charlie)
    assert client.post(page("partners"), once)["Location"] == client.post(page("partners"), once)["Location"]
    assert Export.objects.count() == 1


def test_each_part_and_each_download_is_audited(clinic):
    with enter(clinic):
        partner = factories.partner("Ann")
        begun = timezone.now()
    export = taken_out(clinic, "partners", by=clinic.charlie)
    file_of(clinic, export)
    with enter(clinic):
        events = AuditEvent.objects.filter(at__gte=begun).order_by("at", "id")
        assert [(event.verb, event.actor_id) for event in events] == [
            ("exported", clinic.charlie.pk),
            ("downloaded", clinic.charlie.pk),
        ]
        assert str(partner.pk) in events[0].subjects


def test_a_spreadsheet_recognises_the_letters_and_the_name_of_the_file(riverside, charlie, as_person):
    export = factories.export(by=charlie)
    for ending, begin in (("csv", b"\xef\xbb\xbfid,name"), ("xlsx", b"PK")):
        response = as_person(charlie).get(reverse("exchange:fetch", args=[export.pk, 1, ending]))
        assert response.content.startswith(begin)
        name = f'attachment; filename="partners-{riverside.today()}.{ending}"'
        assert response["Content-Disposition"] == name
    for number, ending in ((0, "csv"), (2, "csv"), (1, "exe")):
        address = reverse("exchange:fetch", args=[export.pk, number, ending])
        assert as_person(charlie).get(address).status_code == 404


def test_every_column_comes_as_it_is(fresh):
    with enter(fresh):
        partner = factories.partner(
            "Dr Adaeze Okafor",
            organisation=factories.organisation(),
            discipline=factories.discipline(),
            owner=fresh.charlie,
            tags=["spine", "knee, left"],
            notes='Says "hello",\nand more',
            treating_provider=True,
        )
        partner.plans.add(Plan.objects.create(name="Blue"), through_defaults={})
    (row,) = rows_of(fresh, "partners", by=fresh.charlie)
    assert list(row) == list(WHOLE["partners"].columns)
    assert (row["id"], row["name"], row["is a person"]) == (str(partner.pk), "Dr Adaeze Okafor", "yes")
    assert (row["discipline"], row["organisation"]) == ("Family medicine", "Northgate Surgery")
    assert (row["looked after by"], row["insurers"]) == (fresh.charlie.email, "Blue")
    assert (row["notes"], row["tags"]) == ('Says "hello",\nand more', 'spine, "knee, left"')


@given(st.text())
def test_guarding_is_undone_exactly(text):
    assert as_typed(inert(text)) == text
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_no_cell_of_a_file_is_a_formula(fresh):
    names = {"=1+1", "+44 20", "-x", "@SUM(A1)", '=HYPERLINK("x")', "'quoted", "'=x"}
    with enter(fresh):
        for name in names:
            factories.partner(name, notes=name)
    for row in rows_of(fresh, "partners", by=fresh.charlie):
        assert row["name"].startswith("'") and row["notes"].startswith("'")
    book = file_of(fresh, taken_out(fresh, "partners", by=fresh.charlie), "xlsx")
    cells = [cell for row in load_workbook(io.BytesIO(book)).active.iter_rows() for cell in row]
    assert {(cell.data_type, cell.number_format) for cell in cells if cell.value} == {("s", "@")}
    assert {as_typed(cells[1]) for _, cells in open_table(io.BytesIO(book), name="x.xlsx").rows()} == names
    assert "+44 20" in {cell.value for cell in cells}, "no apostrophe stands before a phone number"


def test_the_file_holds_what_the_list_shows(fresh):
    there = factories.practice("Northgate Dental")
    with enter(fresh):
        factories.partner("Ann", area="Harbour")
        factories.partner("Ben", area="Hill")
    with enter(there):
        factories.partner("Theirs", area="Harbour")
    assert [row["name"] for row in rows_of(fresh, "partners", by=fresh.charlie)] == ["Ann", "Ben"]
    assert [row["name"] for row in rows_of(fresh, "partners", by=fresh.charlie, query="area=harbour")] == [
        "Ann"
    ]


def test_patients_stand_by_record_number_and_names_have_to_be_asked_for(fresh):
    with enter(fresh):
        referral = log(fresh)
    export = taken_out(fresh, "referrals", by=fresh.charlie)
    text = file_of(fresh, export).decode()
    assert "20417" in text and str(referral.pk) in text
    assert not re.search("Canary|Zebedee|1971", text)
    (row,) = rows_of(fresh, "referrals", by=fresh.charlie, has_names=True)
    assert (row["patient"], row["born"], row["reason"]) == ("Zebedee Canary", "1971-03-08", "Canary cough")
    with enter(fresh):
        reads = AuditEvent.objects.filter(verb="read", note="exchange:export")
        assert [event.subjects for event in reads] == [[str(referral.patient_id)]] * 2


def test_who_may_not_see_names_can_neither_ask_for_them_nor_fetch_them(riverside, charlie, as_person):
    dora = factories.person("Dora Dean", role="administrator")
    named = factories.export(by=charlie, kind="referrals", has_names=True)
    client = as_person(dora)
    assert "has_names" not in client.get(page("referrals")).content.decode()
    client.post(page("referrals"), {"as_seen": "all", "has_names": "on"})
    assert not Export.objects.exclude(pk=named.pk).get().has_names
    for name, parts in (("taken", [named.pk]), ("fetch", [named.pk, 1, "csv"])):
        assert client.get(reverse(f"exchange:{name}", args=parts)).status_code == 404


def test_rows_of_csv_are_whole(fresh):
    with enter(fresh):
        factories.partner("Ann", notes='a "b"\r\n,c')
    text = file_of(fresh, taken_out(fresh, "partners", by=fresh.charlie)).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2
