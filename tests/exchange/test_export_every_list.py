"""Every list that people look at goes out as it stands there, whoever offers it and whatever it lists."""

import re
import subprocess
import sys
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outreach.actions import tasks, touchpoints
from partners.models import Discipline, Friction, LikelyPair, Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.exchange.outgoing import actions, work
from referralcrm.practice.listings import LISTS
from referralcrm.practice.models import Location
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import Obligation, Referral
from tests import factories
from tests.exchange.bringing import a_clinic
from tests.exchange.taking_out import file_of, table_of, taken_from, taken_out

# the page of each list, and how many of its rows stand there for all places, and at Hill
PAGES = {
    "messages": ("/outreach/?show=scheduled", 3, 2),
    "tasks": ("/outreach/tasks/?for=everybody", 3, 2),
    "questions": ("/referrals/advice/?for=everybody", 3, 2),
    "reports": ("/reports/", 9, 6),
    "organisations": ("/partners/organisations/", 3, 3),
    "likely-duplicates": ("/partners/likely-duplicates/?kind=partner", 1, 1),
    "people": ("/practice/people/", 5, 5),
    "disciplines": ("/partners/disciplines/", 1, 1),
    "figure-referrals": ("/dashboard/rows/received/?months=3", 6, 2),
    "figure-partners": ("/dashboard/rows/partners/", 3, 3),
    "figure-contacts": ("/dashboard/rows/contacts-regular/", 3, 3),
    "figure-things": ("/dashboard/rows/hard-for-them/", 3, 3),
}
BESIDE = {  # columns for what the page says by its tabs, its filters or its order
    "messages": {"Written", "Due"},
    "tasks": {"Kind", "Whose", "Now"},
    "questions": {"Direction"},
    "people": {"Can sign in"},
    "disciplines": {"In use"},
}
NEVER = {  # what none of these rows has to say
    "messages": {"For", "Sent", "Why"},
    "tasks": {"Why", "Hidden until", "Closed", "Closed by", "Because"},
    "questions": {"Time left", "Answer", "By", "Answered", "Withdrawn", "Next"},
    "disciplines": {"Code"},
    "people": {"Credentials", "Location", "Away from", "Away until"},
    "figure-referrals": {"For"},
}
DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")


@pytest.fixture(scope="module")
def clinic(committed_module):
    """Three rows of everything, one of them at no place, at Hill and at Mill, named like formulas."""
    practice = a_clinic()
    with enter(practice):
        hill, mill = (Location.objects.create(name=name) for name in ("Hill", "Mill"))
        practice.hilda = factories.person("Hilda Hill", role=Role.MANAGER, home_location=hill)
        practice.dora = factories.person("Dora Dean", role=Role.ADMINISTRATOR, email="dora@x.example")
        clinicians = [factories.person(name, sees_patients=True) for name in ("Alice Adams", "Bob Ash")]
        for number, place in enumerate((None, hill, mill)):
            some_of_each(practice, number, place, owner=clinicians[number % 2])
        Discipline.objects.exclude(name=factories.discipline().name).delete()
        first, second, _ = sorted(partner.pk for partner in Partner.objects.all())
        LikelyPair.objects.create(kind="partner", first=first, second=second, reasons=["name"], nearness=1)
    return practice


def some_of_each(practice, number, place, *, owner):
    """Around one partner: a note, a task, a question, a visit, something hard, and three clocks."""
    today, now = practice.today(), timezone.now()
    name = ("Dr Adaeze Okafor", "=Ben", "+Cal")[number % 3]
    office = factories.organisation(f"-Office {number}", area="@Harbour", phone="+44 20 7946 0958")
    partner = factories.partner(name, organisation=office, discipline=factories.discipline())
    later, before = now + timedelta(hours=number + 30), now - timedelta(days=number + 1)
    note = factories.message(partner=partner, due_at=later, referrals=0)
    late = factories.referral(
        partner=partner,
        patient=factories.patient(f"=Kim Number{number}", record=f"=20{number}"),
        location=place,
        clinician=owner,
        happened_on=today - timedelta(days=number),
        journey="requested",
        acknowledge_by=today + timedelta(days=number),
        appointment_by=today + timedelta(days=3 - number),
    )
    note.causes.create(rule=note.rule, fact=f"referral:{late.pk}", referral=late, practice=practice)
    seen = factories.referral(partner=partner, patient=late.patient, location=place, clinician=owner)
    Obligation.objects.create(referral=seen, side="us", state="due", due_on=today - timedelta(days=number))
    due = {"due_on": today + timedelta(days=number), "owner": owner, "partner": partner, "location": place}
    tasks.add(kind="other", title=f"=Task {number}", by=owner, **due)
    asked = {"asked_at": before, "promised_by": later, "location": place, "owner": owner}
    factories.advice(f"=Rest or load {number}?", partner=partner, kind="imaging", **asked)
    touchpoints.log(by=owner, partners=[partner], kind="visit", happened_on=today - timedelta(days=number))
    Friction.objects.create(partner=partner, trouble=f"=Phone {number}", happened_on=before, owner=owner)


