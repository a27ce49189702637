"""Reports that follow one another until care ends, and the clocks of a new referral."""

from datetime import date, timedelta

import pytest

from partners.actions import agree
from referralcrm.core.refused import Refused, Stale
from referrals.actions import (
    acknowledge,
    count_visits,
    expect_back,
    move,
    receive,
    record_report,
    send,
    take_acknowledgement_back,
    take_report_back,
    take_step_back,
    update,
    waive_report,
)
from referrals.models import Referral
from referrals.models.firsts import back_with_referrer, reported_first
from referrals.states import Loop, Source, Verb
from tests.referrals.conftest import TUESDAY

MONDAY = TUESDAY - timedelta(days=1)
LAST_WEEK = TUESDAY - timedelta(days=7)


@pytest.fixture
def referral(okafor, kim, alice):
    return receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)


def stand(referral):
    """Kind, number and state of every report, with the day it is due."""
    rows = referral.obligations.order_by("pk")
    return [(row.kind, row.number, row.state, row.due_on) for row in rows]


def now(referral):
    return Referral.objects.get(pk=referral.pk)


def report(referral, kind, number=1):
    return referral.obligations.select_related("referral").get(kind=kind, number=number)


def test_first_progress_and_final_report_follow_one_another(okafor, referral, alice):
    agree(okafor, version=0, by=alice, report_within_days=5, interim_every_days=30)
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    assert stand(referral) == [("initial", 1, Loop.DUE, LAST_WEEK + timedelta(days=3))], "Sunday: the Friday"
    record_report(report(referral, "initial"), by=alice, on=MONDAY)
    assert stand(referral)[1:] == [("interim", 1, Loop.DUE, MONDAY + timedelta(days=30))]
    record_report(report(referral, "interim"), by=alice, on=MONDAY)
    assert [row[:3] for row in stand(referral)[2:]] == [("interim", 2, Loop.DUE)]
    move(referral, Verb.COMPLETE, by=alice)
    assert stand(referral)[2:] == [
        ("interim", 2, Loop.NOT_REQUIRED, None),
        ("final", 1, Loop.DUE, TUESDAY + timedelta(days=3)),
    ], "5 days end on a Sunday"
    take_step_back(now(referral), by=alice)
    assert [row[:3] for row in stand(referral)[2:]] == [("interim", 2, Loop.DUE), ("final", 1, Loop.NOT_DUE)]


