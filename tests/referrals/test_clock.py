"""What a clock says, over made-up histories, practices and calendars; no database is asked."""

from datetime import date, timedelta

import pytest
import time_machine
from django_scopes import scope
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.models import Terms
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Practice
from referrals.actions.clock import Clock, Course, on_hold
from referrals.models import Obligation
from referrals.states import CLOSED, REPORTED, WITHOUT_A_DAY, Journey, Loop, ReportKind, Side

TODAY = date(2026, 11, 24)
FIRST = date(2026, 10, 1)
ZONES = ["Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"]
OFTEN = settings(max_examples=200, deadline=None)
days = st.integers(0, 120).map(lambda n: FIRST + timedelta(days=n))
numbers = st.none() | st.integers(1, 60)


@pytest.fixture(autouse=True)
def on_a_tuesday():
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False), scope(practice=Practice(name="Anywhere")):
        yield


@st.composite
def calendars(draw):
    practice = Practice(
        name="Anywhere",
        time_zone=draw(st.sampled_from(ZONES)),
        country=draw(st.sampled_from(["GB", "US", "NZ", "IN"])),
        working_days=sorted(draw(st.sets(st.integers(0, 6), min_size=1))),
    )
    return Calendar(practice, closed=dict.fromkeys(draw(st.lists(days, max_size=5)), "closed"))


@st.composite
def courses(draw):
    """A referral as it may stand after any history."""
    attended_on = draw(st.none() | days)
    held = draw(st.lists(st.tuples(days, st.none() | days), max_size=2))
    visits_on = draw(st.none() | days)
    return Course(
        journey=draw(st.sampled_from(list(Journey))),
        partner_id=draw(st.sampled_from([None, "partner", "partner", "partner"])),
        attended_on=attended_on,
        ended_on=attended_on and draw(st.none() | days.map(lambda day: max(day, attended_on))),
        in_care_on=draw(st.none() | days),
        next_visit_on=draw(st.none() | days),
        visits=draw(st.integers(0, 40)) if visits_on else 0,
        visits_on=visits_on,
        holds=tuple((since, until and max(since, until)) for since, until in held),
    )


terms = st.builds(
    Terms,
    report_within_days=st.integers(1, 60),
    interim_every_days=numbers,
    interim_every_visits=st.none() | st.integers(1, 12),
)


@st.composite
def told(draw):
    """Reports of one side that follow one another, each in a state that a person may have left it in."""
    kinds = [(ReportKind.INITIAL, 1), (ReportKind.INTERIM, 1), (ReportKind.INTERIM, 2), (ReportKind.FINAL, 1)]
    reports = []
    for kind, number in kinds[: draw(st.integers(1, 4))]:
        state = draw(
            st.sampled_from([Loop.NOT_DUE, Loop.DUE, Loop.SENT, Loop.ACKNOWLEDGED, Loop.NOT_REQUIRED])
        )
        report = Obligation(kind=kind, number=number, side=Side.US, state=state)
        if state in REPORTED:
            report.sent_on = draw(days)
        if state == Loop.NOT_REQUIRED:
            report.waived_because_sealed = b"sealed"
        report.visit_on = draw(st.none() | days)
        reports.append(report)
    return reports


@OFTEN
@given(course=courses(), terms=terms, calendar=calendars(), reports=told())
def test_no_clock_is_both_running_and_stopped_and_each_says_why(course, terms, calendar, reports):
    clock = Clock(course, terms, calendar)
    for report in reports:
        says = clock.read(report, reports)
        state, due_on = says["state"], says["due_on"]
        assert state in {Loop.DUE, Loop.PAUSED, Loop.NOT_DUE, Loop.NOT_REQUIRED}
        assert (state == Loop.DUE) == (due_on is not None)
        assert (state in WITHOUT_A_DAY) == (due_on is None)
        assert (state == Loop.NOT_REQUIRED) == bool(says["not_required_because"])
        assert state != Loop.DUE or says["due_because"]
        assert state != Loop.PAUSED or course.journey == Journey.ON_HOLD
        assert state != Loop.DUE or course.journey != Journey.ON_HOLD
        assert len(says["due_because"]) <= 120