class Rows(HTMLParser):
    """The text of each row of a page: of the body of its table, or of its list."""

    def __init__(self):
        super().__init__()
        self.rows, self.is_open, self.in_body = [], False, False

    def handle_starttag(self, tag, attributes):
        self.in_body |= tag == "tbody"
        if tag == "li" and dict(attributes).get("class") == "item" or tag == "tr" and self.in_body:
            self.rows.append("")
            self.is_open = True

    def handle_endtag(self, tag):
        self.in_body &= tag != "tbody"
        self.is_open &= tag not in ("li", "tr")

    def handle_data(self, data):
        if self.is_open:
            self.rows[-1] += f" {data}"


def rows_of(browser, address):
    page = Rows()
    page.feed(browser.get(address).content.decode())
    return page.rows


def test_every_list_is_looked_at_here():
    """Those with views of their own are in ``test_export_as_seen``."""
    assert sorted(LISTS) == sorted([*PAGES, "partners", "referrals"])


@pytest.mark.parametrize("slug", PAGES)
def test_the_file_says_row_for_row_what_the_page_says(slug, clinic, as_person):
    address, everywhere, at_hill = PAGES[slug]
    for person, count in ((clinic.charlie, everywhere), (clinic.hilda, at_hill)):
        browser = as_person(person)
        shown = rows_of(browser, address)
        header, *written = taken_from(clinic, browser, address, has_names="on")
        assert header == [column.label for column in LISTS[slug].columns]
        assert len(written) == len(shown) == count
        for cells, words in zip(written, shown, strict=True):
            for label, cell in zip(header, cells, strict=True):
                assert not cell.startswith(("=", "+", "-", "@"))
                plain = DAY.sub("", cell.removeprefix("'"))
                if label not in BESIDE.get(slug, ()):
                    assert all(word.lower() in words.lower() for word in plain.split()), (label, cell, words)
        for label, *column in zip(header, *written, strict=True):
            assert any(column) or label in NEVER.get(slug, ()), f"no row says its {label}"


def as_seen(practice, slug, **options):
    """The export of a list as its page shows it to the manager."""
    what, _, query = PAGES[slug][0].partition("?")
    if slug.startswith("figure-"):
        query = f"what={what.rstrip('/').rpartition('/')[2]}&{query}"
    return taken_out(practice, slug, by=practice.charlie, as_seen=True, query=query, **options)


def test_another_practice_stays_outside(clinic):
    there = a_clinic("Northgate Dental")
    with enter(there):
        some_of_each(there, 0, None, owner=factories.person("Zoe Elsewhere", role=Role.CLINICIAN))
    for slug in PAGES:
        export = as_seen(clinic, slug, has_names=True)
        assert export.total == PAGES[slug][1]
        assert b"Elsewhere" not in file_of(clinic, export)


def test_an_address_that_makes_no_sense_is_taken_calmly(clinic, as_person):
    names = "what show kind for side when month months location clinician sort col q page rule since"
    nonsense = "&".join(f"{name}=0000-00%27x" for name in names.split())
    browser = as_person(clinic.charlie)
    for slug in LISTS:
        address = reverse("exchange:export", args=[slug])
        assert browser.get(f"{address}?{nonsense}").status_code == 200


