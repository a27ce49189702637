"""Fifteen minutes without use sign a person out, and what was typed waits for the same person."""

import time

from django.urls import reverse

from referralcrm.practice.middleware import SEEN

FORM = reverse("practice:password")


def test_typing_is_kept_even_when_a_poll_met_the_clock_first(alice, as_person, settings):
    browser = as_person(alice)
    session = browser.session
    session[SEEN] = time.time() - settings.IDLE_SECONDS - 1
    session.save()
    assert browser.get(reverse("practice:stay"), headers={"X-Background": "1"}).status_code == 302

    answer = browser.post(FORM, {"current": "marigold"})

    assert answer.status_code == 403
    assert answer.context["kept"]
    assert b"marigold" not in answer.content


def test_somebody_who_was_never_here_has_nothing_kept(client, db):
    assert client.post(FORM, {"current": "marigold"}).context["kept"] == ""


def test_a_wrong_method_is_answered_with_a_page(alice, as_person):
    answer = as_person(alice).post(reverse("practice:stay"))

    assert answer.status_code == 405
    assert "Nothing was changed" in answer.content.decode()


def test_htmx_hears_that_the_person_is_signed_out(client, db):
    answer = client.get(reverse("front:today"), headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert not answer.content