@OFTEN
@given(course=courses(), terms=terms, calendar=calendars(), reports=told())
def test_a_day_is_a_working_day_or_the_day_the_clock_was_set_going(course, terms, calendar, reports):
    facts = {course.attended_on, course.ended_on, *(report.sent_on for report in reports)}
    for report in reports:
        says = Clock(course, terms, calendar).read(report, reports)
        if says["state"] == Loop.DUE:
            assert calendar.is_working_day(says["due_on"]) or says["due_on"] in facts
            began = min(day for day in facts if day)
            assert says["due_on"] >= began


@OFTEN
@given(course=courses(), terms=terms, calendar=calendars(), reports=told())
def test_it_keeps_both_promises(course, terms, calendar, reports):
    """Never later than agreed after the first visit, nor than the working day before the next visit there."""
    first = reports[0]
    first.visit_on = None
    says = Clock(course, terms, calendar).read(first, reports)
    if says["state"] != Loop.DUE:
        return
    seen = course.attended_on
    assert says["due_on"] <= seen + timedelta(days=terms.report_within_days + course.held_since(seen))
    if course.next_visit_on and course.next_visit_on > seen:
        assert says["visit_on"] == course.next_visit_on
        assert says["due_on"] <= max(seen, calendar.add_working_days(course.next_visit_on, -1))
    else:
        assert says["visit_on"] is None


@OFTEN
@given(course=courses(), terms=terms, calendar=calendars(), reports=told())
def test_nothing_is_invented(course, terms, calendar, reports):
    """A clock runs only from a day that somebody wrote down, and dates of visits are those that were."""
    for report in reports:
        says = Clock(course, terms, calendar).read(report, reports)
        if course.attended_on is None:
            assert says["state"] in {Loop.NOT_DUE, Loop.NOT_REQUIRED}
        assert says["visit_on"] in {None, course.next_visit_on, report.visit_on}
        assert says["reached_on"] in {None, report.reached_on, course.visits_on}


@OFTEN
@given(course=courses(), terms=terms, calendar=calendars(), reports=told())
def test_what_comes_next_comes_once_and_only_after_what_was_before(course, terms, calendar, reports):
    wanted = Clock(course, terms, calendar).wanted(reports)
    if wanted is None:
        return
    kind, number = wanted
    assert (kind, number) not in {(report.kind, report.number) for report in reports}
    assert course.attended_on and course.partner_id and course.journey != Journey.ENTERED_IN_ERROR
    if kind == ReportKind.INTERIM:
        assert terms.has_interim and course.journey not in CLOSED
        assert not any(report.is_open for report in reports if report.kind != ReportKind.FINAL)
    else:
        assert course.journey in CLOSED and any(report.sent_on for report in reports)


def test_hold_and_error_are_read_from_the_steps_of_the_journey():
    steps = [
        ("attended", "on_hold", date(2026, 11, 2)),
        ("on_hold", "entered_in_error", date(2026, 11, 3)),
        ("entered_in_error", "on_hold", date(2026, 11, 4)),
        ("on_hold", "attended", date(2026, 11, 9)),
        ("attended", "on_hold", date(2026, 11, 20)),
    ]
    holds = on_hold(steps)
    assert holds == ((date(2026, 11, 2), date(2026, 11, 9)), (date(2026, 11, 20), None))
    course = Course(journey="on_hold", partner_id="partner", holds=holds)
    assert [course.held_since(date(2026, 11, day)) for day in (1, 5, 9)] == [7, 4, 0]


def clock(calendar=None, *, agreed=None, **course):
    calendar = calendar or Calendar(Practice(country="GB", working_days=[0, 1, 2, 3, 4]), closed={})
    values = {"journey": "in_care", "partner_id": "partner", "attended_on": date(2026, 11, 3)} | course
    return Clock(Course(**values), Terms(**(agreed or {})), calendar)


def sent(on, **fields):
    return Obligation(side=Side.US, state=Loop.SENT, sent_on=on, **fields)


def test_a_promise_that_ends_on_a_holiday_is_due_the_working_day_before():
    christmas = clock(attended_on=date(2026, 12, 18)).read(Obligation())
    assert christmas["due_on"] == date(2026, 12, 24), "25 December is a holiday"
    assert christmas["due_because"] == "7 days after the first visit; Friday 25 Dec is no working day"


