"""What a person looks at goes out as it stands there: filters, columns, order and words of the page."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from outreach.actions import tasks, touchpoints
from partners.models import Partner
from referralcrm.exchange.outgoing import actions, work
from referralcrm.practice.actions import saved_views
from referralcrm.practice.listings import LISTS
from referralcrm.practice.models import Location, Plan, Service
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import Obligation, Referral
from tests import factories
from tests.exchange.bringing import a_clinic
from tests.exchange.taking_out import file_of, rows_of, taken_from, taken_out


@pytest.fixture(scope="module")
def clinic(committed_module):
    """Everything that a column of a list can say is said by some row."""
    practice = a_clinic()
    with enter(practice):
        practice.alice = factories.person("Alice Adams", role=Role.CLINICIAN, sees_patients=True)
        some_partners(practice)
        some_referrals(practice)
    return practice


def some_partners(practice):
    office = factories.organisation("Northgate Surgery")
    okafor = factories.partner(
        "Dr Adaeze Okafor",
        organisation=office,
        discipline=factories.discipline(),
        area="Harbour",
        phone="+44 20 7946 0958",
        owner=practice.charlie,
        circle="inner",
        tags=["spine", "knee"],
        next_step="Call her",
        next_step_on=practice.today() + timedelta(days=3),
    )
    okafor.plans.add(Plan.objects.create(name="Blue"), through_defaults={})
    factories.partner("Ben", area="Hill", circle="light")
    factories.partner("=Cal", area="Harbour", stage="ended", ending="retired", ended_on=date(2026, 3, 8))
    touchpoints.log(by=practice.charlie, partners=[okafor], kind="call", happened_on=practice.today())


def some_referrals(practice):
    okafor, today = Partner.objects.get(name__startswith="Dr"), practice.today()
    place = {"location": Location.objects.get(), "clinician": practice.alice}
    for number in range(7):
        referral = factories.referral(
            partner=okafor,
            patient=factories.patient(f"Kim Number{number}", record=f"20{number}"),
            happened_on=today - timedelta(days=number * 3 % 7),
            appointment_on=today + timedelta(days=number) if number else None,
            next_visit_on=today + timedelta(days=9),
            journey="scheduled" if number else "requested",
            urgency="urgent" if number < 2 else "routine",
            channel="fax",
            service=Service.objects.get(),
            entered_at=datetime(2026, 3, 8, 9, 30, tzinfo=UTC),
            **place,
        )
        due = (
            {"state": "due", "due_on": today + timedelta(days=number - 3)} if number else {"state": "not_due"}
        )
        Obligation.objects.create(referral=referral, side="us", **due)
    Referral.objects.filter(appointment_on=None).update(partner=None, source="online")


class Cells(HTMLParser):
    """The cells of the first table of a page, as text, without the boxes and what can be done."""

    def __init__(self):
        super().__init__()
        self.rows, self.open = [], None

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td") and not {"pick", "acts-cell"} & set(
            dict(attributes).get("class", "").split()
        ):
            self.open = []

    def handle_endtag(self, tag):
        if tag in ("th", "td") and self.open is not None:
            self.rows[-1].append(" ".join("".join(self.open).split()))
            self.open = None

    def handle_data(self, data):
        if self.open is not None:
            self.open.append(data)


def page_of(person, as_person, address):
    """The page, and the rows of its table, the headings first."""
    body = as_person(person).get(address).content.decode()
    cells = Cells()
    cells.feed(body)
    return body, cells.rows


@pytest.mark.parametrize("slug", ["partners", "referrals"])
def test_each_column_says_what_its_cell_on_the_page_says(clinic, as_person, slug):
    """Days stand as 2026-03-08 in a file and in words on a page; all else that it says stands there too."""
    columns = [column.key for column in LISTS[slug].columns]
    query = "&".join(["ended=also" * (slug == "partners"), *(f"col={key}" for key in columns)])
    address = f"{reverse(LISTS[slug].url_name)}?{query}"
    _, shown = page_of(clinic.charlie, as_person, address)
    written = taken_from(clinic, as_person(clinic.charlie), address, has_names="on")
    shown[0] = [heading.rstrip(" ↑↓") for heading in shown[0] if heading != "Next step" or slug == "partners"]
    assert written[0] == shown[0] == [column.label for column in LISTS[slug].columns]
    assert len(written) == len(shown)
    said = dict.fromkeys(columns, 0)
    for cells, seen in zip(written[1:], shown[1:], strict=True):
        for key, cell, words in zip(columns, cells, seen, strict=True):
            plain = re.sub(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", "", cell.removeprefix("'")).strip(", ")
            assert all(word in words for word in re.split(r"[ ,]+", plain)), (key, cell, words)
            said[key] += bool(cell)
    assert all(said.values()), said


def test_a_saved_view_goes_out_with_its_filters_columns_and_order(clinic, as_person):
    with enter(clinic):
        view = saved_views.create(
            slug="partners",
            query="area=harbour&ended=also&sort=-name",
            columns=["phone", "name", "area"],
            name="Harbour",
            by=clinic.charlie,
        )
    written = taken_from(clinic, as_person(clinic.charlie), f"/partners/?view={view.pk}")
    assert written == [
        ["Phone", "Partner", "Area"],
        ["'+44 20 7946 0958", "Dr Adaeze Okafor", "Harbour"],
        ["", "'=Cal", "Harbour"],
    ]


@pytest.mark.parametrize("sort", ["", "date", "-booked", "partner", "-due"])
def test_the_order_is_that_of_the_page(clinic, as_person, sort, monkeypatch):
    monkeypatch.setattr(work, "ROWS_A_PART", 2)
    address = f"/referrals/?urgency=&sort={sort}&col=patient"
    body, shown = page_of(clinic.charlie, as_person, address)
    written = taken_from(clinic, as_person(clinic.charlie), address, has_names="on")
    assert [cells[0] for cells in written[1:]] == [
        cells[0].split(" Urgent")[0].split(" urgent")[0] for cells in shown[1:]
    ]
    assert len(written) == 8


def test_a_filter_that_no_view_keeps_counts_as_well(clinic, as_person):
    with enter(clinic):
        patient = factories.patient("Lou Alone", record="777")
        factories.referral(patient=patient, partner=Partner.objects.get(name="Ben"))
    written = taken_from(clinic, as_person(clinic.charlie), f"/referrals/?patient={patient.pk}")
    assert [cells[1] for cells in written] == ["Patient", "record 777"]


def test_a_patient_stands_by_record_number_unless_names_are_asked_for(clinic, as_person):
    plain = taken_from(clinic, as_person(clinic.charlie), "/referrals/?col=patient")
    assert ["record 203"] in plain and not any("Kim" in cells[0] for cells in plain)


def test_a_row_that_is_gone_meanwhile_is_left_out_and_not_counted(clinic, monkeypatch):
    monkeypatch.setattr(work, "ROWS_A_PART", 2)
    with enter(clinic):
        gone = factories.partner("Zoe Gone")
        export = actions.ask_for("partners", by=clinic.charlie, as_seen=True, query="col=name")
    work._write_next(clinic)  # all keys, and the rows of two
    with enter(clinic):
        Partner.objects.filter(pk=gone.pk).update(deleted_at=datetime.now(UTC))
    assert not work.write_exports(clinic)
    with enter(clinic):
        export.refresh_from_db()
    assert (export.total, export.position) == (3, 2)
    assert b"Gone" not in file_of(clinic, export)


def test_an_empty_list_is_a_file_with_headings(clinic):
    export = taken_out(
        clinic, "referrals", by=clinic.charlie, as_seen=True, query="channel=portal&col=patient"
    )
    assert (export.total, file_of(clinic, export).decode("utf-8-sig")) == (0, "Patient\r\n")


def test_tasks_go_out_as_the_list_shows_them(clinic, as_person):
    with enter(clinic):
        today, partner = clinic.today(), Partner.objects.get(name="Ben")
        asked = {"kind": "other", "by": clinic.charlie}
        tasks.add(title="=Later", due_on=today + timedelta(days=9), owner=clinic.charlie, **asked)
        tasks.add(title="Sooner", due_on=today, owner=None, partner=partner, **asked)
        tasks.add(title="Alice’s", due_on=today, owner=clinic.alice, **asked)
        done = tasks.add(title="Done", due_on=today, owner=clinic.charlie, **asked)
        tasks.complete(done, by=clinic.charlie, version=done.version, contact="")
    shown = {}
    for query in ("", "for=everybody", "show=done", "kind=check_in", "show=nonsense&kind=nonsense"):
        written = taken_from(clinic, as_person(clinic.charlie), f"/outreach/tasks/?{query}")
        shown[query] = [cells[written[0].index("Task")] for cells in written[1:]]
    assert shown == {
        "": ["Sooner", "'=Later"],
        "for=everybody": ["Sooner", "Alice’s", "'=Later"],
        "show=done": ["Done"],
        "kind=check_in": [],
        "show=nonsense&kind=nonsense": ["Sooner", "'=Later"],
    }
    row = rows_of(clinic, "tasks", by=clinic.charlie)[0]
    assert (row["task"], row["partner"], row["partner id"]) == ("Sooner", "Ben", str(partner.pk))
    assert (row["kind"], row["now"], row["due on"]) == ("task", "to do", today.isoformat())


def test_contacts_go_out_newest_first_by_filters_of_their_own(clinic):
    with enter(clinic):
        today, ben = clinic.today(), Partner.objects.get(name="Ben")
        old = today - timedelta(days=40)
        log = {"by": clinic.alice, "partners": [ben], "minutes": 5}
        touchpoints.log(kind="visit", happened_on=old, note="=1+1", by_them=True, **log)
        touchpoints.log(kind="lunch", happened_on=today - timedelta(days=1), note="Soup", **log)

    def kinds(query):
        return [row["kind"] for row in rows_of(clinic, "touchpoints", by=clinic.charlie, query=query)]

    assert kinds("") == ["Call", "Lunch", "Visit"]
    assert (
        kinds("q=ben") == kinds(f"partner={ben.pk}") == kinds(f"by={clinic.alice.pk}") == ["Lunch", "Visit"]
    )
    assert kinds(f"since={today - timedelta(days=2)}&kind=lunch") == ["Lunch"]
    assert kinds(f"until={old}") == ["Visit"]
    row = rows_of(clinic, "touchpoints", by=clinic.charlie)[-1]
    assert (row["note"], row["they contacted us"], row["minutes"]) == ("'=1+1", "yes", "5")
    assert (row["happened on"], row["by"], row["partner"]) == (old.isoformat(), "Alice Adams", "Ben")
