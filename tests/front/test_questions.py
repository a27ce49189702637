"""Questions between clinicians on Today, in the rail, on paper, and on their partner's page."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outreach.models import Heartbeat
from referralcrm.front.rail import numbers
from referralcrm.front.timeline import timeline
from referralcrm.front.today import Today
from referralcrm.practice.models import Location
from referrals.actions import advice
from referrals.models import AdviceRequest
from tests import factories

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 2, 14, 0, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def afternoon(riverside):
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def brandt(riverside):
    return factories.partner("S. Brandt")


def asked(partner, *, hours_ago=2, hours_left=2, **fields):
    moments = {
        "asked_at": MONDAY - timedelta(hours=hours_ago),
        "promised_by": MONDAY + timedelta(hours=hours_left),
    }
    return factories.advice("Rest or load?", partner=partner, **moments | fields)


def test_today_shows_what_waits_by_how_soon_it_is_promised(brandt, bob, as_person):
    later, sooner = asked(brandt, hours_left=3), asked(brandt, owner=bob)
    asked(brandt, owner=factories.person("Hanna Hill"))
    page = Today(bob)
    assert page.questions.rows == [sooner, later]
    assert sooner == page.questions.rows[0] and page.questions.rows[0].standing.tag == "2 working hours left"
    shown = as_person(bob).get("/").content.decode()
    assert "Questions waiting" in shown and "“Rest or load?”" in shown
    assert "Asked 12:00; answer promised by 16:00 today." in shown


def test_a_question_told_as_json_is_the_row_itself(brandt, bob):
    made = asked(
        brandt, owner=bob, kind="imaging", channel="text", referral=factories.referral(partner=brandt)
    )
    (told,) = AdviceRequest.objects.as_json().values_list("row", flat=True)
    read = AdviceRequest.from_json(told)
    for field in AdviceRequest._meta.concrete_fields:
        stands, got = getattr(made, field.attname), getattr(read, field.attname)
        assert (bytes(got) if isinstance(stands, bytes) else got) == stands, field.attname
    assert (read.question, read.partner.name, read.owner.name) == (made.question, "S. Brandt", "Bob Brown")


def test_today_and_its_print_stay_within_their_queries(brandt, bob, as_person):
    """Patients and questions are read, and what was read is written down by one statement."""
    asked(brandt)
    factories.referral(partner=brandt, journey="requested")
    browser = as_person(bob)
    for name in ("front:today", "print:today"):
        browser.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse(name))
        assert len(queries) <= 12, [query["sql"][:90] for query in queries]


def test_of_what_we_asked_only_a_promise_that_has_passed_is_on_today(brandt, bob):
    asked(brandt, direction="sent", promised_by=None)
    asked(brandt, direction="sent")
    late = asked(brandt, direction="sent", hours_left=-1)
    assert Today(bob).questions.rows == [late]


def test_the_rail_counts_them_and_today_counts_them_once(brandt, bob, as_person):
    asked(brandt)
    assert (numbers(bob).questions, numbers(bob).today, Today(bob).total) == (1, 1, 1)
    Heartbeat.objects.create(name="beat", at=MONDAY)
    page = as_person(bob).get(reverse("referrals:advice"))
    current = [entry.label for entry in page.context["nav"] if entry.current]
    assert current == ["Advice"]


def test_a_question_waits_at_its_location(brandt, bob):
    here, there = Location.objects.first(), Location.objects.create(name="Hill Road")
    at_the_hill = asked(brandt, location=there)
    assert Today(bob, location=here.pk).questions.rows == []
    assert Today(bob, location=there.pk).questions.rows == [at_the_hill]


def test_questions_of_a_partner_in_the_trash_wait_there_too(bob):
    asked(factories.partner(deleted_at=MONDAY))
    assert Today(bob).questions.rows == []


def test_the_day_on_paper_lists_them(brandt, bob, as_person):
    asked(brandt)
    assert as_person(bob).get(reverse("print:today")).content.startswith(b"%PDF")


def test_the_partner_page_counts_answers_and_tells_them_without_their_words(brandt, bob, as_person):
    for direction in ("received", "received", "sent"):
        advice.answer(
            asked(brandt, direction=direction), version=1, by=bob, answer="Load it.", next_step="refer"
        )
    asked(brandt, answered_at=MONDAY - timedelta(days=80), asked_at=MONDAY - timedelta(days=81))
    page = as_person(bob).get(reverse("partners:detail", args=[brandt.pk])).content.decode()
    assert "you answered 2 of their questions; they answered one of yours. " in page
    moments = timeline(brandt, page=1, zone=LONDON).moments
    assert {(moment.title, moment.why) for moment in moments[:3]} == {
        ("They asked us", "Answered; next: refer."),
        ("We asked them", "Answered; next: refer."),
    }
    assert "Load it" not in page and "Rest or load" not in page
