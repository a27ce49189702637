"""Every week exactly once, whatever clocks, holidays and restarts do: six zones over ten years."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.actions import week
from referralcrm.practice.calendar import Calendar, first_instant
from referralcrm.practice.models import Practice

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/St_Johns",
    "Pacific/Apia",  # skipped a whole day in 2011
    "Asia/Kathmandu",
]
FIRST = date(2026, 1, 5)
MONDAYS = [FIRST + timedelta(weeks=n) for n in range(522)]


def calendar(zone, closed=()):
    return Calendar(Practice(time_zone=zone, country="GB"), closed=dict.fromkeys(closed, "closed"))


@pytest.mark.parametrize("zone", ZONES)
def test_every_week_of_ten_years_is_due_once_at_eight_oclock_in_its_own_week(zone):
    days = calendar(zone)
    due = [week.due_at(days, monday) for monday in MONDAYS]
    assert due == sorted(set(due))
    for monday, at in zip(MONDAYS, due, strict=True):
        local = at.astimezone(ZoneInfo(zone))
        assert local.time() == time(8)
        assert monday <= local.date() <= monday + timedelta(days=6)
        assert week.period_of(local.date()) == week.period_of(monday)
        assert days.is_working_day(local.date())


@pytest.mark.parametrize("zone", ZONES)
def test_a_clock_that_ticks_unevenly_meets_every_week_exactly_once(zone):
    days, met = calendar(zone), []
    now = datetime(2026, 1, 5, tzinfo=UTC)
    steps = [timedelta(hours=31), timedelta(minutes=1), timedelta(hours=-2), timedelta(hours=47)]
    for n in range(1200):
        now += steps[n % len(steps)]
        period, at = week.latest_due(days, now)
        assert at <= now
        if period not in met:
            met.append(period)
    assert met == [week.period_of(monday) for monday in MONDAYS][: len(met)]
    assert len(met) > 130


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2026, 1, 12), datetime(2035, 12, 1), timezones=st.just(UTC)),
    closed=st.sets(st.integers(0, 20), max_size=9),
)
def test_the_newest_due_week_and_the_next_one_enclose_now(zone, now, closed):
    monday = now.date() - timedelta(days=now.weekday())
    days = calendar(zone, [monday + timedelta(days=offset - 7) for offset in closed])
    period, at = week.latest_due(days, now)
    later, next_at = week.next_due(days, now)
    assert at <= now < next_at
    assert period < later
    assert week.due_at(days, week.monday_of(period)) == at


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from([*ZONES, "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut"]),
    day=st.dates(date(2005, 1, 1), date(2035, 12, 31)),
    at=st.times().map(lambda moment: moment.replace(microsecond=0)),
)
def test_a_local_time_comes_once_and_never_before_itself(zone, day, at):
    zone = ZoneInfo(zone)
    instant = first_instant(day, at, zone)
    local = instant.astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(day, at)
    assert local >= wanted
    second_before = (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert second_before < wanted
    if local != wanted:
        assert first_instant(day, at, zone) == first_instant(local.date(), local.time(), zone)


@pytest.mark.parametrize(
    "zone, day, at, instant",
    [
        ("Europe/London", date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # a gap
        (
            "Europe/London",
            date(2026, 10, 25),
            time(1, 30),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),  # twice
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        (
            "Pacific/Apia",
            date(2011, 12, 30),
            time(8),
            datetime(2011, 12, 30, 10, 0, tzinfo=UTC),
        ),  # no such day
    ],
)
def test_a_gap_ends_at_its_first_valid_instant_and_an_overlap_is_met_once(zone, day, at, instant):
    assert first_instant(day, at, ZoneInfo(zone)) == instant


@pytest.mark.parametrize(
    "country, zone", [("US", "America/New_York"), ("DE", "Europe/Berlin"), ("GB", "Europe/London")]
)
def test_public_holidays_only_ever_move_a_run_later_in_the_same_week(country, zone):
    days = Calendar(Practice(time_zone=zone, country=country), closed={})
    moved = 0
    for monday in MONDAYS:
        local = week.due_at(days, monday).astimezone(ZoneInfo(zone)).date()
        assert bool(days.holiday(monday)) == (local > monday)
        moved += local > monday
    assert moved > 10
