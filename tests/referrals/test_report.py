from datetime import date, timedelta

import pytest

from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.models import ClosedDay
from referrals.actions import (
    confirm_report,
    move,
    receive,
    record_report,
    send,
    take_report_back,
    waive_report,
)
from referrals.models import Obligation
from referrals.states import Loop, Verb
from tests.referrals.conftest import TUESDAY

MONDAY = TUESDAY - timedelta(days=1)
LAST_WEEK = TUESDAY - timedelta(days=7)


@pytest.fixture
def referral(okafor, kim, alice):
    return receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)


def report_on(referral):
    return Obligation.objects.get(referral=referral)


def test_the_clock_starts_when_the_patient_came(referral, alice):
    move(referral, Verb.ACCEPT, by=alice)
    assert report_on(referral).state == Loop.NOT_DUE
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    report = report_on(referral)
    assert (report.state, report.due_on) == (Loop.DUE, MONDAY + timedelta(days=7))
    assert report.due_because == "7 days after the first visit"


def test_it_is_due_one_working_day_before_the_patient_is_back(okafor, kim, alice, riverside):
    ClosedDay.objects.create(on=date(2026, 11, 27), why="training")
    referral = receive(
        by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK, next_visit_on=date(2026, 11, 30)
    )
    move(referral, Verb.ATTEND, by=alice)
    report = report_on(referral)
    assert report.due_on == date(2026, 11, 26), "Friday is closed and the weekend is no working day"
    assert report.due_because == "back with the referrer on Monday 30 Nov"


def test_a_visit_long_after_leaves_seven_days(okafor, kim, alice):
    referral = receive(
        by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK, next_visit_on=date(2026, 12, 10)
    )
    move(referral, Verb.ATTEND, by=alice)
    assert report_on(referral).due_on == TUESDAY + timedelta(days=7)


def test_it_is_never_due_before_the_patient_came(okafor, kim, alice):
    saturday, monday = date(2026, 11, 21), date(2026, 11, 23)
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK, next_visit_on=monday)
    move(referral, Verb.ATTEND, by=alice, on=saturday)
    assert report_on(referral).due_on == saturday, "the working day before Monday was the Friday"


def test_a_visit_that_was_before_the_first_one_does_not_count(okafor, kim, alice):
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK, next_visit_on=MONDAY)
    move(referral, Verb.ATTEND, by=alice)
    assert report_on(referral).due_because == "7 days after the first visit"


@pytest.mark.parametrize(
    "verb, because",
    [
        (Verb.DECLINE, "The referral was declined."),
        (Verb.CANCEL, "The referral was cancelled."),
        (Verb.PATIENT_DECLINES, "The patient declined."),
        (Verb.MARK_UNREACHABLE, "The patient could not be reached."),
        (Verb.ENTER_IN_ERROR, "The referral was entered in error."),
    ],
)
def test_a_side_exit_stops_the_clock_and_reopening_starts_it(verb, because, referral, alice, charlie):
    move(referral, verb, by=alice, reason="as asked")
    report = report_on(referral)
    assert (report.state, report.why_not_required) == (Loop.NOT_REQUIRED, because)
    back = Verb.UNDO_ERROR if verb == Verb.ENTER_IN_ERROR else Verb.REOPEN
    move(referral, back, by=charlie, reason="called again")
    report = report_on(referral)
    assert (report.state, report.why_not_required) == (Loop.NOT_DUE, "")


def test_a_patient_who_came_and_stopped_coming_is_still_reported_about(referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    move(referral, Verb.DISCONTINUE, by=alice, reason="moved away")
    report = report_on(referral)
    assert (report.state, report.due_on) == (Loop.DUE, MONDAY + timedelta(days=7))


def test_an_undone_error_gives_the_same_due_date_back(referral, alice, charlie):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    move(referral, Verb.ENTER_IN_ERROR, by=alice, reason="wrong chart")
    assert (report_on(referral).state, report_on(referral).due_on) == (Loop.NOT_REQUIRED, None)
    move(referral, Verb.UNDO_ERROR, by=charlie, reason="right chart")
    assert report_on(referral).due_on == MONDAY + timedelta(days=7)


def test_sent_and_confirmed_are_two_facts(referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    record_report(report_on(referral), by=alice, on=MONDAY)
    report = report_on(referral)
    assert (report.state, report.sent_on, report.acknowledged_on) == (Loop.SENT, MONDAY, None)
    confirm_report(report, by=alice)
    report = report_on(referral)
    assert (report.state, report.sent_on, report.acknowledged_on) == (Loop.ACKNOWLEDGED, MONDAY, TUESDAY)


def test_a_report_of_theirs_is_received(okafor, kim, alice):
    referral = send(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)
    record_report(report_on(referral), by=alice)
    assert report_on(referral).state == Loop.RECEIVED


def test_a_sent_report_is_left_alone_by_the_journey(referral, alice):
    record_report(report_on(referral), by=alice, on=MONDAY)
    move(referral, Verb.ATTEND, by=alice)
    move(referral, Verb.ENTER_IN_ERROR, by=alice, reason="wrong chart")
    assert (report_on(referral).state, report_on(referral).sent_on) == (Loop.SENT, MONDAY)


def test_what_a_person_waived_stays_waived_until_taken_back(referral, alice):
    with pytest.raises(Refused, match="Say why"):
        waive_report(report_on(referral), by=alice, reason="")
    waive_report(report_on(referral), by=alice, reason="They asked for none")
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    assert report_on(referral).why_not_required == "They asked for none"
    take_report_back(report_on(referral), by=alice)
    assert (report_on(referral).state, report_on(referral).due_on) == (
        Loop.DUE,
        MONDAY + timedelta(days=7),
    )


@pytest.mark.parametrize(
    "on, says",
    [(TUESDAY + timedelta(days=1), "not come yet"), (LAST_WEEK - timedelta(days=1), "before the referral")],
)
def test_a_report_on_an_impossible_day_is_refused(on, says, referral, alice):
    with pytest.raises(Refused, match=says):
        record_report(report_on(referral), by=alice, on=on)


def test_a_confirmation_does_not_come_before_the_report(referral, alice):
    record_report(report_on(referral), by=alice, on=MONDAY)
    with pytest.raises(Refused, match="before the report"):
        confirm_report(report_on(referral), by=alice, on=LAST_WEEK)


def test_of_two_people_the_second_is_told(referral, alice, bob):
    seen_by_bob = report_on(referral)
    record_report(report_on(referral), by=alice)
    with pytest.raises(Stale):
        waive_report(seen_by_bob, by=bob, reason="no")
    with pytest.raises(Stale):
        confirm_report(report_on(referral), by=bob, version=1)
    with pytest.raises(Refused, match="already sent"):
        record_report(report_on(referral), by=bob)
