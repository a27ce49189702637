"""Lists as files: who may, what stands in them, that they are written in parts and read back exactly."""

import csv
import io
import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from outreach.actions import tasks, touchpoints
from partners.models import Contact, Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.core.csvs import as_typed, inert
from referralcrm.exchange.columns import SHEETS, Reader, guess
from referralcrm.exchange.models import Export
from referralcrm.exchange.outgoing import actions, work
from referralcrm.exchange.outgoing.kinds import KINDS
from referralcrm.exchange.tables import open_table
from referralcrm.practice.models import FilePiece, Plan, StoredFile
from referralcrm.practice.scope import enter
from referrals.actions import receive
from tests import factories
from tests.exchange.bringing import a_clinic
from tests.exchange.hostile import NAMES, TEXTS
from tests.exchange.taking_out import file_of, rows_of, taken_out


@pytest.fixture(scope="module")
def clinic(committed_module):
    return a_clinic()


@pytest.fixture
def fresh(committed):
    return a_clinic()


def page(kind):
    return reverse("exchange:export", args=[kind])


def test_the_front_desk_does_not_export(alice, as_person):
    assert as_person(alice).get(page("partners")).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
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


def test_nothing_readable_is_kept(fresh):
    with enter(fresh):
        factories.partner("Zebedee Canary")
    taken_out(fresh, "partners", by=fresh.charlie)
    with enter(fresh):
        assert FilePiece.objects.count() == 1
        assert b"Zebedee" not in bytes(FilePiece.objects.get().box)


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
    assert list(row) == list(KINDS["partners"].columns)
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


def log(practice, name="Zebedee Canary", **fields):
    fields = {"partner": factories.partner(), "happened_on": practice.today()} | fields
    patient = factories.patient(name, record=fields.pop("record", "20417"))
    return receive(by=practice.charlie, patient=patient, reason="Canary cough", **fields)


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


def test_a_long_list_is_written_in_parts_and_fetched_as_several_files(fresh, monkeypatch):
    monkeypatch.setattr("referralcrm.exchange.outgoing.work.ROWS_A_PART", 2)
    monkeypatch.setattr("referralcrm.exchange.outgoing.models.ROWS_A_PART", 2)
    monkeypatch.setattr("referralcrm.exchange.outgoing.models.PARTS_A_FILE", 2)
    monkeypatch.setattr("referralcrm.exchange.outgoing.actions.PARTS_A_FILE", 2)
    with enter(fresh):
        for number in range(9):
            factories.partner(f"Ann {number}")
    export = taken_out(fresh, "partners", by=fresh.charlie)
    assert export.files == [(1, 1, 4), (2, 5, 8), (3, 9, 9)]
    names = []
    for number in (1, 2, 3):
        table = open_table(io.BytesIO(file_of(fresh, export, number=number)), name="x.csv")
        names += [cells[1] for _, cells in table.rows()]
    assert names == [f"Ann {number}" for number in range(9)]


def test_a_worker_that_dies_leaves_whole_parts_and_the_next_goes_on(fresh, monkeypatch):
    monkeypatch.setattr("referralcrm.exchange.outgoing.work.ROWS_A_PART", 2)
    with enter(fresh):
        for number in range(7):
            factories.partner(f"Ann {number}")
        export = actions.ask_for("partners", by=fresh.charlie)
    put, calls = work.files.put, []

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return put(*args, **kwargs)

    monkeypatch.setattr(work.files, "put", failing)
    with pytest.raises(OSError):
        work.write_exports(fresh)
    with enter(fresh):
        export.refresh_from_db()
        assert (export.position, export.total, export.stumbles, export.is_at_work) == (2, 7, 1, True)
    assert not work.write_exports(fresh)
    with enter(fresh):
        export.refresh_from_db()
        assert (export.position, export.parts.count(), export.finished_at is not None) == (7, 4, True)


