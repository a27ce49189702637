from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outreach.models import Heartbeat, Run, Task
from referralcrm.front import rail
from referralcrm.front.rail import numbers
from referralcrm.front.today import Today
from referralcrm.practice.models import ClosedDay, Location
from tests import factories

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)  # ISO week 2026-W10; Monday 2 March is no holiday


@pytest.fixture
def wednesday(riverside):
    riverside.created_at = WEDNESDAY - timedelta(days=100)
    riverside.save()
    with time_machine.travel(WEDNESDAY, tick=False):
        yield riverside


def all_parts_alive():
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, at=timezone.now())


def ran(period, state="done"):
    Run.objects.create(
        job="week",
        period_key=period,
        state=state,
        due_at=timezone.now() - timedelta(days=2),
        finished_at=datetime(2026, 3, 2, 8, 0, 4, tzinfo=UTC) if state == "done" else None,
    )


def test_all_is_well_after_this_weeks_run(wednesday, alice):
    all_parts_alive()
    ran("2026-W10")
    seen = numbers(alice)
    assert (seen.trouble, seen.missed, seen.in_words) == (
        False,
        "",
        "All reminders sent\nlast run Monday 08:00",
    )


@pytest.mark.parametrize("state", ["failed", "in_doubt"])
def test_a_message_that_needs_a_person_is_said_in_the_rail_and_on_the_health_page(
    state, wednesday, charlie, as_person
):
    all_parts_alive()
    ran("2026-W10")
    factories.message(state=state)
    assert numbers(charlie).in_words.startswith("1 message needs a person")
    page = as_person(charlie).get("/health/").content.decode()
    assert "Something needs a person." in page
    assert "All reminders sent" not in page


def test_a_week_that_was_not_run_is_missed(wednesday, alice):
    all_parts_alive()
    ran("2026-W09")
    assert numbers(alice).missed == "2026-W10"


def test_a_failed_run_is_missed(wednesday, alice):
    ran("2026-W10", state="failed")
    assert numbers(alice).missed == "2026-W10"


def test_a_practice_founded_after_monday_has_missed_nothing(wednesday, alice):
    alice.practice.created_at = WEDNESDAY
    assert numbers(alice).missed == ""


def test_managers_hear_of_a_silent_worker_on_every_page(wednesday, charlie, alice, as_person):
    ran("2026-W10")
    Heartbeat.objects.create(name="beat", at=timezone.now())
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(minutes=4))
    silence = "The worker that sends mail has been silent for 4 minutes."
    assert silence in as_person(charlie).get("/practice/password/").content.decode()
    assert silence not in as_person(alice).get("/practice/password/").content.decode()


def test_the_rail_counts_what_needs_this_person(wednesday, alice, bob):
    today = wednesday.today()
    for owner in (alice, bob, None):
        Task.objects.create(title="Call back", due_on=today, owner=owner)
    Task.objects.create(title="Later", due_on=today + timedelta(days=1), owner=alice)
    factories.referral(journey="requested")
    assert (numbers(alice).today, numbers(bob).today) == (3, 3)


def test_the_rail_is_one_query(wednesday, alice):
    with CaptureQueriesContext(connection) as queries:
        assert numbers(alice).in_words
    assert len(queries) == 1


def test_neither_the_numbers_nor_today_ask_a_question_of_every_referral(wednesday, alice):
    """A condition that is a query of its own is asked row by row: at a million referrals, on every page.

    Only of the few consents that end soon is more asked, in a CASE that leaves their join alone.
    """
    with CaptureQueriesContext(connection) as queries:
        numbers(alice)
        Today(alice)
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = [line for (line,) in cursor.fetchall() if "CASE WHEN EXISTS" not in line]
            asked = [line for line in plan if "Filter:" in line and "SubPlan" in line]
            assert not asked, asked


@pytest.mark.parametrize("days", [0, 1, 40])
@pytest.mark.parametrize("place", ["everywhere", "home"])
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_the_prepared_question_counts_what_a_composed_one_does(who, place, days, wednesday, request):
    """Asked again on another day, for another person and place, it follows them."""
    person, home = request.getfixturevalue(who), Location.objects.create(name="Home")
    ran("2026-W10")
    ClosedDay.objects.create(on=wednesday.today() + timedelta(days=20))
    for owner in (person, factories.person("Somebody else"), None):
        for due in (0, 1, 30):
            due_on = wednesday.today() + timedelta(days=due)
            Task.objects.create(title="Ask", owner=owner, due_on=due_on, location=home)
            Task.objects.create(title="Ask", owner=owner, due_on=due_on)
    for clinician in (person, None):
        factories.referral(journey="requested", clinician=clinician, location=home)
    numbers(factories.person("The first to ask", role=person.role, sees_patients=person.sees_patients))
    with time_machine.travel(WEDNESDAY + timedelta(days=days), tick=False):
        today, now = wednesday.today(), timezone.now()
        location = home.pk if place == "home" else None
        row = rail._counted(person, today, now, location, {}).get()
        seen = numbers(person, location)
    assert row["today"] >= 4
    assert {name: getattr(seen, name) for name in row} == row
