from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outreach.models import Heartbeat, Message, Rule, Run
from tests import factories


def message(state, *, late=0, **fields):
    return Message.objects.create(
        rule=Rule.objects.get(kind="thank_you"),
        partner=factories.partner(),
        state=state,
        due_at=timezone.now() - timedelta(minutes=late),
        **fields,
    )


def test_the_page_shows_runs_messages_and_heartbeats(alice, as_person):
    Run.objects.create(
        job="week",
        period_key="2026-W10",
        state="done",
        due_at=timezone.now(),
        finished_at=timezone.now(),
        counts={"new": 12, "carried_over": 3, "digests": 4},
    )
    Run.objects.create(
        job="week",
        period_key="2026-W09",
        state="failed",
        due_at=timezone.now(),
        error="OperationalError: gone",
    )
    message("pending", late=16)
    message("pending", late=14)
    message("failed")
    Heartbeat.objects.create(name="worker", at=timezone.now())
    page = as_person(alice).get("/health/").content.decode()
    for words in [
        "2026-W10",
        'data-label="New people">12<',
        'data-label="Carried over">3<',
        "OperationalError: gone",
        "1 message should have left more than 15 minutes ago.",
        "The beat that wakes the worker has not been heard of since the start.",
        "needs a person",
        "heard of within 3 minutes",
    ]:
        assert words in page


def test_a_manager_hears_of_all_that_is_silent_in_one_banner_and_others_do_not(charlie, alice, as_person):
    page = as_person(charlie).get("/partners/").content.decode()
    assert page.count('class="banner banner-late"') == 1
    assert "The worker that sends mail has not been heard of since the start. The beat" in page
    assert 'class="banner banner-late"' not in as_person(alice).get("/partners/").content.decode()


def test_what_waits_for_a_rule_that_is_switched_off_is_not_late(alice, as_person):
    message("pending", late=60)
    Rule.objects.update(is_active=False)
    page = as_person(alice).get("/health/").content.decode()
    assert "should have left" not in page and "message is late" not in page


def test_a_new_practice_hears_when_its_first_list_comes(alice, as_person):
    page = as_person(alice).get("/health/").content.decode()
    assert "The first list is made" in page
    assert "first run" in page


def test_the_page_needs_no_more_queries_for_more_rows(alice, as_person):
    browser = as_person(alice)
    browser.get("/")
    asked = []
    for more in (3, 27):
        for n in range(more):
            message("pending", late=30)
            Run.objects.create(job="week", period_key=f"{2000 + more}-W{n + 1:02}", due_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            browser.get("/health/")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12