def test_a_progress_report_counts_from_the_report_that_left_last():
    first, second = sent(date(2026, 11, 5)), Obligation(kind="interim", number=1)
    says = clock(agreed={"interim_every_days": 14}).read(second, [first, second])
    assert (says["due_on"], says["due_because"]) == (date(2026, 11, 19), "14 days after the report of 5 Nov")
    third = Obligation(kind="interim", number=2)
    waived = Obligation(kind="interim", number=1, state=Loop.NOT_REQUIRED, waived_because_sealed=b"sealed")
    says = clock(agreed={"interim_every_days": 14}).read(third, [first, waived, third])
    assert says["due_on"] == date(2026, 12, 3), "one was not needed; the next is due where it would have been"


def test_a_progress_report_waits_for_its_visits_and_keeps_the_day_they_were_reached():
    first, second = sent(date(2026, 11, 5)), Obligation(kind="interim", number=1)
    agreed = {"interim_every_visits": 6}
    says = clock(agreed=agreed, visits=5, visits_on=date(2026, 11, 9)).read(second, [first, second])
    assert (says["state"], says["due_because"]) == (Loop.NOT_DUE, "visit 6 has not been counted yet")
    says = clock(agreed=agreed, visits=6, visits_on=date(2026, 11, 10)).read(second, [first, second])
    assert (says["due_on"], says["reached_on"]) == (date(2026, 11, 17), date(2026, 11, 10))
    second.reached_on = says["reached_on"]
    says = clock(agreed=agreed, visits=9, visits_on=date(2026, 11, 20)).read(second, [first, second])
    assert says["due_on"] == date(2026, 11, 17), "later visits do not move it"


def test_a_progress_report_does_not_precede_a_visit_that_a_report_preceded_already():
    first = sent(date(2026, 11, 5), visit_on=date(2026, 11, 10))
    second = Obligation(kind="interim", number=1)
    agreed = {"interim_every_days": 30}
    says = clock(agreed=agreed, next_visit_on=date(2026, 11, 10)).read(second, [first, second])
    assert says["due_on"] == date(2026, 12, 4)  # the 5th is a Saturday
    says = clock(agreed=agreed, next_visit_on=date(2026, 11, 25)).read(second, [first, second])
    assert says["due_on"] == date(2026, 11, 24)


def test_a_visit_that_was_missed_stays_missed_when_the_next_one_is_known():
    report = Obligation(visit_on=date(2026, 11, 10))
    says = clock(next_visit_on=date(2026, 12, 1)).read(report)
    assert (says["visit_on"], says["due_on"]) == (date(2026, 11, 10), date(2026, 11, 9))


def test_a_visit_on_the_day_of_the_first_one_cannot_be_preceded():
    says = clock(next_visit_on=date(2026, 11, 3)).read(Obligation())
    assert (says["visit_on"], says["due_because"]) == (None, "7 days after the first visit")


def test_a_visit_is_missed_once_its_day_is_over():
    for day, stays in ((23, True), (24, False)):  # it is the 24th
        visit, later = date(2026, 11, day), date(2026, 12, 1)
        says = clock(next_visit_on=later).read(Obligation(visit_on=visit))
        assert says["visit_on"] == (visit if stays else later)


@pytest.mark.parametrize(
    "seen, visit, due, because",
    [
        ("2026-03-30", "2026-04-06", "2026-04-02", "back with the referrer on Monday 6 Apr"),  # Good Friday
        ("2026-11-06", "2026-11-09", "2026-11-06", "back with the referrer on Monday 9 Nov"),
        ("2026-11-07", "2026-11-09", "2026-11-07", "back with the referrer on Monday 9 Nov"),  # a Saturday
        ("2026-11-03", "2026-11-10", "2026-11-09", "back with the referrer on Tuesday 10 Nov"),
        ("2026-11-03", "2026-11-11", "2026-11-10", "7 days after the first visit"),  # both on one day
        ("2026-11-07", None, "2026-11-13", "7 days after the first visit; Saturday 14 Nov is no working day"),
    ],
)
def test_the_words_are_those_of_the_promise_that_comes_first(seen, visit, due, because):
    back = visit and date.fromisoformat(visit)
    says = clock(attended_on=date.fromisoformat(seen), next_visit_on=back).read(Obligation())
    assert (says["due_on"].isoformat(), says["due_because"]) == (due, because)
