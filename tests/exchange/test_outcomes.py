"""Who came, out of another system's list: what would be set, what did not match and why, and once only."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.exchange.models import OutcomeFile
from referralcrm.exchange.outcomes import actions, matching
from referralcrm.exchange.outgoing.work import write_exports
from referralcrm.practice.models import StoredFile
from referralcrm.practice.scope import enter
from referrals.actions import merge_patients, move
from referrals.models import Referral
from referrals.states import Journey
from tests import factories
from tests.exchange.bringing import a_clinic

HEADER = "MRN,Appt date,Status\n"


@pytest.fixture
def booked(riverside):
    """``booked("A7", days=3)`` has an appointment three days ago."""

    def book(record, *, days=3, patient=None, **fields):
        today = riverside.today()
        fields = {
            "journey": Journey.SCHEDULED,
            "happened_on": today - timedelta(days=30),
            "scheduled_on": today - timedelta(days=20),
            "appointment_on": today - timedelta(days=days) if days is not None else None,
        } | fields
        return factories.referral(patient=patient or factories.patient(record=record), **fields)

    return book


@pytest.fixture
def day(riverside):
    return lambda days=3: (riverside.today() - timedelta(days=days)).isoformat()


def found_in(text, by):
    kept = factories.outcomes(HEADER + text, by=by)
    return kept, matching.find(matching.table_of(kept), kept.matched)


def journey_of(referral):
    referral.refresh_from_db()
    return referral.journey


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("Completed", Journey.ATTENDED),
        ("came", Journey.ATTENDED),
        ("No Show", Journey.NO_SHOW),
        ("DNA", Journey.NO_SHOW),
        ("Rescheduled", Journey.ACCEPTED),
    ],
)
def test_a_row_takes_the_step_it_means(alice, booked, day, word, after):
    referral = booked("A7")
    kept, found = found_in(f" a7 ,{day()},{word}\n", alice)
    assert [line.referrals for line in found.to_set] == [[referral]]
    assert actions.carry_out(kept, by=alice).moved == 1
    assert journey_of(referral) == after
    assert str(referral.events.get().happened_on) == day()


def test_the_number_of_a_merged_record_means_the_patient_it_became(alice, booked, day):
    kept, gone = factories.patient(record="A7"), factories.patient(record="B8")
    referral = booked("A7", patient=kept)
    merge_patients(kept, gone, by=alice)
    _, found = found_in(f"B8,{day()},came\n", alice)
    assert [line.referrals for line in found.to_set] == [[referral]]


@pytest.mark.parametrize("word", ["came", "no show", "rebooked"])
def test_the_same_file_twice_changes_nothing(alice, booked, day, word):
    referral = booked("A7")
    text = f"A7,{day()},{word}\n"
    kept, _ = found_in(text, alice)
    actions.carry_out(kept, by=alice)
    journey_of(referral)
    again, found = found_in(text, alice)
    assert (found.already, found.to_set, found.unmatched) == (1, [], [])
    assert actions.carry_out(again, by=alice).moved == 0
    assert referral.version == Referral.objects.get().version and referral.events.count() == 1


def test_what_was_answered_by_hand_is_already_so(alice, booked, day):

    referral = booked("A7")
    move(referral, "attend", by=alice, on=referral.appointment_on)
    _, found = found_in(f"A7,{day()},came\n", alice)
    assert (found.already, found.to_set) == (1, [])


def test_rebooked_with_a_new_day_is_booked_for_it(alice, booked, day, riverside):
    referral = booked("A7")
    later = riverside.today() + timedelta(days=5)
    text = f"Record number,Date,Outcome,New date\nA7,{day()},rebooked,{later}\n"
    actions.carry_out(factories.outcomes(text, by=alice), by=alice)
    assert (journey_of(referral), referral.appointment_on) == (Journey.SCHEDULED, later)


def test_a_booking_that_nobody_wrote_down_is_skipped_forward(alice, booked, day):
    referral = booked("A7", days=None, journey=Journey.REQUESTED, scheduled_on=None)
    kept, found = found_in(f"A7,{day()},came\n", alice)
    assert actions.carry_out(kept, by=alice).moved == 1
    assert (journey_of(referral), str(referral.attended_on)) == (Journey.ATTENDED, day())
    assert referral.scheduled_on is None


def test_a_second_referrer_of_the_same_matter_is_set_with_the_first(alice, booked, day):
    first = booked("A7")
    second = booked("", patient=first.patient, matter=first.pk)
    kept, _ = found_in(f"A7,{day()},came\n", alice)
    assert actions.carry_out(kept, by=alice).moved == 2
    assert {journey_of(first), journey_of(second)} == {Journey.ATTENDED}


def test_what_does_not_match_is_said_with_why(alice, booked, day, riverside):
    first = booked("A7", days=2)
    booked("", patient=first.patient, days=2)
    booked("B8", days=5)
    booked("C9", direction="sent")
    tomorrow = riverside.today() + timedelta(days=1)
    _, found = found_in(
        f"X1,{day()},came\n"
        f"A7,{day(2)},came\n"
        f"B8,{day()},no show\n"
        f"C9,{day()},no show\n"
        f"B8,{tomorrow},came\n"
        f"B8,{day(5)},perhaps\n"
        f"B8,,came\n"
        f"1.2E+10,{day()},came\n"
        f"B8,{day(5)},no show\n"
        f"b8,{day(5)},came\n",
        alice,
    )
    why = {line.number: line.why for line in found.unmatched}
    assert why[2] == matching.NOBODY
    assert why[3] == matching.SEVERAL
    assert day(5) in why[4]
    assert why[5] == matching.NOTHING_BOOKED
    assert "still to come" in why[6]
    assert "none of: came, did not come, rebooked" in why[7]
    assert "“Date” is missing" in why[8]
    assert "shortened this number" in why[9]
    assert why[11] == matching.TWICE
    assert [line.number for line in found.to_set] == [10]


def test_the_report_is_a_file_that_spreadsheets_read_and_never_execute(alice, booked, day, as_person):
    kept = factories.outcomes(HEADER + f"=1+1,{day()},came\nX1,{day()},came\n", by=alice)
    response = as_person(alice).get(reverse("exchange:not_matched", args=[kept.pk]))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["line", "record number", "date", "outcome", "why"]
    assert rows[1][1] == "'=1+1" and rows[2] == ["3", "X1", day(), "Came", matching.NOBODY]


def test_a_refusal_by_the_rules_of_the_journey_leaves_the_others(alice, booked, day):
    one, other = booked("A7"), booked("B8", happened_on=timezone.localdate())
    kept, _ = found_in(f"A7,{day()},came\nB8,{day()},came\n", alice)
    carried = actions.carry_out(kept, by=alice)
    assert (carried.moved, len(carried.refused)) == (1, 1)
    assert (journey_of(one), journey_of(other)) == (Journey.ATTENDED, Journey.SCHEDULED)


def test_many_rows_go_in_several_presses(alice, booked, day, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    for number in range(5):
        booked(f"A{number}")
    kept, _ = found_in("".join(f"A{number},{day()},came\n" for number in range(5)), alice)
    assert [actions.carry_out(kept, by=alice).left for _ in range(3)] == [3, 1, 0]
    assert not Referral.objects.exclude(journey=Journey.ATTENDED).exists()


def test_the_pages_lead_from_the_file_to_the_result(alice, booked, day, as_person):
    referral = booked("A7")
    client = as_person(alice)
    with io.BytesIO(f"no,when,what\nA7,{day()},came\n".encode()) as file:
        file.name = "week.csv"
        sent = client.post(reverse("exchange:outcomes"), {"file": file})
    kept = OutcomeFile.objects.get()
    assert sent["Location"] == reverse("exchange:outcome", args=[kept.pk])
    asked = client.get(sent["Location"]).content.decode()
    assert "No heading of this file says: record number, outcome" in asked
    client.post(sent["Location"], {"record_number": "0", "on": "1", "outcome": "2", "new_on": ""})
    body = client.get(sent["Location"]).content.decode()
    assert "Will be set" in body and referral.partner.name in body
    client.post(reverse("exchange:carry_out", args=[kept.pk]))
    assert journey_of(referral) == Journey.ATTENDED
    assert "Nothing left to set" in client.get(sent["Location"]).content.decode()
    assert AuditEvent.objects.filter(verb="uploaded", subject_type="outcomefile").exists()


def test_headings_nobody_knows_are_asked_about_and_not_held_against_each_row(alice, day, as_person):
    kept = factories.outcomes(f"Kto,Kiedy,Co\nA7,{day()},came\n", by=alice)
    page = as_person(alice).get(reverse("exchange:outcome", args=[kept.pk])).content.decode()
    assert "No heading of this file says: record number, date, outcome" in page
    assert "is missing" not in page and "Which column is what" in page


def test_headings_of_other_countries_are_known(alice, booked, day):
    referral = booked("A7")
    kept = factories.outcomes(f"Patientennummer;Termin;Ergebnis\nA7;{day()};erschienen\n", by=alice)
    [line] = matching.find(matching.table_of(kept), kept.matched).to_set
    assert (line.referrals, line.said) == ([referral], "Came")


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(alice, as_person):
    with io.BytesIO(b"%PDF-1.7") as file:
        file.name = "week.csv"
        body = as_person(alice).post(reverse("exchange:outcomes"), {"file": file}).content.decode()
    assert "This is a PDF" in body
    assert not OutcomeFile.objects.exists() and not StoredFile.objects.exists()


def test_more_rows_than_a_small_file_has_are_refused(alice, day, as_person):
    kept = factories.outcomes(HEADER + f"A7,{day()},came\n" * 2_001, by=alice)
    with pytest.raises(Refused, match="more than 2,000 rows"):
        matching.find(matching.table_of(kept), kept.matched)
    page = as_person(alice).get(reverse("exchange:outcome", args=[kept.pk]))
    assert "more than 2,000 rows" in page.content.decode()


def test_the_file_is_forgotten_after_seven_days(committed):
    clinic = a_clinic()
    with enter(clinic):
        factories.outcomes(by=clinic.charlie)
        OutcomeFile.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    assert not write_exports(clinic)
    with enter(clinic):
        assert (OutcomeFile.objects.count(), StoredFile.objects.count()) == (0, 0)