def test_a_single_visit_has_one_report(referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    record_report(report(referral, "initial"), by=alice, on=MONDAY)
    move(referral, Verb.COMPLETE, by=alice)
    assert len(stand(referral)) == 1


@pytest.mark.parametrize("sent_on, is_another", [(MONDAY, True), (TUESDAY, False)])
def test_a_report_that_left_when_care_was_over_says_how_it_ended(sent_on, is_another, referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    move(referral, Verb.START_CARE, by=alice, on=LAST_WEEK)
    move(referral, Verb.COMPLETE, by=alice, on=TUESDAY)
    record_report(report(referral, "initial"), by=alice, on=sent_on)
    assert (len(stand(referral)) == 2) is is_another


def test_a_first_report_that_was_not_sent_after_all_stops_what_followed(okafor, referral, alice):
    agree(okafor, version=0, by=alice, interim_every_days=30)
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    record_report(report(referral, "initial"), by=alice, on=MONDAY)
    take_report_back(report(referral, "initial"), by=alice)
    assert [row[2] for row in stand(referral)] == [Loop.DUE, Loop.NOT_DUE]
    waiting = report(referral, "interim")
    assert waiting.explained == "Not due yet: the report before it comes first."
    waive_report(report(referral, "initial"), by=alice, reason="They asked for none")
    assert report(referral, "interim").due_on == LAST_WEEK + timedelta(days=30)


def test_on_hold_the_clock_stands_still_and_runs_on_afterwards(referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    move(referral, Verb.HOLD, by=alice, on=LAST_WEEK + timedelta(days=1))
    assert stand(referral)[0][2:] == (Loop.PAUSED, None)
    assert "stands still" in report(referral, "initial").explained
    move(referral, Verb.RESUME, by=alice, on=LAST_WEEK + timedelta(days=4))
    resumed = report(referral, "initial")
    assert resumed.due_on == TUESDAY + timedelta(days=3)
    assert resumed.due_because == "7 days after the first visit, and 3 days on hold"


def test_a_change_of_what_is_agreed_moves_the_clocks_that_run(okafor, referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=LAST_WEEK)
    agreement = agree(okafor, version=0, by=alice, report_within_days=14)
    assert stand(referral)[0][3] == LAST_WEEK + timedelta(days=14)
    with pytest.raises(Stale):
        agree(okafor, version=0, by=alice, report_within_days=3)
    record_report(report(referral, "initial"), by=alice, on=MONDAY)
    agree(okafor, version=agreement.version, by=alice, interim_every_visits=3)
    assert stand(referral)[1][:3] == ("interim", 1, Loop.NOT_DUE), "promised from now on"
    count_visits(now(referral), number=3, by=alice, on=MONDAY)
    assert stand(referral)[1][2:] == (Loop.DUE, MONDAY + timedelta(days=14))


@pytest.mark.parametrize("number, on, says", [(-1, None, "Between"), (2, LAST_WEEK, "the first visit")])
def test_a_count_that_cannot_be_is_refused(number, on, says, referral, alice):
    with pytest.raises(Refused, match="not come yet"):
        count_visits(referral, number=1, by=alice)
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    with pytest.raises(Refused, match=says):
        count_visits(now(referral), number=number, by=alice, on=on)


def test_the_next_visit_moves_the_report_and_its_page_says_why(referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    expect_back(now(referral), on=date(2026, 11, 26), by=alice)
    said = "Due Wednesday 25 Nov: the patient is back with the referrer on Thursday 26 Nov."
    assert report(referral, "initial").explained == said
    expect_back(now(referral), on=None, by=alice)
    assert report(referral, "initial").explained == "Due Monday 30 Nov: 7 days after the first visit."


def test_a_visit_that_passed_without_the_report_is_not_forgotten(okafor, kim, alice):
    earlier = TUESDAY - timedelta(days=20)
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=earlier, next_visit_on=LAST_WEEK)
    move(referral, Verb.ATTEND, by=alice, on=earlier + timedelta(days=1))
    expect_back(now(referral), on=TUESDAY + timedelta(days=9), by=alice)
    assert report(referral, "initial").visit_on == LAST_WEEK
    record_report(report(referral, "initial"), by=alice)
    rows = Referral.objects.all()
    assert list(back_with_referrer(rows, TUESDAY)) == [now(referral)] and not reported_first(rows, TUESDAY)


def test_a_visit_that_was_a_mistake_is(okafor, kim, alice):
    earlier = TUESDAY - timedelta(days=20)
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=earlier, next_visit_on=LAST_WEEK)
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    update(now(referral), version=now(referral).version, by=alice, next_visit_on=TUESDAY + timedelta(days=9))
    assert report(referral, "initial").visit_on == TUESDAY + timedelta(days=9)


def test_a_referrer_is_told_within_a_working_day(okafor, kim, alice):
    friday = date(2026, 11, 20)
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=friday)
    assert referral.acknowledge_by == MONDAY
    assert now(acknowledge(referral, by=alice)).acknowledged_on == TUESDAY
    with pytest.raises(Refused, match="told already"):
        acknowledge(now(referral), by=alice)
    take_acknowledgement_back(now(referral), by=alice)
    assert (now(referral).acknowledge_by, now(referral).acknowledged_on) == (MONDAY, None)


@pytest.mark.parametrize(
    "verb, told_on",
    [
        (Verb.ACCEPT, TUESDAY),
        (Verb.DECLINE, TUESDAY),
        (Verb.ATTEND, TUESDAY),
        (Verb.PATIENT_DECLINES, None),
        (Verb.HOLD, None),
    ],
)
def test_answering_tells_them_and_other_exits_only_stop_the_clock(verb, told_on, referral, alice):
    move(referral, verb, by=alice, reason="as asked")
    assert (now(referral).acknowledge_by, now(referral).acknowledged_on) == (None, told_on)
    take_step_back(now(referral), by=alice)
    assert now(referral).acknowledge_by is not None and now(referral).acknowledged_on is None


def test_after_a_hold_they_are_told_within_a_working_day_of_its_end(referral, alice):
    move(referral, Verb.HOLD, by=alice, on=MONDAY)
    move(referral, Verb.RESUME, by=alice, on=TUESDAY)
    assert now(referral).acknowledge_by == TUESDAY + timedelta(days=1)


def test_nobody_waits_for_a_word_where_nobody_referred(okafor, kim, alice):
    alone = receive(by=alice, patient=kim, source=Source.SELF, happened_on=TUESDAY)
    onward = send(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    assert (alone.acknowledge_by, onward.acknowledge_by) == (None, None)
    update(alone, version=alone.version, by=alice, source=Source.PARTNER, partner=okafor)
    assert now(alone).acknowledge_by == TUESDAY + timedelta(days=1)


@pytest.mark.parametrize("log", [receive, send])
def test_an_appointment_that_was_promised_begins_anew_when_they_did_not_come(log, okafor, kim, alice):
    agree(okafor, version=0, by=alice, appointment_within_days=10)
    referral = log(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)
    assert referral.appointment_by == date(2026, 11, 27)
    move(referral, Verb.SCHEDULE, by=alice, on=LAST_WEEK, appointment_on=MONDAY)
    assert now(referral).appointment_by is None
    move(referral, Verb.MISS, by=alice, on=MONDAY)
    assert now(referral).appointment_by == date(2026, 12, 3)
    take_step_back(now(referral), by=alice)
    assert now(referral).appointment_by is None


def test_what_would_be_late_at_once_is_not_asked_for_by_a_new_agreement(okafor, kim, alice):
    long_ago = TUESDAY - timedelta(days=60)
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=long_ago)
    move(referral, Verb.ATTEND, by=alice, on=long_ago)
    record_report(report(referral, "initial"), by=alice, on=long_ago)
    agree(okafor, version=0, by=alice, interim_every_days=30)
    assert len(stand(referral)) == 1
