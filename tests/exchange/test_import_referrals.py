"""Past referrals and contacts out of a spreadsheet."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outreach.models import Message, MessageCause, Task
from partners import actions as partner_actions
from partners.models import Contact, Partner
from referralcrm.exchange.intake import work as working
from referralcrm.exchange.states import State
from referralcrm.practice.scope import enter
from referrals import actions as referral_actions
from referrals.models import JourneyEvent, Obligation, Patient, Referral
from referrals.states import CLOSED, TRACK, Verb
from tests import factories
from tests.exchange.bringing import a_clinic, brought_in, checked, undone

HEADER = "direction,happened on,partner,record number,patient,born,reason,journey,attended on,completed on\n"
OKAFOR = "Dr Adaeze Okafor"
KIM = f"received,2024-03-08,{OKAFOR},20417,Kim Moreau,1971-03-08,Shoulder,completed,2024-03-20,2024-06-01\n"
RUTH = 'sent,2024-04-02,Dr Adaeze Okafor,,"Adler, Ruth",1960-01-02,Knee,attended,2024-04-10,\n'
BARE = "received,2023-01-05,Dr Adaeze Okafor,,Jo Reed,1980-05-05,,,,\n"
FILE = HEADER + KIM + RUTH + BARE


@pytest.fixture
def clinic(committed):
    practice = a_clinic()
    with enter(practice):
        practice.okafor = partner_actions.create(
            name="Dr Adaeze Okafor", office="Northgate Surgery", by=practice.charlie
        )
    return practice


def bring(clinic, text=FILE, **options):
    return brought_in(clinic, text, "referrals", **options)


def test_past_referrals_come_in_with_patient_partner_and_journey(clinic):
    run = bring(clinic)
    assert (run.state, run.made, run.bad, run.failure) == (State.DONE, 3, 0, "")
    with enter(clinic):
        jo, kim, ruth = Referral.objects.with_everyone().order_by("happened_on")
        assert (kim.patient.name, kim.patient.record_number, kim.patient.born, kim.reason) == (
            "Kim Moreau",
            "20417",
            date(1971, 3, 8),
            "Shoulder",
        )
        assert (kim.partner, kim.organisation.name) == (clinic.okafor, "Northgate Surgery")
        assert (kim.journey, kim.attended_on, kim.completed_on, kim.closed_on) == (
            "completed",
            date(2024, 3, 20),
            date(2024, 6, 1),
            date(2024, 6, 1),
        )
        assert (kim.accepted_on, kim.scheduled_on, kim.in_care_on) == (None, None, None), "invented"
        assert (ruth.direction, ruth.journey) == ("sent", "attended")
        assert (jo.journey, jo.completed_on) == ("completed", None), "long ago, and nothing said"
        steps = [(event.before, event.after, event.happened_on) for event in kim.events.all()]
        assert steps == [
            ("", "requested", date(2024, 3, 8)),
            ("requested", "attended", date(2024, 3, 20)),
            ("attended", "completed", date(2024, 6, 1)),
        ]


def test_no_report_of_old_history_is_suddenly_overdue(clinic):
    bring(clinic)
    with enter(clinic):
        assert {report.state for report in Obligation.objects.all()} == {"not_required"}
        assert not Obligation.objects.overdue(clinic.today()).exists()
        report = Obligation.objects.filter(referral__patient__record_index__isnull=False).get()
        assert "history" in report.waived_because
        assert not report.stopped_by_itself, "the clock would set it going again"


def test_a_report_whose_day_the_file_gives_is_sent_and_a_recent_visit_makes_one_due(clinic):
    today = clinic.today()
    bring(
        clinic,
        "direction,happened on,partner,record number,patient,attended on,report sent or received on\n"
        "received,2024-03-08,Dr Adaeze Okafor,1,Kim Moreau,2024-03-20,2024-03-25\n"
        f"received,{today - timedelta(days=5)},Dr Adaeze Okafor,2,Jo Reed,{today - timedelta(days=2)},\n",
    )
    with enter(clinic):
        kim, jo = Obligation.objects.order_by("referral__happened_on")
        assert (kim.state, kim.sent_on) == ("sent", date(2024, 3, 25))
        assert (jo.state, jo.due_on) == ("due", today + timedelta(days=5))


def test_the_same_file_twice_adds_nothing(clinic):
    nameless = "received,2023-02-06,Dr Adaeze Okafor,,Sam Lee,,,,,\n"
    bring(clinic, FILE + nameless)
    with enter(clinic):
        before = [model.objects.count() for model in (Referral, Patient, JourneyEvent, Obligation)]
    run = bring(clinic, FILE + nameless)
    assert (run.alike, run.made, run.skipped) == (4, 0, 4)
    with enter(clinic):
        assert [model.objects.count() for model in (Referral, Patient, JourneyEvent, Obligation)] == before


def test_a_patient_of_several_lines_is_one_patient(clinic, monkeypatch):
    again = KIM.replace("2024-03-08", "2023-03-08").replace(",20417,", ",20417,")
    without_number = KIM.replace("2024-03-08", "2022-03-08").replace(",20417,", ",,")
    bring(clinic, HEADER + KIM + again + without_number)
    with enter(clinic):
        assert Patient.objects.count() == 1 and Referral.objects.count() == 3
    monkeypatch.setattr(working, "CHUNK", 1)
    bring(clinic, HEADER + KIM.replace("2024-03-08", "2021-03-08") + BARE)
    with enter(clinic):
        assert Patient.objects.count() == 2


def test_the_number_of_a_merged_record_means_the_patient_it_became(clinic):
    with enter(clinic):
        kept, gone = (
            factories.patient("Kim Lind", record="1"),
            factories.patient("Kim Moreau", record="20417"),
        )
        referral_actions.merge_patients(kept, gone, by=clinic.charlie)
    bring(clinic, HEADER + KIM)
    with enter(clinic):
        assert Referral.objects.get().patient == kept


def test_a_line_that_contradicts_what_is_known_stays_out(clinic):
    bring(clinic)
    run = checked(
        clinic,
        HEADER
        + KIM.replace("Kim Moreau", "Paul Other")
        .replace("2024-03-08", "2024-05-08")
        .replace("03-20", "05-20")
        + KIM.replace("1971-03-08", "1970-01-01").replace("2024-03-08", "2024-03-01")
        + "received,2024-01-01,Dr Adaeze Okafor,999,,,,,,\n"
        + "received,2024-01-01,Dr Nobody Here,998,Ann Ash,,,,,\n"
        + "received,2024-01-09,Dr Adaeze Okafor,997,Ann Ash,,,attended,2024-01-02,\n",
        "referrals",
    )
    with enter(clinic):
        found = {note.line: note.reason for note in run.notes.bad()}
        assert sorted(found) == [2, 3, 4, 5, 6], found


def test_partners_who_are_not_here_are_added_when_chosen(clinic):
    text = (
        "happened on,partner,organisation,patient,born\n2024-01-01,Dr New Ash,Ash Dental,Ann Ash,1990-01-01\n"
    )
    assert checked(clinic, text, "referrals").bad == 1
    run = bring(clinic, text, adds_partners=True)
    with enter(clinic):
        made = Partner.objects.with_office().get(name="Dr New Ash")
        assert (run.made, made.organisation.name, Referral.objects.get().partner) == (1, "Ash Dental", made)
    run = undone(clinic, run)
    with enter(clinic):
        assert not Referral.objects.not_deleted() and not Partner.objects.kept().filter(name="Dr New Ash")


NEARLY = HEADER + KIM.replace(OKAFOR, "Dr. med. Okaffor") + RUTH.replace(OKAFOR, "Dr Bo Nilsson")


def test_a_name_that_nearly_matches_says_whom_it_may_mean(clinic):
    run = checked(clinic, NEARLY, "referrals")
    with enter(clinic):
        first, second = (note.reason for note in run.notes.bad().order_by("line"))
    assert "Perhaps “Dr Adaeze Okafor” is meant" in first and second == "No partner here is called so."
    run = checked(clinic, NEARLY, "referrals", adds_partners=True)
    with enter(clinic):
        (note,) = run.notes.filter(level="warning")
    assert (run.bad, note.line) == (0, 2) and "perhaps the same as “Dr Adaeze Okafor”" in note.reason


@pytest.mark.parametrize(
    "name", ["Dr. med. Adaeze Okafor", "Frau Dr Okafor, Adaeze", "Prof. Dr. med. dent. A. OKAFOR"]
)
def test_the_titles_of_other_countries_make_nobody_else(clinic, name):
    run = checked(clinic, HEADER + KIM.replace(OKAFOR, f'"{name}"'), "referrals")
    assert run.bad == ("A." in name)


@pytest.mark.parametrize(
    "change, warns",
    [
        ({}, True),
        ({"received": "sent"}, False),
        ({"no_show": "cancelled"}, False),
        ({"2024-03-08": ""}, False),
    ],
)
def test_an_old_one_that_would_wait_for_a_call_is_named(clinic, change, warns):
    line = f"received,2024-03-08,{OKAFOR},20417,Kim Moreau,1971-03-08,Shoulder,no_show,,\n"
    with enter(clinic):
        lately = (clinic.today() - timedelta(days=90)).isoformat()
    for old, new in change.items():
        line = line.replace(old, new or lately)
    run = checked(clinic, HEADER + line, "referrals")
    with enter(clinic):
        said = [note.reason for note in run.notes.filter(level="warning")]
    assert run.bad == 0 and any("Not yet booked" in reason for reason in said) == warns


def test_what_a_person_did_with_a_referral_since_keeps_it(clinic):
    run = bring(clinic)
    with enter(clinic):
        ruth = Referral.objects.get(direction="sent")
        referral_actions.move(ruth, Verb.START_CARE, by=clinic.charlie)
    run = undone(clinic, run)
    with enter(clinic):
        assert (run.kept, Referral.objects.not_deleted().get()) == (1, ruth)


def test_a_second_referrer_added_since_counts_when_the_first_is_taken_back(clinic):
    run = bring(clinic)
    with enter(clinic):
        first = Referral.objects.get(patient__record_index__isnull=False)
        log = {"patient": first.patient, "partner": clinic.okafor, "happened_on": clinic.today()}
        second = referral_actions.receive(by=clinic.charlie, same_matter_as=first, **log)
        assert second.matter == first.pk
    undone(clinic, run)
    with enter(clinic):
        assert Referral.objects.kept().one_per_matter().get() == second


def test_history_sends_nothing_and_asks_nobody(clinic):
    with enter(clinic):
        before = [model.objects.count() for model in (Message, MessageCause, Task)]
    undone(clinic, bring(clinic, FILE + "received,2024-01-01,,,Ann Ash,1990-01-01,,,,\n"))
    with enter(clinic):
        assert [model.objects.count() for model in (Message, MessageCause, Task)] == before


def test_every_journey_that_can_be_told_leads_on(clinic):
    """Each state, with and without days: its events follow each other, and a page can show its track."""
    states = ["requested", "accepted", "booked", "attended", "in care", "completed", "did not come"]
    states += ["on hold", "declined", "cancelled", "unreachable", "stopped coming", "redirected"]
    states += ["entered in error"]
    lines = "".join(
        f"received,2024-03-0{1 + number % 9},Dr Adaeze Okafor,{number},Pat Number,1970-01-01,,{state},,\n"
        for number, state in enumerate(states)
    )
    run = bring(clinic, HEADER + lines)
    assert (run.made, run.bad) == (len(states), 0)
    with enter(clinic):
        for referral in Referral.objects.prefetch_related("events"):
            events = list(referral.events.order_by("id"))
            assert events[0].after == "requested"
            assert all(one.after == two.before for one, two in zip(events, events[1:], strict=False))
            assert referral.track()
            if referral.journey == "on_hold":
                referral_actions.move(referral, Verb.RESUME, by=clinic.charlie)
        assert set(Referral.objects.values_list("journey", flat=True)) <= {*TRACK, *CLOSED, "no_show"}


def test_a_step_needs_as_many_queries_for_many_rows_as_for_few(clinic):
    def queries(first, count):
        lines = "".join(
            f"received,2024-03-08,Dr Adaeze Okafor,{number},Pat Number,1970-01-01,Knee,attended,2024-03-09,\n"
            for number in range(first, first + count)
        )
        with CaptureQueriesContext(connection) as seen:
            run = bring(clinic, HEADER + lines)
        assert run.made == count
        return len(seen)

    bring(clinic)
    queries(50, 5)
    assert queries(100, 5) == queries(200, 60)


def test_contacts_come_in_at_their_partner_and_fill_in_what_is_empty(clinic):
    text = "partner,name,role,phone\nAdaeze Okafor,Sam Reed,receptionist,020 7946 0001\nNobody,Ann Ash,,\n"
    with enter(clinic):
        sam = partner_actions.create_contact(clinic.okafor, name="Sam Reed", by=clinic.charlie)
    run = checked(clinic, text, "contacts")
    assert (run.alike, run.bad) == (1, 1)
    run = brought_in(clinic, text, "contacts", choices={2: "update"})
    with enter(clinic):
        sam.refresh_from_db()
        assert (run.changed, sam.phone, Contact.objects.count()) == (1, "+44 20 7946 0001", 1)
    undone(clinic, run)
    with enter(clinic):
        sam.refresh_from_db()
        assert sam.phone == ""
    more = brought_in(clinic, "partner,name\nDr Adaeze Okafor,Jo Hill\n", "contacts")
    assert more.made == 1
    undone(clinic, more)
    with enter(clinic):
        assert Contact.objects.kept().get() == sam


def test_patients_text_is_sealed_wherever_an_import_keeps_it(clinic):
    bring(clinic, FILE + "received,2024-13-99,Dr Adaeze Okafor,31415,Marked Person,1990-01-01,,,,\n")
    with connection.cursor() as cursor, enter(clinic):
        for table in ("exchange_import", "exchange_note", "exchange_batch", "referrals_patient"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            text = cursor.fetchone()[0] or ""
            assert not [word for word in ("Marked", "Moreau", "31415", "20417", "Shoulder") if word in text]
