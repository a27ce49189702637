"""The page of one referral and what is done there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outreach.models import MessageCause
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.actions import move, receive, record_report, send
from referrals.models import Obligation, Referral
from referrals.states import Journey, Loop, Source, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY

MONDAY = TUESDAY - timedelta(days=1)
LAST_WEEK = TUESDAY - timedelta(days=7)


@pytest.fixture
def referral(okafor, kim, alice):
    return receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK, reason="Frozen knee")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def at(name, row):
    return reverse(f"referrals:{name}", args=[row.pk])


def page(response):
    assert response.status_code == 200, response
    return response.content.decode()


def step(desk, referral, verb, **fields):
    return desk.post(at("move", referral), {"verb": verb, "version": referral.version} | fields)


def now(referral):
    return Referral.objects.get(pk=referral.pk)


def test_the_page_shows_both_axes_and_the_next_step(desk, referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    html = page(desk.get(at("detail", referral)))
    for words in ("Kim Moreau", "20417", "Frozen knee", "Care has begun", "23 Nov 2026", "in 6 days"):
        assert words in html
    assert "7 days after the first visit." in html


def test_those_who_may_not_see_patients_read_the_record_number(referral, as_person, riverside):
    auditor = factories.person("Olga", role=Role.AUDITOR)
    html = page(as_person(auditor).get(at("detail", referral)))
    assert "record 20417" in html
    assert "Moreau" not in html and "Frozen" not in html and "1971" not in html
    assert "<form" not in html.split("<main")[1].split("</main>")[0]


def test_reading_leaves_one_audit_row(desk, referral, kim):
    desk.get(at("detail", referral))
    assert AuditEvent.objects.get(verb="read").subjects == [str(kim.pk)]


def test_the_next_step_is_one_press(desk, referral):
    response = step(desk, referral, "accept", on=MONDAY.isoformat())
    assert response["Location"] == at("detail", referral)
    assert (now(referral).journey, now(referral).accepted_on) == (Journey.ACCEPTED, MONDAY)


def test_the_day_they_came_is_the_appointment_that_passed(desk, referral, alice):
    move(referral, Verb.SCHEDULE, by=alice, on=LAST_WEEK, appointment_on=MONDAY)
    form = desk.get(at("detail", referral)).context["next_form"]
    assert form["on"].value() == MONDAY


def test_any_other_step_of_the_table_is_offered_and_no_more(desk, referral):
    offered = dict(desk.get(at("detail", referral)).context["other_form"].fields["verb"].choices)
    assert {"accept", "decline", "hold", "enter_in_error"} <= offered.keys()
    assert not {"complete", "reopen", "undo_error", "miss"} & offered.keys()
    response = step(desk, referral, "complete")
    assert "verb" in response.context["other_form"].errors
    assert now(referral).journey == Journey.REQUESTED


def test_a_missing_reason_is_asked_for_beside_the_field_with_the_typing_kept(desk, referral):
    response = step(desk, referral, "decline", on=MONDAY.isoformat())
    form = response.context["other_form"]
    assert form.errors["reason"] == ["Say why."]
    assert form["on"].value() == MONDAY.isoformat()
    step(desk, referral, "decline", on=MONDAY.isoformat(), reason="No place before March")
    assert (now(referral).journey, now(referral).closed_on) == (Journey.DECLINED, MONDAY)


@pytest.mark.parametrize("on", ["2026-11-25", "2026-11-16", "1899-01-01", "9999-99-99", "a\0b"])
def test_a_day_that_cannot_be_is_said_beside_the_field(on, desk, referral):
    response = step(desk, referral, "attend", on=on)
    assert response.context["other_form"].errors["on"]
    assert now(referral).journey == Journey.REQUESTED


def test_the_loser_of_two_sees_what_changed_and_keeps_the_typing(desk, referral, bob):
    seen = referral.version
    move(now(referral), Verb.ACCEPT, by=bob)
    response = desk.post(
        at("move", referral), {"verb": "decline", "version": seen, "reason": "No place before March"}
    )
    html = page(response)
    assert "Bob Brown was quicker: accepted, at 10:00. What you typed is still here." in html
    assert "No place before March" in html
    assert response.context["other_form"]["version"].value() == seen + 1
    assert now(referral).journey == Journey.ACCEPTED


def test_a_row_of_a_list_goes_back_there(desk, referral):
    there = reverse("referrals:list") + "?journey=open"
    response = step(desk, referral, "accept", next=there)
    assert response["Location"] == there
    assert now(referral).journey == Journey.ACCEPTED
    response = step(desk, referral, "accept", next=there)
    assert response["Location"] == there
    assert "You did this already: accepted, at 10:00." in page(desk.get(there))


def test_an_error_is_undone_by_a_manager_only(desk, referral, as_person, charlie):
    step(desk, referral, "enter_in_error", reason="wrong chart")
    gone = now(referral)
    assert not desk.get(at("detail", gone)).context["other_form"].steps
    step(desk, gone, "undo_error", reason="right chart")
    assert now(referral).journey == Journey.ENTERED_IN_ERROR
    step(as_person(charlie), gone, "undo_error", reason="right chart")
    assert now(referral).journey == Journey.REQUESTED


def test_the_auditor_takes_no_step(referral, as_person, riverside):
    auditor = as_person(factories.person("Olga", role=Role.AUDITOR))
    assert step(auditor, referral, "accept").status_code == 403


def test_another_practices_referral_is_not_there(desk, northgate):
    with enter(northgate):
        theirs = factories.referral()
        report = Obligation.objects.create(referral=theirs, side="us")
    for name in ("detail", "update", "pass_on", "patient"):
        assert desk.get(at(name, theirs)).status_code == 404
    assert step(desk, theirs, "accept").status_code == 404
    assert desk.post(at("report", report), {"act": "done"}).status_code == 404


# Passing on


def test_a_patient_is_passed_on_to_another_partner(desk, referral):
    lind = factories.partner("Dr Lind")
    response = desk.post(
        at("pass_on", referral),
        {"partner_text": "Dr Lind", "partner": lind.pk, "reason": "needs a surgeon", "version": 1},
    )
    onward = now(referral).redirected_to
    assert response["Location"] == at("detail", onward)
    assert (onward.partner, onward.reason) == (lind, "Frozen knee")
    assert at("detail", onward) in page(desk.get(at("detail", referral)))


def test_a_referral_that_is_there_already_is_linked(desk, referral, okafor, kim, alice):
    there = send(by=alice, patient=kim, partner=okafor, happened_on=MONDAY)
    desk.post(at("pass_on", referral), {"existing": there.pk, "reason": "sent already", "version": 1})
    assert now(referral).redirected_to == there


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"partner_text": "", "reason": "full"}, "partner_text"),
        ({"partner_text": "Nobody", "reason": "full"}, "partner_text"),
        ({"partner_text": "Dr Lind", "reason": ""}, "reason"),
        ({"partner_text": "Dr Lind", "reason": "full", "on": "2026-12-01"}, "on"),
        ({"existing": "00000000-0000-7000-8000-000000000000", "reason": "full"}, "existing"),
    ],
)
def test_passing_on_needs_a_partner_and_a_reason(fields, wrong, desk, referral):
    factories.partner("Dr Lind")
    response = desk.post(at("pass_on", referral), fields | {"version": 1})
    assert wrong in response.context["form"].errors
    assert Referral.objects.get().journey == Journey.REQUESTED


# Reports


def report_of(referral):
    return Obligation.objects.get(referral=referral)


def act(desk, referral, what, **fields):
    report = report_of(referral)
    return desk.post(at("report", report), {"act": what, "version": report.version} | fields)


def test_a_report_is_sent_confirmed_and_taken_back(desk, referral):
    act(desk, referral, "done", on=MONDAY.isoformat())
    assert (report_of(referral).state, report_of(referral).sent_on) == (Loop.SENT, MONDAY)
    act(desk, referral, "confirm")
    assert report_of(referral).acknowledged_on == TUESDAY
    act(desk, referral, "take_back")
    assert (report_of(referral).state, report_of(referral).sent_on) == (Loop.NOT_DUE, None)
    act(desk, referral, "waive", reason="They asked for none")
    assert "Not required: They asked for none" in page(desk.get(at("detail", referral)))


@pytest.mark.parametrize(
    "what, fields", [("done", {"on": "2027-01-01"}), ("waive", {"reason": ""}), ("what", {}), ("confirm", {})]
)
def test_what_cannot_be_said_of_a_report_is_explained(what, fields, desk, referral):
    response = act(desk, referral, what, **fields)
    assert 'class="note note-error"' in page(desk.get(response["Location"]))
    assert report_of(referral).state == Loop.NOT_DUE


# Correcting


def correct(desk, referral, **fields):
    """Post the form as it stands with these changes."""
    form = desk.get(at("update", referral)).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    return desk.post(at("update", referral), {k: v for k, v in (typed | fields).items() if v is not None})


def test_what_was_logged_is_corrected_and_the_audit_names_the_fields(desk, referral):
    correct(desk, referral, reason="Stiff knee", next_visit_on="2026-12-10")
    assert (now(referral).reason, str(now(referral).next_visit_on)) == ("Stiff knee", "2026-12-10")
    event = AuditEvent.objects.get(verb="changed")
    assert event.changed == ["next_visit_on", "reason"] and "Stiff" not in str(event.__dict__)


def test_saving_without_a_change_changes_nothing(desk, referral):
    assert correct(desk, referral).status_code == 302
    assert now(referral).version == 1


def test_a_corrected_visit_moves_the_due_date(desk, referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    correct(desk, referral, attended_on=LAST_WEEK.isoformat())
    assert report_of(referral).due_on == TUESDAY
    correct(desk, referral, next_visit_on="2026-11-19")
    assert report_of(referral).due_because == "back with the referrer on Thursday 19 Nov"


def test_a_visit_date_is_corrected_but_never_invented(desk, referral):
    assert "attended_on" not in desk.get(at("update", referral)).context["form"].fields
    correct(desk, referral, attended_on=MONDAY.isoformat())
    assert now(referral).attended_on is None


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"happened_on": "2026-11-25"}, "happened_on"),
        ({"happened_on": "2026-11-24"}, "attended_on"),
        ({"attended_on": "2026-11-16"}, "attended_on"),
        ({"next_visit_on": "2026-11-01"}, "next_visit_on"),
        ({"appointment_on": "2099-01-01"}, "appointment_on"),
        ({"reason": "a\0b"}, "reason"),
        ({"partner_text": "Nobody"}, "partner_text"),
        ({"source": "self"}, "source"),
        ({"service": "00000000-0000-7000-8000-000000000000"}, "service"),
    ],
)
def test_a_correction_that_cannot_be_is_said_at_its_field(fields, wrong, desk, referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    response = correct(desk, referral, **fields)
    assert wrong in response.context["form"].errors
    assert now(referral).version == 2


def test_of_two_corrections_the_second_sees_the_first_and_keeps_the_typing(desk, referral, bob, as_person):
    form = desk.get(at("update", referral)).context["form"]
    mine = {name: form[name].value() for name in form.fields}
    mine = {k: v for k, v in mine.items() if v is not None}
    correct(as_person(bob), referral, reason="Stiff hip", urgency="urgent")
    html = page(desk.post(at("update", referral), mine | {"reason": "Stiff knee"}))
    for words in ("It now says: Stiff hip", "It now says: urgent", "Stiff knee"):
        assert words in html
    assert now(referral).reason == "Stiff hip"


def test_a_found_source_is_thanked(desk, kim, alice, okafor):
    referral = receive(by=alice, patient=kim, source=Source.UNKNOWN, happened_on=TUESDAY)
    correct(desk, referral, partner_text=okafor.name, source="")
    assert (now(referral).partner, now(referral).source) == (okafor, Source.PARTNER)
    assert MessageCause.objects.get().referral == referral
    assert report_of(referral).state == Loop.NOT_DUE


def test_a_wrong_partner_is_not_thanked_and_the_right_one_is(desk, referral):
    lind = factories.partner("Dr Lind")
    correct(desk, referral, partner_text="Dr Lind")
    cause = MessageCause.objects.get()
    assert (cause.message.partner, cause.withdrawn_at) == (lind, None)


def test_a_partner_who_was_none_leaves_no_report_to_write(desk, referral):
    correct(desk, referral, partner_text="", partner="", source="self")
    assert now(referral).partner is None
    assert report_of(referral).state == Loop.NOT_REQUIRED
    assert not MessageCause.objects.filter(withdrawn_at=None).exists()


def test_the_patient_is_corrected(desk, referral, kim):
    typed = {"patient_name": "Kim Adler", "born": "1971-03-09", "record_number": "20418", "version": 1}
    desk.post(at("patient", referral), typed)
    patient = now(referral).patient
    assert (patient.name, patient.birth_date, patient.record_number) == ("Kim Adler", "1971-03-09", "20418")


def test_a_patient_somebody_else_corrected_meanwhile_is_shown_with_both_words(desk, referral):
    typed = {"patient_name": "Kim Adler", "born": "1971-03-08", "record_number": "20417", "version": 1}
    desk.post(at("patient", referral), typed)
    response = desk.post(at("patient", referral), typed | {"patient_name": "Kim Moreau-Adler"})
    form = response.context["form"]
    assert form.errors["patient_name"] == ["It now says: Kim Adler"]
    assert form["patient_name"].value() == "Kim Moreau-Adler"
    assert desk.post(at("patient", referral), typed | {"version": form["version"].value()}).status_code == 302


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"patient_name": ""}, "patient_name"),
        ({"patient_name": "a\0b"}, "patient_name"),
        ({"born": "2030-01-01"}, "born"),
        ({"born": "1899-01-01"}, "born"),
        ({"record_number": "777"}, "record_number"),
        ({"record_number": "x" * 1_000_000}, "record_number"),
    ],
)
def test_a_patient_that_cannot_be_is_said_at_the_field(fields, wrong, desk, referral):
    factories.patient("Ruth Adler", record="777")
    typed = {
        "patient_name": "Kim Moreau",
        "born": "1971-03-08",
        "record_number": "20417",
        "version": 1,
    } | fields
    response = desk.post(at("patient", referral), typed)
    assert wrong in response.context["form"].errors
    assert now(referral).patient.name == "Kim Moreau"


def test_a_report_sent_by_mistake_is_taken_back_from_the_toast(desk, referral, alice):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    report = Obligation.objects.get()
    sent = {"act": "done", "on": MONDAY.isoformat(), "version": report.version, "next": "/"}
    [note] = desk.post(at("report", report), sent, follow=True).context["messages"]
    assert Obligation.objects.get().state == Loop.SENT
    desk.post(note.extra_tags)
    assert (Obligation.objects.get().state, Obligation.objects.get().sent_on) == (Loop.DUE, None)


def test_the_second_of_two_at_a_report_hears_who_sent_it_and_when(desk, referral, alice, bob):
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    report = Obligation.objects.get()
    record_report(Obligation.objects.get(), by=bob)
    sent = {"act": "done", "on": MONDAY.isoformat(), "version": report.version, "next": "/"}
    [note] = desk.post(at("report", report), sent, follow=True).context["messages"]
    assert str(note) == "Bob Brown was quicker: report sent, at 10:00."
