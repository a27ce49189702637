"""Fifteen minutes without use sign a person out, and what was typed waits for the same person."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from referralcrm.practice import kept
from tests import factories

PAGE = reverse("practice:password")
START = "2026-11-16 09:00Z"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def sign_in(browser, person, **fields):
    return browser.post(
        reverse("practice:sign_in"), {"email": person.email, "password": factories.PASSWORD} | fields
    )


@pytest.fixture
def browser(clock, alice):
    browser = Client()
    sign_in(browser, alice)
    browser.get(PAGE)
    return browser


def is_in(browser):
    return browser.get(PAGE).status_code == 200


def test_a_person_who_keeps_working_stays_in(browser, clock):
    for _ in range(5):
        clock.shift(timedelta(minutes=14, seconds=59))
        assert is_in(browser)


def test_fifteen_minutes_without_use_sign_out_and_say_so(browser, clock):
    clock.shift(timedelta(minutes=15, seconds=1))
    response = browser.get(PAGE, follow=True)
    assert "because nobody had used this page" in response.content.decode()


def test_polling_in_the_background_does_not_count_as_use(browser, clock):
    for _ in range(15):
        clock.shift(timedelta(minutes=1))
        assert browser.get(PAGE, headers={"X-Background": "1"}).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert browser.get(PAGE, headers={"X-Background": "1"}).status_code == 302


def test_polling_alone_starts_the_clock_of_a_fresh_session(alice, as_person, clock):
    browser = as_person(alice)
    browser.get(PAGE, headers={"X-Background": "1"})
    clock.shift(timedelta(minutes=16))
    assert not is_in(browser)


def test_saying_still_here_starts_the_time_again(browser, clock):
    clock.shift(timedelta(minutes=14))
    assert browser.get(reverse("practice:stay")).status_code == 204
    clock.shift(timedelta(minutes=14))
    assert is_in(browser)


def test_the_page_knows_when_to_warn(browser):
    page = browser.get(PAGE).content.decode()
    assert 'data-idle-seconds="900"' in page
    assert 'data-idle-warn="840"' in page
    assert f'data-idle-ping="{reverse("practice:stay")}"' in page


def late_post(browser, clock, typed, away=timedelta(minutes=16)):
    """Post the password form after the session ran out; returns the sign-in page."""
    clock.shift(away)
    return browser.post(PAGE, typed)


def test_a_form_sent_too_late_is_not_carried_out(browser, clock, alice):
    answer = late_post(browser, clock, {"current": factories.PASSWORD, "new": "a boat below the old bridge"})
    assert answer.status_code == 403
    alice.refresh_from_db()
    assert alice.check_password(factories.PASSWORD)


def test_typing_is_sealed_on_the_sign_in_page(browser, clock):
    answer = late_post(browser, clock, {"current": "marigold"})
    assert answer.context["kept"]
    assert b"marigold" not in answer.content
    assert not [row for row in Session.objects.all() if "marigold" in str(row.get_decoded())]


def refilled(browser, answer, person):
    """What the page's form holds after ``person`` signed in on that sign-in page."""
    context = answer.context
    sign_in(browser, person, next=context["next"], kept=context["kept"])
    page = browser.get(PAGE)
    assert page.status_code == 200
    return dict(page.context["form"].data)


def test_the_same_person_finds_the_typing_again(browser, clock, alice):
    answer = late_post(browser, clock, {"current": "marigold"})
    assert refilled(browser, answer, alice) == {"current": ["marigold"]}
    assert dict(browser.get(PAGE).context["form"].data) == {}, "it comes back once"


def test_another_person_finds_nothing(browser, clock, bob):
    answer = late_post(browser, clock, {"current": "marigold"})
    assert refilled(browser, answer, bob) == {}


def test_after_half_an_hour_nothing_is_left(browser, clock, alice):
    answer = late_post(browser, clock, {"current": "marigold"})
    clock.shift(timedelta(minutes=30, seconds=1))
    assert refilled(browser, answer, alice) == {}


def test_typing_does_not_fit_another_page(alice):
    token = kept.keep(QueryDict("a=1"), user_id=alice.pk, path="/one/")
    assert kept.recover(token, user_id=alice.pk, path="/one/") == QueryDict("a=1")
    assert kept.recover(token, user_id=alice.pk, path="/two/") is None
    assert kept.recover("nonsense", user_id=alice.pk, path="/one/") is None


def test_typing_is_kept_even_when_a_poll_met_the_clock_first(browser, clock, alice):
    clock.shift(timedelta(minutes=16))
    assert browser.get(reverse("practice:stay"), headers={"X-Background": "1"}).status_code == 302
    answer = browser.post(PAGE, {"current": "marigold"})
    assert refilled(browser, answer, alice) == {"current": ["marigold"]}


def test_typing_is_kept_over_a_weekend_in_another_window(browser, clock, alice):
    answer = late_post(browser, clock, {"current": "marigold"}, away=timedelta(days=3))
    assert refilled(browser, answer, alice) == {"current": ["marigold"]}


def test_typing_is_kept_when_somebody_signed_out_in_another_window(browser, alice):
    browser.post(reverse("practice:sign_out"))
    answer = browser.post(PAGE, {"current": "marigold"})
    assert refilled(browser, answer, alice) == {"current": ["marigold"]}


def test_a_megabyte_of_typing_comes_back(browser, clock, alice):
    text = "naïve – 日本 " * 80_000
    answer = late_post(browser, clock, {"current": text})
    assert refilled(browser, answer, alice) == {"current": [text]}


def test_somebody_who_was_never_here_has_nothing_kept(client, db):
    assert client.post(PAGE, {"current": "marigold"}).context["kept"] == ""


def test_a_form_older_than_the_last_sign_in_is_not_carried_out_but_comes_back(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="referralcrm.practice.backend.PersonBackend")
    answer = browser.post(PAGE, {"current": "marigold", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "What you typed is kept" in answer.content.decode()
    assert dict(browser.get(PAGE).context["form"].data) == {"current": ["marigold"]}


def test_part_of_a_page_is_refused_plainly_so_that_the_page_keeps_its_typing(client, db):
    assert client.get(PAGE, headers={"HX-Request": "true"}).status_code == 401


def test_a_wrong_method_is_answered_with_a_page(alice, as_person):
    answer = as_person(alice).post(reverse("practice:stay"))

    assert answer.status_code == 405
    assert "Nothing was changed" in answer.content.decode()


def test_htmx_hears_that_the_person_is_signed_out(client, db):
    answer = client.get(reverse("front:today"), headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert not answer.content
