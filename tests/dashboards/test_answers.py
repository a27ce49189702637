"""How long questions waited: Postgres' own percentiles, a plain recount, and every number opens its rows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.dashboards.answers import Answers
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.statistics import percentile
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Location
from tests import factories

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 31, 12, 0, tzinfo=LONDON)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def march(riverside):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def brandt(riverside):
    return factories.partner("S. Brandt")


def asked(brandt, day, *, hours=None, **fields):
    """Asked at 9 on a day of March, promised by 18, and answered so many hours later."""
    at = datetime(2026, 3, day, 9, tzinfo=LONDON)
    answered = {"answered_at": at + timedelta(hours=hours)} if hours is not None else {}
    moments = {"asked_at": at, "promised_by": at.replace(hour=18)}
    return factories.advice("Rest or load?", partner=brandt, **moments | answered | fields)


def answers(riverside, months=12, **place):
    return Answers(Calendar(riverside), Period.ending(riverside.today(), months), **place)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40), st.integers(0, 20))
def test_a_percentile_lies_between_its_neighbours(values, twentieth):
    share = twentieth / 20
    found, ordered = percentile(values, share), sorted(values)
    assert ordered[0] <= found <= ordered[-1]
    assert sum(value <= found + 1e-9 for value in values) >= share * (len(values) - 1)
    assert percentile(values, 0) == ordered[0] and percentile(values, 1) == ordered[-1]


@pytest.mark.parametrize("values", [[7], [1, 2], [1, 2, 3, 4], [5, 1, 1, 90, 12, 3, 3, 8, 40, 2, 61]])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.25])
def test_percentiles_are_those_of_postgres(riverside, values, share):
    with connection.cursor() as cursor:
        sql = "SELECT percentile_cont(%s) WITHIN GROUP (ORDER BY v) FROM unnest(%s::float[]) v"
        cursor.execute(sql, [share, values])
        (theirs,) = cursor.fetchone()
    assert percentile(values, share) == pytest.approx(theirs)


def test_nothing_has_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_the_numbers_are_a_plain_recount(brandt, bob, riverside):
    hours = [1, 2, 3, 4, 5, 6, 7, 8, 24, 48]  # from Monday 2 March at 9: 24 hours later are 10 working hours
    for n in hours:
        asked(brandt, 2, hours=n, owner=bob)
    asked(brandt, 30, owner=bob)  # open for 9 hours of Monday and 4 of Tuesday
    waits = answers(riverside).overall
    worked = sorted([1, 2, 3, 4, 5, 6, 7, 8, 10, 20])
    assert [span / HOUR for span in sorted(waits.spans)] == worked
    assert percentile(waits.spans, 0.5) == 5.5 * HOUR and waits.median == "5 working hours"
    assert percentile(waits.spans, 0.9) == 11 * HOUR and waits.nine_in_ten == "11 working hours"
    assert waits.longest_open == "13 working hours"
    assert (waits.kept.hits, waits.kept.n) == (8, 10)


def test_the_longest_open_is_the_longest_and_nothing_open_says_nothing(brandt, riverside):
    assert answers(riverside).overall.longest_open == ""
    for day in (30, 31):
        asked(brandt, day)
    assert answers(riverside).overall.longest_open == "13 working hours"


def test_a_promise_is_kept_to_the_minute_and_counts_where_there_was_one(brandt, riverside):
    at = datetime(2026, 3, 2, 9, tzinfo=LONDON)
    asked(brandt, 2, hours=9, promised_by=at + 9 * HOUR)
    asked(brandt, 2, hours=1, direction="sent", promised_by=None)
    asked(brandt, 2, hours=2, direction="sent", promised_by=at + HOUR)
    found = answers(riverside)
    assert (found.overall.kept.hits, found.overall.kept.n) == (1, 1)
    assert (found.theirs.kept.hits, found.theirs.kept.n) == (0, 1)


def test_what_is_in_the_trash_or_elsewhere_is_left_out(brandt, riverside):
    here, there = (Location.objects.create(name=name) for name in ("Here", "There"))
    asked(brandt, 2, hours=1, location=here)
    asked(brandt, 2, hours=1, deleted_at=NOW)
    assert len(answers(riverside).overall.spans) == 1
    assert len(answers(riverside, location=here).overall.spans) == 1
    assert not answers(riverside, location=there).overall.spans


def test_a_day_begins_by_the_practices_clock(brandt, riverside):
    riverside.time_zone = "Pacific/Auckland"
    first = answers(riverside, months=1).since
    assert (first.hour, first.utcoffset() / HOUR) == (0, 13)
    for minutes, counted in ((-1, 0), (1, 1)):
        at = first + timedelta(minutes=minutes)
        asked(brandt, 2, asked_at=at, promised_by=at, answered_at=at + HOUR)
        assert len(answers(riverside, months=1).overall.spans) == counted


def test_few_answers_say_nothing(brandt, riverside):
    for n in range(4):
        asked(brandt, 2, hours=n)
    assert answers(riverside).overall.median == "too few to tell"
    asked(brandt, 2, hours=1)
    waits = answers(riverside).overall
    assert (waits.median, waits.nine_in_ten) == ("1 working hour", "too few to tell")


def test_clinicians_stand_by_name_and_nobody_last(brandt, bob, riverside):
    anna = factories.person("Anna Zell", sees_patients=True)
    asked(brandt, 2, hours=1, owner=bob)
    for _ in range(3):
        asked(brandt, 2, hours=1, owner=anna)
    asked(brandt, 3)
    asked(brandt, 3, direction="sent", owner=bob, hours=2)
    asked(brandt, 3, direction="sent", owner=factories.person("Only Asks", sees_patients=True))
    by_name = answers(riverside).by_clinician
    assert [(waits.who, len(waits.spans), len(waits.so_far)) for waits in by_name] == [
        ("Anna Zell", 3, 0),
        ("Bob Brown", 1, 0),
        ("Nobody yet", 0, 1),
    ]
    assert len(answers(riverside).theirs.spans) == 1


def test_what_was_withdrawn_or_long_ago_is_left_out_but_an_open_one_never(brandt, riverside):
    asked(brandt, 2, withdrawn_at=NOW)
    last_year = NOW - timedelta(days=400)
    old = {"asked_at": last_year, "promised_by": last_year}
    asked(brandt, 2, answered_at=last_year + HOUR, **old)
    asked(brandt, 2, **old)
    waits = answers(riverside).overall
    assert (len(waits.spans), len(waits.so_far)) == (0, 1)


def test_every_number_opens_its_rows(brandt, bob, charlie, riverside, as_person):
    for n in range(3):
        asked(brandt, 2, hours=n, owner=bob)
    asked(brandt, 2, hours=1)
    asked(brandt, 30, owner=bob)
    browser = as_person(charlie)
    found = browser.get(reverse("dashboards:answers")).context["answers"]
    for waits in [found.overall, *found.by_clinician]:
        for url, number in ((waits.answered_url, len(waits.spans)), (waits.open_url, len(waits.so_far))):
            assert browser.get(url).context["page"].paginator.count == number


def test_the_page_asks_as_much_of_many_questions_as_of_few(brandt, bob, charlie, riverside, as_person):
    def number():
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("dashboards:answers"))
        return len(queries)

    browser = as_person(charlie)
    number()
    asked(brandt, 2, hours=1)
    few = number()
    for n in range(30):
        asked(brandt, 2, hours=n, owner=factories.person(f"Person {n}", sees_patients=True))
    assert number() == few <= 12
