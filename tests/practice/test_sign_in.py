import os
import subprocess
import sys

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from referralcrm.audit.models import AuditEvent
from referralcrm.practice.permissions import Permission
from tests import factories

SIGN_IN = reverse("practice:sign_in")
TODAY = reverse("front:today")
WRONG = "not the password at all"


def sign_in(person, password=factories.PASSWORD, browser=None, address="127.0.0.1", **fields):
    browser = browser or Client()
    return browser.post(SIGN_IN, {"email": person.email, "password": password} | fields, REMOTE_ADDR=address)


def test_the_right_password_leads_to_today_and_is_noted(alice):
    response = sign_in(alice)
    assert response["Location"] == TODAY
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id, event.practice_id) == ("signed in", alice.pk, alice.practice_id)


def test_an_address_is_found_whatever_its_case(alice):
    alice.email = alice.email.upper()
    assert sign_in(alice).status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(alice):
    wrong = sign_in(alice, WRONG).context["form"].non_field_errors()
    alice.email = "nobody@clinic.example"
    assert sign_in(alice).context["form"].non_field_errors() == wrong


def test_a_failure_is_noted_without_what_was_typed(alice):
    sign_in(alice, WRONG)
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id, event.subjects) == ("failed to sign in", None, [str(alice.pk)])
    assert WRONG not in str(AccessAttempt.objects.values())


def test_what_strangers_type_is_not_noted(riverside, client):
    client.post(SIGN_IN, {"email": "probe@elsewhere.example", "password": WRONG})
    assert not AuditEvent.objects.exists()


@pytest.fixture
def locked(alice):
    for spelling in [str.lower, str.upper, str.title, str.lower, str.upper]:
        Client().post(SIGN_IN, {"email": spelling(alice.email), "password": WRONG})


def test_five_failures_lock_out_even_the_right_password(locked, alice):
    response = sign_in(alice)
    assert response.status_code == 429
    assert "15 minutes" in response.content.decode()


def test_four_failures_do_not(alice):
    for _ in range(4):
        sign_in(alice, WRONG)
    assert sign_in(alice).status_code == 302


def test_another_person_and_another_place_are_not_locked_out(locked, alice, bob):
    assert sign_in(bob).status_code == 302
    assert sign_in(alice, address="192.0.2.7").status_code == 302


def test_the_lock_opens_after_fifteen_minutes(alice):
    with time_machine.travel("2026-11-16 09:00Z", tick=False) as clock:
        for _ in range(5):
            sign_in(alice, WRONG)
        clock.shift(14 * 60 + 59)
        assert sign_in(alice).status_code == 429
        clock.shift(15 * 60 + 1)
        assert sign_in(alice).status_code == 302


def test_a_deactivated_person_is_out_at_the_next_request(alice, as_person):
    browser = as_person(alice)
    assert browser.get(TODAY).status_code == 200
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert browser.get(TODAY).status_code == 302
    assert sign_in(alice).status_code == 200


def test_signing_in_changes_the_session_and_the_form_token(alice):
    browser = Client()
    browser.get(SIGN_IN)
    token = browser.cookies["referralcrm_csrf_8000"].value
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies["referralcrm_8000"] = session.session_key
    sign_in(alice, browser=browser)
    assert browser.cookies["referralcrm_8000"].value != session.session_key
    assert browser.cookies["referralcrm_csrf_8000"].value != token


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\x00//evil.example",
        "https:evil.example",
        "nonsense",
        "evil.example",
        "before\x00after",
    ],
)
def test_signing_in_never_leads_elsewhere(elsewhere, alice):
    assert sign_in(alice, next=elsewhere)["Location"] == TODAY


def test_signing_in_leads_to_the_page_that_was_asked_for(alice):
    assert sign_in(alice, next="/partners/?q=okafor")["Location"] == "/partners/?q=okafor"


def test_a_header_cannot_be_smuggled_into_the_answer(alice):
    response = sign_in(alice, next="/\r\nSet-Cookie: a=b")
    assert response.status_code == 302
    assert "\n" not in response["Location"]


def test_back_after_signing_out_shows_nothing(alice, as_person):
    browser = as_person(alice)
    assert browser.get(TODAY)["Cache-Control"] == "no-store"
    browser.post(reverse("practice:sign_out"))
    assert browser.get(TODAY).status_code == 302


def test_every_answer_carries_the_protecting_headers(alice, as_person):
    response = as_person(alice).get(TODAY)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts(alice):
    browser = Client()
    sign_in(alice, browser=browser)
    cookie = browser.cookies["referralcrm_8000"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_cookies_are_secure_where_https_is_on():
    """In a process of its own, since settings are read once."""
    program = (
        "from referralcrm.settings import *;"
        "print(SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SECURE_SSL_REDIRECT, SECURE_HSTS_SECONDS > 0)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"HTTPS_ONLY": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["True"] * 4


def test_changing_the_password_signs_other_places_out(alice, as_person):
    here, elsewhere = as_person(alice), as_person(alice)
    new = "a boat below the old bridge"
    response = here.post(reverse("practice:password"), {"current": factories.PASSWORD, "new": new})
    assert response.status_code == 302
    assert here.get(TODAY).status_code == 200
    assert elsewhere.get(TODAY).status_code == 302
    assert sign_in(alice, new).status_code == 302


@pytest.mark.parametrize("weak", ["short", "123456789012345", "alice adams", "password1234"])
def test_a_weak_password_is_refused_with_the_reason(weak, alice, as_person):
    response = as_person(alice).post(
        reverse("practice:password"), {"current": factories.PASSWORD, "new": weak}
    )
    assert response.context["form"].errors["new"]


def test_the_rules_stand_beside_the_field_before_typing(alice, as_person):
    assert "At least 12 characters" in as_person(alice).get(reverse("practice:password")).content.decode()


def test_a_refused_page_is_noted(alice, as_person, monkeypatch):
    monkeypatch.setattr("referralcrm.practice.permissions.GRANTS", {})
    monkeypatch.setattr(type(alice), "may", lambda self, permission: permission != Permission.VIEW)
    assert as_person(alice).get(TODAY).status_code == 403
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id, event.note) == ("refused", alice.pk, "front:today")