def test_a_patient_is_told_by_number_and_a_question_kept_back_unless_asked_for(clinic):
    begun = timezone.now()
    for slug in PAGES:
        assert not re.search("Kim|Rest or load", file_of(clinic, as_seen(clinic, slug)).decode())
    with enter(clinic):
        read = AuditEvent.objects.filter(verb="read", at__gte=begun)
        assert [event.subject_type for event in read] == ["patient"], "their numbers, on the board"
    assert table_of(clinic, as_seen(clinic, "reports"))[1][0].startswith("record =20")
    header = table_of(clinic, as_seen(clinic, "questions"))[0]
    assert "Asked" in header and not {"Question", "Answer"} & set(header)


@pytest.mark.parametrize("slug, kind, number", [("reports", "patient", 3), ("questions", "advicerequest", 3)])
def test_whom_a_file_names_is_noted(slug, kind, number, clinic):
    begun = timezone.now()
    as_seen(clinic, slug, has_names=True)
    with enter(clinic):
        [read] = AuditEvent.objects.filter(verb="read", at__gte=begun)
        [written] = AuditEvent.objects.filter(verb="exported", at__gte=begun)
    assert (read.subject_type, len(read.subjects), read.actor_id) == (kind, number, clinic.charlie.pk)
    assert (written.subject_type, len(written.subjects)) == (LISTS[slug].noun, PAGES[slug][1])


def test_who_may_not_open_the_page_gets_no_file_of_it(clinic, as_person):
    export = as_seen(clinic, "likely-duplicates")
    dora, charlie = as_person(clinic.dora), as_person(clinic.charlie)
    ask, taken = reverse("exchange:export", args=["likely-duplicates"]), f"/exchange/exports/{export.pk}/"
    fetch = reverse("exchange:fetch", args=[export.pk, 1, "csv"])
    assert [charlie.get(address).status_code for address in (ask, taken, fetch)] == [200, 200, 200]
    assert [dora.get(address).status_code for address in (ask, taken, fetch)] == [403, 404, 404]
    assert str(export.pk) not in dora.get(reverse("exchange:export", args=["people"])).content.decode()


def test_each_clock_of_a_referral_is_written_once_in_whatever_part(clinic, monkeypatch):
    whole = table_of(clinic, as_seen(clinic, "reports"))
    monkeypatch.setattr(work, "ROWS_A_PART", 2)
    assert table_of(clinic, as_seen(clinic, "reports")) == whole
    [what] = [at for at, label in enumerate(whole[0]) if label == "What"]
    told = [cells[what] for cells in whole[1:]]
    assert [told.count(said) for said in sorted(set(told))] == [3, 3, 3]


def test_a_clock_that_stops_meanwhile_is_left_out(clinic, monkeypatch):
    monkeypatch.setattr(work, "ROWS_A_PART", 2)
    with enter(clinic):
        export = actions.ask_for("reports", by=clinic.charlie, as_seen=True)
    work._write_next(clinic)  # all keys, and the rows of two
    with enter(clinic):
        promised = Referral.objects.filter(appointment_by__isnull=False)
        days = dict(promised.values_list("pk", "appointment_by"))
        promised.update(appointment_by=None)
    assert not work.write_exports(clinic)
    with enter(clinic):
        export.refresh_from_db()
        for key, day in days.items():
            Referral.objects.filter(pk=key).update(appointment_by=day)
    assert (export.total, len(table_of(clinic, export)) - 1) == (9, export.position)
    assert export.position < 9


def test_a_longer_list_needs_no_more_queries_a_part(committed):
    practice = a_clinic()
    few, many = {}, {}
    for counted, numbers in ((few, range(2)), (many, range(2, 9))):
        with enter(practice):
            for number in numbers:
                some_of_each(practice, number, None, owner=factories.person(f"Alice {number}"))
            first, *others = sorted(partner.pk for partner in Partner.objects.all())
            for other in others[-len(numbers) + 1 :]:
                LikelyPair.objects.create(
                    kind="partner", first=first, second=other, reasons=["name"], nearness=1
                )
        for slug in PAGES:
            with CaptureQueriesContext(connection) as queries:
                export = as_seen(practice, slug, has_names=True)
            assert export.total
            counted[slug] = len(queries)
    assert many == few
    assert max(many.values()) <= 44


def test_a_worker_knows_the_lists_though_it_serves_no_page():
    """They are offered by pages, which only a web process has a reason to load."""
    asked = "import django; django.setup(); from referralcrm.practice.listings import LISTS as known; "
    asked += "print(*sorted(known))"
    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split() == sorted(LISTS)
