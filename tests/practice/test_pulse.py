"""What a list asks every few seconds: did somebody change what it shows?"""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referralcrm.audit.actions import record
from referralcrm.practice.middleware import SEEN
from referralcrm.practice.scope import enter
from tests import factories

LISTS = ["front:today", "referrals:list", "outreach:tasks", "partners:list"]


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as moment:
        yield moment


@pytest.fixture
def desk(clock, alice, as_person):
    return as_person(alice)


def address_on(page):
    return re.search(r'data-live="([^"]+)"', page.content.decode())[1].replace("&amp;", "&")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_what_to_ask(desk, name):
    address = address_on(desk.get(reverse(name)))
    asked = parse_qs(urlsplit(address).query)
    assert urlsplit(address).path == reverse("practice:pulse")
    assert set(asked) == {"since", "of"}
    assert all(re.fullmatch(r"[a-z]+", kind) for kind in asked["of"][0].split(","))
    assert desk.get(address).status_code == 204


@pytest.mark.parametrize("name", LISTS)
def test_what_somebody_else_changes_is_told_by_name(desk, name, bob, clock):
    address = address_on(desk.get(reverse(name)))
    clock.shift(timedelta(seconds=2))
    record("changed", by=bob, subject=factories.partner())
    answer = desk.get(address)
    assert answer.json() == {"who": "Bob Brown"}


def test_what_was_written_but_not_committed_when_the_page_was_read_is_told(desk, bob, clock):
    row = factories.referral()
    record("changed", by=bob, subject=row)
    clock.shift(timedelta(seconds=1))
    address = address_on(desk.get(reverse("referrals:list")))
    assert desk.get(address).json() == {"who": "Bob Brown"}


def test_ones_own_act_that_the_page_shows_already_is_not_told(desk, alice, clock):
    row = factories.referral()
    record("changed", by=alice, subject=row)
    clock.shift(timedelta(seconds=1))
    assert desk.get(address_on(desk.get(reverse("referrals:list")))).status_code == 204


def test_ones_own_act_in_another_window_is(desk, alice, clock):
    address = address_on(desk.get(reverse("referrals:list")))
    clock.shift(timedelta(seconds=1))
    record("changed", by=alice, subject=factories.referral())
    assert desk.get(address).json()["who"].startswith("You, in another window")


def test_what_the_list_does_not_show_what_was_only_read_and_other_practices_are_not_told(
    desk, bob, northgate, clock
):
    address = address_on(desk.get(reverse("outreach:tasks")))
    clock.shift(timedelta(seconds=1))
    record("changed", by=bob, subject=factories.referral())
    record("read", by=bob, subject=factories.partner())
    with enter(northgate):
        record("changed", subject=factories.partner())
    assert desk.get(address).status_code == 204


@pytest.mark.parametrize(
    "query", ["", "since=yesterday&of=referral", "since=2026-11-24T10:00:00&of=referral", "since=%00&of=%00"]
)
def test_a_question_that_makes_no_sense_is_answered_with_nothing(desk, query):
    assert desk.get(f"{reverse('practice:pulse')}?{query}").status_code == 204


def test_a_stranger_is_not_told(client):
    assert client.get(reverse("practice:pulse")).status_code == 302


def test_asking_never_puts_off_the_idle_sign_off(desk, clock):
    address = address_on(desk.get(reverse("front:today")))
    seen = desk.session[SEEN]
    clock.shift(timedelta(minutes=5))
    desk.get(address, headers={"X-Background": "1"})
    assert desk.session[SEEN] == seen


def test_asking_is_one_look_at_an_index(desk, bob, riverside):
    """Beside the session, the person and the wall; and however much was only read meanwhile."""
    address = address_on(desk.get(reverse("front:today")))
    for _ in range(300):
        record("read", by=bob, subjects=["1"], subject_type="patient")
    with CaptureQueriesContext(connection) as queries:
        desk.get(address, headers={"X-Background": "1"})
    [question] = [query["sql"] for query in queries if "audit_auditevent" in query["sql"]]
    assert len(queries) <= 6
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {question}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "audit_changes" in plan and "Sort" not in plan, plan
