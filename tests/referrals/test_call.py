"""Calling patients who are not booked yet."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.urls import reverse

from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.scope import enter
from referrals.actions import log_call, move, put_off, receive, send, take_call_back
from referrals.models import CallAttempt, Patient, Referral
from referrals.states import CallOutcome, Verb
from referrals.views.quicker import who_was_quicker
from tests import factories
from tests.referrals.conftest import TUESDAY

LAST_WEEK = TUESDAY - timedelta(days=7)


@pytest.fixture
def referral(okafor, kim, alice):
    return receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)


def now(referral):
    return Referral.objects.get(pk=referral.pk)


def test_a_call_is_kept_with_who_and_when_to_the_minute(referral, alice, bob):
    log_call(referral, by=alice)
    with time_machine.travel("2026-11-24T15:40:00Z", tick=False):
        log_call(referral, by=bob, outcome=CallOutcome.LEFT_MESSAGE)
    second, first = CallAttempt.objects.all()
    assert (first.number, first.by, first.outcome, first.at.strftime("%H:%M")) == (
        *(1, alice, "no_answer"),
        "10:00",
    )
    assert (second.number, second.by, second.outcome, second.at.strftime("%H:%M")) == (
        *(2, bob, "left_message"),
        "15:40",
    )
    assert now(referral).calls == 2
    assert AuditEvent.objects.filter(verb="called about").count() == 2


def test_three_calls_suggest_that_the_patient_cannot_be_reached(referral, alice, riverside):
    for _ in range(2):
        log_call(referral, by=alice)
    assert not now(referral).seems_unreachable
    log_call(referral, by=alice)
    assert now(referral).seems_unreachable
    riverside.calls_before_unreachable = 4
    assert not now(referral).seems_unreachable


def test_a_call_taken_back_was_never_made(referral, alice):
    log_call(referral, by=alice)
    log_call(referral, by=alice)
    take_call_back(referral, by=alice)
    assert (now(referral).calls, CallAttempt.objects.get().number) == (1, 1)
    take_call_back(referral, by=alice)
    with pytest.raises(Refused, match="no call"):
        take_call_back(referral, by=alice)


def test_booking_ends_the_calls_and_a_missed_visit_begins_them_anew(referral, alice):
    log_call(referral, by=alice)
    put_off(referral, by=alice, until=TUESDAY + timedelta(days=2))
    move(referral, Verb.SCHEDULE, by=alice, appointment_on=TUESDAY)
    assert (now(referral).calls, now(referral).call_on) == (0, None)
    move(referral, Verb.MISS, by=alice)
    log_call(referral, by=alice)
    assert [call.number for call in CallAttempt.objects.all()] == [1, 1]


def test_accepting_keeps_the_calls(referral, alice):
    log_call(referral, by=alice)
    move(referral, Verb.ACCEPT, by=alice)
    assert now(referral).calls == 1


@pytest.mark.parametrize("act", [log_call, lambda row, **who: put_off(row, until=None, **who)])
def test_nobody_calls_a_patient_who_is_booked_or_was_sent_on(act, referral, okafor, kim, alice):
    move(referral, Verb.SCHEDULE, by=alice)
    sent = send(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    for row in (referral, sent):
        with pytest.raises(Refused, match="nobody needs to be called"):
            act(row, by=alice)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_calling_is_put_off_to_a_day_ahead(days, referral, alice):
    with pytest.raises(Refused, match="from tomorrow") as refused:
        put_off(referral, by=alice, until=TUESDAY + timedelta(days=days))
    assert refused.value.field == "until"


def test_what_is_put_off_waits_until_its_day(referral, alice):
    tomorrow = TUESDAY + timedelta(days=1)
    put_off(referral, by=alice, until=tomorrow)
    assert not Referral.objects.to_call(TUESDAY).exists()
    assert Referral.objects.to_call(tomorrow).get() == referral
    put_off(referral, by=alice, until=None)
    assert Referral.objects.to_call(TUESDAY).get() == referral


@pytest.mark.parametrize(
    "act", [log_call, take_call_back, lambda row, **who: put_off(row, until=None, **who)]
)
def test_who_saw_an_older_version_is_refused(act, referral, alice, bob):
    log_call(referral, by=alice)
    with pytest.raises(Stale):
        act(now(referral), by=bob, version=1)
    assert now(referral).calls == CallAttempt.objects.count() == 1


ACTS = {
    "no answer": lambda row, by: log_call(row, by=by, version=1),
    "booked": lambda row, by: move(row, Verb.SCHEDULE, by=by, version=1),
    "declined": lambda row, by: move(row, Verb.PATIENT_DECLINES, by=by, version=1),
    "put off": lambda row, by: put_off(row, by=by, version=1, until=row.practice.today() + timedelta(days=1)),
}


@pytest.mark.parametrize(("mine", "theirs"), [("no answer", "no answer"), ("no answer", "booked"),
                                              ("booked", "booked"), ("declined", "put off")])  # fmt: skip
def test_of_two_transactions_at_once_one_is_kept(mine, theirs, committed):
    """Both have read the row before either writes; the second waits for the first, and is told."""
    practice = factories.practice()
    with enter(practice):
        alice, bob = factories.person("Alice"), factories.person("Bob")
        pk = receive(
            by=alice, patient=factories.patient(), partner=factories.partner(), happened_on=practice.today()
        ).pk
    both_have_read, told = threading.Barrier(2, timeout=10), []

    def act(name, person):
        try:
            with enter(practice):
                row = Referral.objects.get(pk=pk)
                both_have_read.wait()
                ACTS[name](row, person)
        except Stale:
            told.append(person)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=who) for who in ((mine, alice), (theirs, bob))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with enter(practice):
        row = Referral.objects.get(pk=pk)
        assert len(told) == 1
        assert row.version == 2
        assert row.events.count() - 1 + row.attempts.count() + (row.call_on is not None) == 1


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def tap(browser, what, row, **fields):
    """Press a button of a row and read what the page says."""
    address = reverse(f"referrals:{what}", args=[row.pk])
    return said(browser, browser.post(address, {"version": row.version, "next": "/"} | fields))


def said(browser, answer):
    assert answer.status_code == 302, answer
    return [(str(note), note.extra_tags) for note in browser.get(answer["Location"]).context["messages"]]


def test_no_answer_is_one_tap_and_undo_takes_it_back(referral, desk):
    [(text, undo)] = tap(desk, "call", referral)
    assert text == "Patient from Dr Adaeze Okafor: no answer, call 1."
    assert now(referral).calls == 1
    answer = desk.post(undo, headers={"Referer": "http://testserver/referrals/?journey=open"})
    assert answer["Location"] == "/referrals/?journey=open"
    assert (now(referral).calls, CallAttempt.objects.count()) == (0, 0)


def test_later_hides_the_row_and_undo_shows_it(referral, desk):
    [(text, undo)] = tap(desk, "later", referral, until="2026-11-25")
    assert "hidden until 25 Nov 2026" in text
    assert "No answer" not in desk.get("/").content.decode()
    desk.post(undo)
    assert "No answer" in desk.get("/").content.decode()


def test_later_needs_a_day_ahead(referral, desk):
    for until in ("", "2026-11-24", "nonsense"):
        [(text, undo)] = tap(desk, "later", referral, until=until)
        assert undo == "" and text != ""
    assert now(referral).call_on is None


@pytest.mark.parametrize(
    ("first", "quick"),
    [
        (lambda row, bob: log_call(row, by=bob), "called, no answer"),
        (lambda row, bob: put_off(row, by=bob, until=TUESDAY + timedelta(days=2)), "put off until 26 Nov"),
        (
            lambda row, bob: move(row, Verb.SCHEDULE, by=bob, appointment_on=TUESDAY + timedelta(days=6)),
            "booked for 30 Nov",
        ),
        (lambda row, bob: move(row, Verb.PATIENT_DECLINES, by=bob), "patient declined"),
    ],
)
@pytest.mark.parametrize("what", ["call", "later", "move"])
def test_the_second_of_two_hears_who_did_what_and_when(what, first, quick, referral, desk, bob):
    first(now(referral), bob)
    [(text, undo)] = tap(
        desk, what, referral, until="2026-11-25", verb="schedule", appointment_on="2026-11-27"
    )
    assert text == f"Bob Brown was quicker: {quick}, at 10:00."
    assert (undo, now(referral).version, CallAttempt.objects.count() <= 1) == ("", 2, True)


def test_ones_own_second_tap_is_said_to_be_ones_own(referral, bob):
    log_call(referral, by=bob)
    assert who_was_quicker(referral.pk, person=bob).startswith("You did this already")


@pytest.mark.parametrize(
    ("verb", "fields", "after"),
    [
        ("schedule", {"appointment_on": "2026-11-27", "appointment_time": "09:30"}, "scheduled"),
        ("patient_declines", {}, "patient_declined"),
        ("mark_unreachable", {}, "unreachable"),
    ],
)
def test_every_act_of_the_row_can_be_undone_from_its_toast(verb, fields, after, referral, desk):
    [(_, undo)] = tap(desk, "move", referral, verb=verb, **fields)
    assert now(referral).journey == after
    desk.post(undo)
    assert (now(referral).journey, now(referral).appointment_on) == ("requested", None)


def test_undo_after_somebody_else_went_on_says_so(referral, desk, bob):
    [(_, undo)] = tap(desk, "call", referral)
    with time_machine.travel("2026-11-25T08:05:00Z", tick=False):
        move(now(referral), Verb.SCHEDULE, by=bob, appointment_on=TUESDAY + timedelta(days=1))
    told = said(desk, desk.post(undo))[0][0]
    assert told == "Bob Brown was quicker: booked for 25 Nov, on 25 Nov at 08:05."
    assert now(referral).journey == "scheduled"


def test_an_unknown_undo_is_not_found(referral, desk):
    assert desk.post(f"/referrals/{referral.pk}/undo/everything/?version=1").status_code == 404


def test_logging_offers_undo(desk, okafor):
    who = {"partner_text": okafor.name, "partner": okafor.pk}
    typed = {"direction": "received", "patient_name": "Max Frei"} | who
    [(text, undo)] = said(desk, desk.post(reverse("referrals:create"), typed))
    assert text == "Logged."
    assert "nobody is thanked" in said(desk, desk.post(undo))[0][0]
    assert Referral.objects.get().deleted_at


@pytest.mark.parametrize(
    ("typed", "kept"), [("07700 900123", "+44 7700 900123"), ("+353 20 910 1234", "+353 20 910 1234")]
)
def test_the_patients_phone_is_sealed_and_opened_only_when_asked_for(typed, kept, desk, okafor, kim):
    fields = {"direction": "received", "partner_text": okafor.name, "partner": okafor.pk}
    desk.post(reverse("referrals:create"), fields | {"record_number": "20417", "patient_phone": typed})
    row = Referral.objects.select_related("patient").get()
    assert row.patient.phone == kept
    assert kept.encode() not in bytes(row.patient.phone_sealed)
    pages = ["/", *(reverse(f"referrals:{name}", args=[row.pk]) for name in ("detail", "patient"))]
    for page in pages:
        html = desk.get(page).content.decode()
        assert kept not in html and kept.replace(" ", "") not in html
    html = desk.post(reverse("referrals:phone", args=[row.pk])).content.decode()
    assert kept in html and f"tel:{kept.replace(' ', '-')}" in html
    reads = AuditEvent.objects.filter(verb="read", note="referrals:phone")
    assert reads.get().subjects == [str(kim.pk)]


def test_a_phone_that_is_none_is_explained_beside_the_field(desk, okafor):
    typed = {"partner_text": okafor.name, "patient_name": "Max Frei", "patient_phone": "call her sister"}
    form = desk.post(reverse("referrals:create"), typed).context["form"]
    assert "phone number" in form.errors["patient_phone"][0]
    assert form["patient_phone"].value() == "call her sister"


def test_a_number_is_replaced_forgotten_or_left(referral, desk, kim):
    address = reverse("referrals:patient", args=[referral.pk])
    known = {"patient_name": kim.name, "born": kim.birth_date, "record_number": kim.record_number}
    for typed, stands in [
        ({"patient_phone": "07700 900123"}, "+44 7700 900123"),
        ({}, "+44 7700 900123"),
        ({"patient_phone": "07700 900124"}, "+44 7700 900124"),
        ({"forget_phone": "on"}, ""),
    ]:
        desk.post(address, known | typed | {"version": Patient.objects.get().version})
        assert Patient.objects.get().phone == stands


def test_the_page_shows_the_calls_among_the_steps(referral, desk, bob):
    with time_machine.travel("2026-11-24T15:40:00Z", tick=False):
        log_call(referral, by=bob)
        html = desk.get(reverse("referrals:detail", args=[referral.pk])).content.decode()
    history = html[html.index("<h2>History</h2>") :]
    assert history.index("<b>Called, no answer</b> · Bob Brown") < history.index("<b>Requested</b>")
    assert "at 15:40" in history
    assert "called once" in html
