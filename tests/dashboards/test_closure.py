"""CMS50-style closure on fixtures: which sent referrals are counted, and which reports close them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from referralcrm.dashboards.definitions import COUNTED
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.rows import Rows
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Location
from referrals.models import Obligation
from referrals.states import Journey, Loop, Side
from tests import factories

IN_JANUARY = datetime(2027, 1, 20, 12, tzinfo=ZoneInfo("UTC"))  # all of 2026 has matured


@pytest.fixture(autouse=True)
def after_the_year():
    with time_machine.travel(IN_JANUARY, tick=False):
        yield


def rows_of(practice, location=None):
    return Rows(Calendar(practice), Period.ending(practice.today(), 12), location)


def sent(on, *, report_on=None, **fields):
    """A referral we made, and the day on which its report came."""
    referral = factories.referral(direction="sent", happened_on=on, **fields)
    state = Loop.RECEIVED if report_on else Loop.NOT_DUE
    Obligation.objects.create(referral=referral, side=Side.THEM, state=state, sent_on=report_on)
    return referral


def counted(practice, location=None):
    rows = rows_of(practice, location)
    return set(rows.measured()), set(COUNTED["measured-closed"].rows(rows))


def test_the_last_of_october_is_in_and_the_first_of_november_is_out(riverside):
    last = sent(date(2026, 10, 31), report_on=date(2026, 11, 9))
    sent(date(2026, 11, 1), report_on=date(2026, 11, 9))
    first = sent(date(2026, 1, 1), report_on=date(2026, 1, 9))
    sent(date(2025, 12, 31), report_on=date(2026, 1, 9))
    assert counted(riverside) == ({first, last}, {first, last})


@pytest.mark.parametrize(
    "came_on, closes",
    [
        (date(2026, 10, 30), False),  # before it was made: about something else
        (date(2026, 10, 31), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_report_closes_it_from_the_day_it_was_made_to_the_end_of_the_year(came_on, closes, riverside):
    referral = sent(date(2026, 10, 31), report_on=came_on)
    assert counted(riverside) == ({referral}, {referral} if closes else set())


def test_of_two_referrals_of_one_patient_the_first_is_counted_and_only_its_own_report(riverside):
    """The second goes to another clinician, whose report closes nothing of the first."""
    first = sent(date(2026, 3, 2), partner=factories.partner("Dr Adaeze Okafor"))
    sent(
        date(2026, 5, 4),
        partner=factories.partner("Dr Tomas Lind"),
        patient=first.patient,
        report_on=date(2026, 5, 20),
    )
    assert counted(riverside) == ({first}, set())
    report = first.obligations.get()
    report.state, report.sent_on = Loop.RECEIVED, date(2026, 6, 1)
    report.save()
    assert counted(riverside) == ({first}, {first})


def test_what_is_younger_than_sixty_days_is_not_counted_yet(riverside):
    old, young = (date(2026, 10, day) for day in (11, 12))
    first = sent(old, report_on=old)
    sent(young, report_on=young)
    with time_machine.travel(datetime(2026, 12, 10, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        assert counted(riverside) == ({first}, {first})


def test_of_two_on_one_day_one_is_counted(riverside):
    first = sent(date(2026, 3, 2))
    sent(date(2026, 3, 2), patient=first.patient)
    assert len(counted(riverside)[0]) == 1


def test_a_first_referral_that_was_an_error_leaves_its_place_to_the_next(riverside):
    error = sent(date(2026, 3, 2), journey=Journey.ENTERED_IN_ERROR)
    second = sent(date(2026, 5, 4), patient=error.patient)
    assert counted(riverside)[0] == {second}


def test_one_the_year_before_takes_nothing_away(riverside):
    before = sent(date(2025, 3, 2))
    this_year = sent(date(2026, 5, 4), patient=before.patient)
    assert counted(riverside)[0] == {this_year}


def test_a_patients_first_referral_is_the_first_anywhere(riverside):
    """At another location the second one does not become a first."""
    here, there = (Location.objects.create(name=name) for name in ("Here", "There"))
    first = sent(date(2026, 3, 2), location=here)
    sent(date(2026, 5, 4), location=there, patient=first.patient)
    assert counted(riverside, there)[0] == set()
    assert counted(riverside, here)[0] == {first}


def test_what_was_received_is_another_matter(riverside):
    received = factories.referral(happened_on=date(2026, 2, 2))
    onward = sent(date(2026, 5, 4), patient=received.patient)
    assert counted(riverside)[0] == {onward}


def test_a_second_report_of_one_referral_changes_nothing(riverside):
    first = sent(date(2026, 3, 2), report_on=date(2026, 4, 1))
    Obligation.objects.create(referral=first, side=Side.THEM, kind="final", state=Loop.NOT_DUE)
    assert counted(riverside) == ({first}, {first})