def test_what_fails_again_and_again_is_given_up_and_said(fresh, monkeypatch, as_person):
    with enter(fresh):
        factories.partner("Ann")
        export = actions.ask_for("partners", by=fresh.charlie)
    monkeypatch.setattr(work, "_as_csv", lambda *_: 1 / 0)
    for _ in range(work.STUMBLES):
        with pytest.raises(ZeroDivisionError):
            work.write_exports(fresh)
    assert not work.write_exports(fresh)
    body = as_person(fresh.charlie).get(reverse("exchange:taken", args=[export.pk])).content.decode()
    assert "Something went wrong here" in body


def test_a_list_is_forgotten_after_seven_days(fresh):
    with enter(fresh):
        factories.partner("Ann")
    export = taken_out(fresh, "partners", by=fresh.charlie)
    with enter(fresh):
        Export.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    assert not work.write_exports(fresh)
    with enter(fresh), pytest.raises(Export.DoesNotExist):
        export.refresh_from_db()
    with enter(fresh):
        assert StoredFile.objects.count() == 0


def test_two_workers_write_one_list_once(fresh, monkeypatch):
    with enter(fresh):
        factories.partner("Ann")
        export = actions.ask_for("partners", by=fresh.charlie)
    inner, writing = work._as_csv, []

    def another_worker():
        work.write_exports(fresh)
        connection.close()

    def while_another_looks_for_work(*args):
        writing.append(threading.get_ident())
        if len(writing) == 1:
            second = threading.Thread(target=another_worker)
            second.start()
            second.join()
        return inner(*args)

    monkeypatch.setattr(work, "_as_csv", while_another_looks_for_work)
    work.write_exports(fresh)
    assert writing == [threading.get_ident()]
    with enter(fresh):
        export.refresh_from_db()
        assert (export.position, export.parts.count()) == (1, 1)


def read_back(content, sheet, *, name="x.csv", country="GB", today=None):
    """The rows of a file of ours as an import understands them, without any problem."""
    table = open_table(io.BytesIO(content), name=name)
    mapping = guess(SHEETS[sheet], table.header, table.sample(20))
    today = today or datetime.now(UTC).date() + timedelta(days=1)
    reader = Reader(SHEETS[sheet], mapping, country=country, today=today, header=table.header)
    found = [reader.read(cells) for _, cells in table.rows()]
    assert [row.problems for row in found if row.problems] == []
    return [row.values for row in found]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_hostile_names_come_back_exactly(fresh, ending):
    with enter(fresh):
        for number, name in enumerate(NAMES):
            notes = TEXTS[number % len(TEXTS)]
            partner = factories.partner(name, salutation=name[:80], tags=[name[:40]], notes=notes)
            Contact.objects.create(partner=partner, name=name, note=TEXTS[-1 - number % 9])
        made = {str(row.pk): row for row in Partner.objects.all()}
        contacts = {str(row.pk): row for row in Contact.objects.select_related("partner")}
    found = read_back(
        file_of(fresh, taken_out(fresh, "partners", by=fresh.charlie), ending), "partners", name=f"x.{ending}"
    )
    assert len(found) == len(NAMES) > 200
    for values in found:
        row = made[values["id"]]
        assert (values["name"], values["salutation"]) == (row.name, row.salutation)
        assert (values["notes"], values["tags"]) == (row.notes, row.tags)
    found = read_back(
        file_of(fresh, taken_out(fresh, "contacts", by=fresh.charlie), ending), "contacts", name=f"x.{ending}"
    )
    for values in found:
        row = contacts[values["id"]]
        assert (values["name"], values["partner"]) == (row.name, row.partner.name)


