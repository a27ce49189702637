"""The fenced sending, step by step, with a real SMTP server and one transaction a step."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from outreach.actions.messages import answers, send
from outreach.actions.messages.sweep import recover
from outreach.models import Message
from outreach.states import MessageState as M
from partners.models import Partner
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from referrals.actions.log import receive
from referrals.models import Referral
from tests import factories
from tests.mailserver import DROP, HANG

LATER = ["451 later"]
NEVER = ["550 no such person"]


def now(practice, message):
    with enter(practice):
        return Message.objects.get(pk=message.pk)


def change(practice, message, **fields):
    with enter(practice):
        Message.objects.filter(pk=message.pk).update(**fields)


def test_a_due_note_leaves_once_and_says_so(sending, note, server):
    assert send.send_due(sending) is False
    send.send_due(sending)
    row = now(sending, note)
    assert (row.state, row.attempt, row.reply) == (M.SENT, 1, "250 kept")
    assert server.ids() == [str(note.pk)]
    assert row.body.startswith("Dear Dr Okafor,") and "a patient" in row.body


@pytest.mark.parametrize(
    "phase, answers, state, taken",
    [
        ("banner", ["421 busy"], M.PENDING, 0),
        ("banner", ["554 not you"], M.PENDING, 0),
        ("banner", [DROP], M.PENDING, 0),
        ("EHLO", ["421 busy", "421 busy"], M.PENDING, 0),
        ("EHLO", [DROP], M.PENDING, 0),
        ("MAIL", LATER, M.PENDING, 0),
        ("MAIL", NEVER, M.FAILED, 0),
        ("MAIL", [DROP], M.PENDING, 0),
        ("RCPT", LATER, M.PENDING, 0),
        ("RCPT", NEVER, M.FAILED, 0),
        ("RCPT", [DROP], M.PENDING, 0),
        ("DATA", LATER, M.PENDING, 0),
        ("DATA", NEVER, M.FAILED, 0),
        ("DATA", [DROP], M.PENDING, 0),
        ("DATA", ["250 what"], M.PENDING, 0),
        ("body", LATER, M.PENDING, 0),
        ("body", NEVER, M.FAILED, 0),
        ("body", ["421 closing"], M.PENDING, 0),
        ("body", [DROP], M.IN_DOUBT, 0),
        ("body", ["keep and drop"], M.IN_DOUBT, 1),
        ("body", ["what?"], M.IN_DOUBT, 0),
    ],
)
def test_the_phase_decides_what_becomes_of_it(sending, note, server, phase, answers, state, taken):
    server.script[phase] = list(answers)
    send.send_due(sending)
    assert (now(sending, note).state, len(server.taken)) == (state, taken)


@pytest.mark.parametrize(
    "phase, state",
    [(phase, M.PENDING) for phase in ("banner", "EHLO", "MAIL", "RCPT", "DATA")] + [("body", M.IN_DOUBT)],
)
def test_a_silent_server_costs_the_time_of_one_message(sending, note, server, monkeypatch, phase, state):
    monkeypatch.setattr(send, "SECONDS_FOR_ONE", 0.2)
    server.script[phase] = [HANG]
    send.send_due(sending)
    assert (now(sending, note).state, server.taken) == (state, [])


def test_a_refusal_waits_longer_each_time_and_at_most_an_hour(sending, note, server, clock):
    waits = []
    for _ in range(7):
        server.script["RCPT"] = list(LATER)
        send.send_due(sending)
        row = now(sending, note)
        waits.append((row.due_at - timezone.now()) // timedelta(minutes=1))
        assert "451 later" in row.waiting_because
        change(sending, note, due_at=timezone.now())
    assert waits == [1, 5, 15, 30, 60, 60, 60]
    send.send_due(sending)
    assert server.ids() == [str(note.pk)]


def test_a_batch_uses_one_session(sending, server):
    with enter(sending):
        notes = [factories.message() for _ in range(5)]
    send.send_due(sending)
    assert sorted(server.ids()) == sorted(str(n.pk) for n in notes)
    assert server.sessions == 1


def test_after_a_refusal_the_session_goes_on_with_the_next(sending, server):
    with enter(sending):
        first, second = [factories.message() for _ in range(2)]
    server.script["RCPT"] = list(NEVER)
    send.send_due(sending)
    assert (now(sending, first).state, now(sending, second).state) == (M.FAILED, M.SENT)
    assert server.sessions == 1


def test_a_session_that_died_between_two_notes_is_opened_again(sending, server):
    with enter(sending):
        notes = [factories.message() for _ in range(2)]
    server.script["RSET"] = [DROP]
    send.send_due(sending)
    assert [now(sending, n).state for n in notes] == [M.SENT, M.SENT]
    assert server.sessions == 2


def test_when_the_server_is_away_the_rest_stays_due(sending, server):
    with enter(sending):
        first, second = [factories.message() for _ in range(2)]
    server.script["banner"] = ["421 busy", "421 busy"]
    assert send.send_due(sending) is False
    assert server.sessions == 1
    first, second = now(sending, first), now(sending, second)
    assert (first.state, first.refusals, first.due_at > timezone.now()) == (M.PENDING, 1, True)
    assert (second.state, second.lease_until, second.due_at <= timezone.now()) == (M.PENDING, None, True)


def test_a_task_starts_no_note_it_may_not_finish(sending, note, server, monkeypatch):
    monkeypatch.setattr(send, "TASK_SECONDS", send.SECONDS_NEEDED - 1)
    assert send.send_due(sending) is True
    row = now(sending, note)
    assert (row.state, row.lease_until, server.taken) == (M.PENDING, None, [])


def test_two_workers_never_claim_the_same_note(sending, note):
    [claim] = send.claim_due(sending)
    assert send.claim_due(sending) == []
    assert (claim.pk, claim.attempt) == (note.pk, 1)


def test_an_overtaken_worker_may_not_hand_over(sending, note, clock):
    [old] = send.claim_due(sending)
    clock.shift(timedelta(minutes=3))
    with enter(sending):
        recover()
    assert not send.dispatch(old)
    [new] = send.claim_due(sending)
    assert new.attempt == 2
    assert not send.dispatch(old)
    assert send.dispatch(new)


def test_the_answer_of_an_older_attempt_changes_nothing(sending, note):
    [claim] = send.claim_due(sending)
    assert send.dispatch(claim)
    older = replace(claim, attempt=0)
    send.settle(older, 451, "451 later", M.DISPATCHING)
    assert now(sending, note).state == M.DISPATCHING
    send.settle(claim, 250, "250 kept", M.DISPATCHING)
    assert now(sending, note).state == M.SENT


def test_what_was_being_handed_over_when_the_work_stopped_is_never_sent_again(sending, note, server, clock):
    [claim] = send.claim_due(sending)
    assert send.dispatch(claim)
    clock.shift(timedelta(minutes=3))
    with enter(sending):
        recover()
    send.send_due(sending)
    assert (now(sending, note).state, server.taken) == (M.IN_DOUBT, [])
    send.settle(claim, 250, "250 kept", M.DISPATCHING, M.IN_DOUBT)
    assert now(sending, note).state == M.SENT  # its own answer came late


@pytest.mark.parametrize(
    "change_partner",
    [
        {"email_opted_out_at": "2026-03-04T10:00Z"},
        {"email_state": "bounced"},
        {"stage": "ended", "ended_on": "2026-03-04"},
        {"email": "elsewhere@office.example"},
    ],
)
def test_who_changed_since_the_claim_gets_nothing(sending, note, server, change_partner):
    [claim] = send.claim_due(sending)
    with enter(sending):
        Partner.objects.update(**change_partner)
    with send.Line(server.url, hostname="here") as line:
        assert send.send_one(claim, line)
    assert server.taken == []
    assert now(sending, note).state == M.CLAIMED  # until its lease ends; then it is decided anew


def test_a_paused_rule_sends_nothing(sending, note, server):
    with enter(sending):
        note.rule.is_active = False
        note.rule.save()
    send.send_due(sending)
    assert (now(sending, note).state, server.taken) == (M.PENDING, [])


def test_the_demo_practice_never_sends_outside(sending, note, server, settings):
    sending.is_demo = True
    settings.INBOX_SMTP_URL = "smtp://127.0.0.1:1"
    send.send_due(sending)
    assert server.taken == []


def test_the_names_of_headers_cannot_be_added(sending, note, server):
    sending.name = "Riverside\r\nBcc: all@world.example"
    send.send_due(sending)
    [letter] = server.letters()
    assert letter["Bcc"] is None
    assert letter["From"].addresses[0].display_name == "Riverside Bcc: all@world.example"


def test_a_note_carries_what_a_mail_needs(sending, note, server, settings):
    with enter(sending):
        note.text_fixed, note.subject, note.body = True, "Thank you · dänk", "First\n.\n..dots\nlast"
        note.save()
    send.send_due(sending)
    [letter] = server.letters()
    assert letter["Message-ID"] == f"<{note.pk}@{settings.MAIL_DOMAIN}>"
    assert letter["Reply-To"] == "desk@riverside.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == timezone.now()
    assert letter["Subject"] == "Thank you · dänk"
    text = letter.get_body(("plain",)).get_content()
    assert text.splitlines()[:4] == ["First", ".", "..dots", "last"]
    assert "no e-mail" in text
    assert "<p>First<br>.<br>" in letter.get_body(("html",)).get_content()


def test_nothing_about_the_patient_is_in_the_mail_or_on_the_broker(sending, server, monkeypatch, clock):
    marks = ["Zebedee Quillfeather", "1961-02-03", "QF-7731", "marked sciatica"]
    ordered = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda *args, **kwargs: ordered.append((args, kwargs))
    )
    with enter(sending):
        alice = factories.person("Alice Adams")
        patient = factories.patient(marks[0], born=marks[1], record=marks[2])
        receive(
            by=alice,
            patient=patient,
            partner=factories.partner(),
            happened_on=sending.today(),
            reason=marks[3],
        )
        message = Message.objects.get()
        answers.send_now(message, version=1, by=alice)
    send.send_due(sending)
    assert server.ids() == [str(message.pk)]
    told = server.taken[0].decode() + "".join(server.recipients) + repr(ordered) + message.body
    for mark in marks:
        assert mark not in told
        assert all(word not in told for word in mark.split())


def test_a_message_that_cannot_be_put_together_keeps_no_other_one_back(sending, server, monkeypatch):
    with enter(sending):
        broken, whole = [factories.message() for _ in range(2)]
    compose = send.mail.compose

    def compose_one(**parts):
        if parts["message_id"] == str(broken.pk):
            raise ValueError("no such letter")
        return compose(**parts)

    monkeypatch.setattr(send.mail, "compose", compose_one)
    send.send_due(sending)
    row = now(sending, broken)
    assert (row.state, now(sending, whole).state) == (M.FAILED, M.SENT)
    assert row.reply.startswith("It cannot be put together (ValueError).")


def test_an_address_for_answers_that_no_mail_can_carry_is_told_to_people(sending, note, server):
    Practice.objects.filter(pk=sending.pk).update(reply_to='"front desk"@riverside.example')
    send.send_due(Practice.objects.get(pk=sending.pk))
    row = now(sending, note)
    assert (row.state, server.taken) == (M.FAILED, [])
    assert "settings" in row.reason


def test_a_lease_given_before_the_clock_was_set_back_is_over(sending, note, clock):
    send.claim_due(sending)
    clock.shift(-timedelta(hours=6))
    with enter(sending):
        recover()
    assert now(sending, note).state == M.PENDING


@pytest.mark.parametrize(
    "gone", [{"journey": "entered_in_error"}, {"deleted_at": timezone.now()}], ids=["error", "trash"]
)
def test_a_referral_that_no_longer_counts_is_not_thanked_for_after_a_refusal(sending, note, server, gone):
    with enter(sending):
        Referral.objects.update(**gone)  # told while the note was being handed over
    send.send_due(sending)
    row = now(sending, note)
    assert (row.state, server.taken) == (M.CANCELLED, [])
    assert "no longer counts" in row.reason
