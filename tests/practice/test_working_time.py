"""The practice's open hours as a measure of time: additive, never running back, zero while closed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Practice

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # skipped a whole day in 2011
    "Asia/Kathmandu",
    "America/Sao_Paulo",  # until 2018 its clocks changed at midnight
]
HOUR = timedelta(hours=1)


def calendar(zone="Europe/London", *, country="GB", opens=time(8), closes=time(18), days=range(5), closed=()):
    practice = Practice(
        time_zone=zone,
        country=country,
        region="ENG",
        opens_at=opens,
        closes_at=closes,
        working_days=list(days),
    )
    return Calendar(practice, closed=dict.fromkeys(closed, "closed"))


def london(*when):
    return datetime(*when, tzinfo=ZoneInfo("Europe/London"))


moments = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
a_while = st.timedeltas(timedelta(), timedelta(days=12))
calendars = st.builds(
    lambda zone, hours, days, country: calendar(
        zone, country=country, opens=min(hours), closes=max(hours), days=days
    ),
    st.sampled_from(ZONES),
    st.tuples(st.times(), st.times()),
    st.sets(st.integers(0, 6)),
    st.sampled_from(["GB", "US", "DE", "XX"]),
)


@settings(max_examples=60, deadline=None)
@given(days=calendars, start=moments, one=a_while, two=a_while)
def test_neighbouring_spans_add_up_and_time_never_runs_back(days, start, one, two):
    middle, end = start + one, start + one + two
    first, whole = days.working_time(start, middle), days.working_time(start, end)
    assert first + days.working_time(middle, end) == whole
    assert timedelta() <= first <= whole
    assert first <= one  # never more than has passed
    assert days.working_time(end, start) == timedelta()


@settings(max_examples=60, deadline=None)
@given(days=calendars, day=st.dates(date(2009, 1, 1), date(2030, 1, 1)))
def test_a_closed_day_holds_nothing_and_an_open_one_what_lies_between_its_doors(days, day):
    opens, closes = days.open_hours(day)
    assert opens <= closes
    assert days.working_time(opens, closes) == closes - opens
    if not days.is_working_day(day):
        assert opens == closes
    zone = days.practice.zone
    midnight, next_one = (datetime.combine(day + timedelta(days=n), time(), tzinfo=zone) for n in (0, 1))
    assert days.working_time(midnight, next_one) == closes - opens


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=moments,
    span=st.timedeltas(timedelta(), timedelta(hours=60)),
)
def test_after_a_span_exactly_that_much_has_been_worked_and_not_earlier(zone, start, span):
    days = calendar(zone)
    end = days.after_working_time(start, span)
    assert days.working_time(start, end) == span
    if end > start:
        assert days.working_time(start, end - timedelta(microseconds=1)) < span


@pytest.mark.parametrize(
    "start, end, hours",
    [
        (london(2026, 3, 2, 9), london(2026, 3, 2, 11), 2),
        (london(2026, 3, 2, 17), london(2026, 3, 3, 9), 2),  # over a night
        (london(2026, 3, 6, 17), london(2026, 3, 9, 9), 2),  # over a weekend
        (london(2026, 4, 2, 17), london(2026, 4, 7, 9), 2),  # over Easter: Good Friday and Easter Monday
        (london(2026, 3, 7, 9), london(2026, 3, 8, 20), 0),
        (london(2026, 3, 27, 17), london(2026, 3, 30, 9), 2),  # the clocks went forward
        (london(2026, 10, 23, 17), london(2026, 10, 26, 9), 2),  # and back
    ],
)
def test_only_hours_in_which_somebody_is_there_count(start, end, hours):
    assert calendar().working_time(start, end) == hours * HOUR


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is():
    always = calendar(opens=time(0), closes=time(6), days=range(7))
    forward, back = london(2026, 3, 29), london(2026, 10, 25)
    assert always.working_time(forward, forward + timedelta(days=1)) == 5 * HOUR
    assert always.working_time(back, back + timedelta(days=1)) == 7 * HOUR
    assert always.working_time(london(2026, 3, 29, 0, 30), london(2026, 3, 29, 2, 30)) == HOUR
    assert always.after_working_time(london(2026, 3, 29, 0, 30), HOUR) == london(2026, 3, 29, 2, 30)


def test_a_day_the_practice_is_closed_does_not_count():
    days = calendar(closed=[date(2026, 3, 3)])
    assert days.working_time(london(2026, 3, 2, 17), london(2026, 3, 4, 9)) == 2 * HOUR
    assert days.closing_after(london(2026, 3, 2, 10), 1) == london(2026, 3, 4, 18)


def test_two_working_hours_on_friday_evening_end_on_monday_morning():
    assert calendar().after_working_time(london(2026, 3, 6, 17), 2 * HOUR) == london(2026, 3, 9, 9)


def test_a_practice_that_never_opens_still_gets_an_answer():
    assert calendar(days=()).after_working_time(london(2026, 3, 6, 17), HOUR) > london(2027, 3, 6, 17)