def test_every_field_of_a_partner_is_understood_again(fresh):
    with enter(fresh):
        office = factories.organisation("Northgate, Surgery")
        plan = Plan.objects.create(name="Blue, Inc.")
        partner = factories.partner(
            "Dr Adaeze Okafor",
            organisation=office,
            discipline=factories.discipline(),
            phone="+44 20 7946 0958",
            fax="+44 20 7946 0959 x12",
            address="1 Mill Lane\r\nNorthgate",
            postcode="SE1 7PB",
            time_zone="Europe/London",
            owner=fresh.charlie,
            special_interests=["knees", "hips; both"],
            telehealth=True,
            preferred_channel="card",
            kind="advice",
            circle="light",
            identifier="1234567890",
            next_step="Call",
            next_step_on=fresh.today() + timedelta(days=30),
            email_opted_out_at=datetime(2026, 3, 8, 9, 30, 1, 123456, tzinfo=UTC),
            stage="ended",
            ending="retired",
            ended_on=date(2026, 3, 8),
        )
        partner.plans.add(plan, through_defaults={})
    export = taken_out(fresh, "partners", by=fresh.charlie, query="ended=also")
    (values,) = read_back(file_of(fresh, export), "partners")
    for key, value in values.items():
        match key:
            case "discipline" | "organisation":
                assert value == getattr(partner, key).name
            case "owner":
                assert value == fresh.charlie.email
            case "backup":
                assert value == ""
            case "plans":
                assert value == [plan.name]
            case "id":
                assert value == str(partner.pk)
            case _:
                assert value == getattr(partner, key), key


def test_every_field_of_a_referral_is_understood_again(fresh):
    with enter(fresh):
        partner = factories.partner(organisation=factories.organisation())
        patient = factories.patient("van der Berg, Kim", record="007")
        referral = factories.referral(
            partner=partner,
            patient=patient,
            organisation=partner.organisation,
            reason="=1+1\r\nsecond line",
            urgency="asap",
            channel="in_person",
            journey="in_care",
            happened_on=date(2026, 3, 8),
            accepted_on=date(2026, 3, 9),
            attended_on=date(2026, 3, 10),
            in_care_on=date(2026, 3, 11),
            next_visit_on=fresh.today() + timedelta(days=3),
        )
    export = taken_out(fresh, "referrals", by=fresh.charlie, has_names=True)
    (values,) = read_back(file_of(fresh, export), "referrals")
    said = {key: values[key] for key in ("patient_name", "record_number", "patient_born", "reason")}
    assert said == {
        "patient_name": "van der Berg, Kim",
        "record_number": "007",
        "patient_born": date(1971, 3, 8),
        "reason": "=1+1\r\nsecond line",
    }
    assert (values["partner"], values["partner_id"]) == (partner.name, str(partner.pk))
    assert (values["organisation"], values["id"]) == (partner.organisation.name, str(referral.pk))
    plain = ("direction", "source", "urgency", "channel", "journey", "happened_on", "accepted_on")
    for key in (*plain, "scheduled_on", "attended_on", "in_care_on", "next_visit_on", "entered_at"):
        assert values[key] == getattr(referral, key), key


def test_a_longer_list_needs_no_more_queries_a_part(fresh, django_assert_max_num_queries):
    with enter(fresh):
        for number in range(30):
            office = factories.organisation(f"Office {number}")
            log(
                fresh,
                f"Kim Number{number}",
                record=f"N{number}",
                partner=factories.partner(organisation=office),
            )
        actions.ask_for("referrals", by=fresh.charlie)
    with django_assert_max_num_queries(32):
        work.write_exports(fresh)


def test_rows_of_csv_are_whole(fresh):
    with enter(fresh):
        factories.partner("Ann", notes='a "b"\r\n,c')
    text = file_of(fresh, taken_out(fresh, "partners", by=fresh.charlie)).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2


def test_a_refused_part_leaves_nothing_half_written(fresh, monkeypatch):
    monkeypatch.setattr(work, "LARGEST", 3)
    with enter(fresh):
        factories.partner("Ann")
        actions.ask_for("partners", by=fresh.charlie)
    with pytest.raises(Exception, match="larger than"):
        work.write_exports(fresh)
    with enter(fresh), transaction.atomic():
        assert (StoredFile.objects.count(), FilePiece.objects.count()) == (0, 0)
