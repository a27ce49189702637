"""From a received referral to its place in a note, a card or a call."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from outreach.actions.messages import recipients, thanks
from outreach.actions.messages.people import write_to
from outreach.models import Message, MessageCause, Rule, Task
from outreach.states import Approval, Hold, RuleKind, Suppression, TaskKind, TaskState
from outreach.states import MessageState as M
from partners.states import Channel, Ending, Stage
from referrals.states import Source
from tests import factories

pytestmark = pytest.mark.usefixtures("clock", "riverside")


def thanked(partner=None, **fields):
    referral = factories.referral(partner=partner, **fields)
    thanks.thank(referral)
    return referral


def the_message():
    return Message.objects.get()


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


def test_thanks_leave_at_the_rules_hour_of_the_same_working_day():
    thanked()
    assert (the_message().state, the_message().due_at) == (M.PENDING, utc(2026, 3, 4, 17))


@pytest.mark.parametrize(
    "at, due",
    [
        (utc(2026, 3, 4, 17, 30), utc(2026, 3, 5, 17)),  # after hours
        (utc(2026, 3, 6, 18), utc(2026, 3, 9, 17)),  # Friday evening
        (utc(2026, 4, 2, 17, 30), utc(2026, 4, 6, 16)),  # Good Friday follows; the clocks have changed
    ],
)
def test_thanks_wait_for_the_next_working_day(clock, at, due):
    clock.move_to(at)
    thanked()
    assert the_message().due_at == due


def test_the_hour_is_the_partners_own():
    thanked(factories.partner(time_zone="America/New_York"))
    assert the_message().due_at == utc(2026, 3, 4, 22)


def test_a_second_referral_joins_the_note():
    partner = factories.partner()
    first, second = thanked(partner), thanked(partner)
    causes = the_message().causes.live()
    assert {cause.referral for cause in causes} == {first, second}


def test_saying_it_a_hundred_times_makes_one_cause():
    referral = thanked()
    for _ in range(100):
        thanks.thank(referral)
    assert MessageCause.objects.count() == Message.objects.count() == 1


def test_a_note_that_is_leaving_is_not_joined():
    partner = factories.partner()
    thanked(partner)
    Message.objects.update(state=M.CLAIMED, lease_until=timezone.now() + timedelta(minutes=2))
    thanked(partner)
    assert Message.objects.count() == 2


def test_after_a_note_the_next_waits_for_the_seventh_day_and_is_joined():
    partner = factories.partner()
    factories.message(partner=partner, state=M.SENT, sent_at=utc(2026, 3, 2, 17), due_at=utc(2026, 3, 2, 17))
    thanked(partner)
    thanked(partner)
    waiting = Message.objects.get(state=M.PENDING)
    assert waiting.due_at == utc(2026, 3, 9, 17)
    assert "2 March" in waiting.waiting_because
    assert waiting.causes.count() == 2


def test_what_happened_long_ago_makes_a_draft_and_never_joins_what_leaves_by_itself():
    partner = factories.partner()
    thanked(partner)
    thanked(partner, happened_on=date(2026, 2, 17))
    assert Message.objects.filter(state=M.PENDING).count() == 1
    thanked(partner, happened_on=date(2026, 2, 18))
    draft = Message.objects.get(state=M.HELD)
    assert (draft.hold, draft.causes.count()) == (Hold.LONG_AGO, 1)
    assert Message.objects.get(state=M.PENDING).causes.count() == 2


def test_a_rule_for_approval_makes_a_draft():
    Rule.objects.filter(kind=RuleKind.THANK_YOU).update(approval=Approval.DRAFT)
    thanked()
    assert (the_message().state, the_message().hold) == (M.HELD, Hold.APPROVAL)


def test_a_rule_that_is_switched_off_makes_nothing():
    Rule.objects.update(is_active=False)
    thanked()
    assert not MessageCause.objects.exists()


@pytest.mark.parametrize("source", sorted(set(Source) - {Source.PARTNER}))
def test_nobody_but_a_partner_gets_automatic_mail(source):
    referral = factories.referral()
    referral.source, referral.partner = source, None
    thanks.thank(referral)
    assert not MessageCause.objects.exists()


@pytest.mark.parametrize(
    "fields, kind",
    [
        ({"preferred_channel": Channel.CARD}, TaskKind.THANK_CARD),
        ({"preferred_channel": Channel.PHONE}, TaskKind.THANK_CALL),
        ({"email": ""}, TaskKind.THANK_CARD),
    ],
)
def test_who_prefers_a_card_or_a_call_gets_one_by_hand_within_two_working_days(fields, kind, alice):
    partner = factories.partner(owner=alice, **fields)
    thanked(partner)
    thanked(partner)
    task = Task.objects.get()
    assert (task.kind, task.due_on, task.owner) == (kind, date(2026, 3, 6), alice)
    assert task.why == "For 2 referrals they made."
    assert not Message.objects.exists()


def test_a_card_already_written_is_not_joined():
    partner = factories.partner(preferred_channel=Channel.CARD)
    thanked(partner)
    Task.objects.update(state=TaskState.COMPLETED)
    thanked(partner)
    assert Task.objects.count() == 2


@pytest.mark.parametrize(
    "fields, state, reason",
    [
        ({"email_opted_out_at": "2026-03-01T10:00Z"}, M.SUPPRESSED, Suppression.OPTED_OUT),
        ({"email_state": "bounced"}, M.SUPPRESSED, Suppression.BOUNCED),
        ({"stage": Stage.ENDED, "ending": Ending.DIED, "ended_on": "2026-03-01"}, M.HELD, Hold.PARTNER_ENDED),
        ({"stage": Stage.ENDED, "ending": Ending.STOPPED, "ended_on": "2026-03-01"}, M.SUPPRESSED, "ended"),
    ],
)
def test_who_is_not_written_to_is_shown_with_the_reason(fields, state, reason):
    thanked(factories.partner(**fields))
    message = the_message()
    assert (message.state, message.hold or message.suppression) == (state, reason)


def test_a_withdrawn_referral_takes_its_note_back_visibly():
    referral = thanked()
    thanks.take_back(referral)
    assert the_message().state == M.CANCELLED
    assert the_message().causes.get().withdrawn_at


def test_a_note_for_two_stays_for_the_other():
    partner = factories.partner()
    first, _ = thanked(partner), thanked(partner)
    thanks.take_back(first)
    assert the_message().state == M.PENDING
    assert the_message().causes.live().count() == 1


def test_a_note_that_left_is_not_taken_back():
    referral = thanked()
    Message.objects.update(state=M.SENT, sent_at=timezone.now())
    thanks.take_back(referral)
    assert the_message().causes.live().exists()


def test_a_claimed_note_can_still_be_taken_back():
    referral = thanked()
    Message.objects.update(state=M.CLAIMED, lease_until=timezone.now() + timedelta(minutes=2))
    thanks.take_back(referral)
    assert (the_message().state, the_message().lease_until) == (M.CANCELLED, None)


def test_a_card_that_is_not_written_yet_is_called_off():
    partner = factories.partner(preferred_channel=Channel.CARD)
    first, second = thanked(partner), thanked(partner)
    thanks.take_back(first)
    assert Task.objects.get().why == "For a referral they made."
    thanks.take_back(second)
    assert Task.objects.get().state == TaskState.CANCELLED


def test_a_referral_that_counts_again_is_thanked_for_once():
    referral = thanked()
    thanks.take_back(referral)
    thanks.put_back(referral)
    thanks.put_back(referral)
    waiting = Message.objects.get(state=M.PENDING)
    assert waiting.causes.live().count() == MessageCause.objects.count() == 1


def passed_to(referral, partner):
    """What correcting the partner of a referral says to us."""
    thanks.take_back(referral)
    referral.partner = partner
    referral.save()
    thanks.put_back(referral)
    thanks.thank(referral)


def test_when_somebody_else_had_sent_the_patient_they_are_thanked_instead():
    referral, other = thanked(), factories.partner()
    passed_to(referral, other)
    assert Message.objects.get(state=M.PENDING).partner == other
    assert Message.objects.get(state=M.CANCELLED).partner != other


def test_when_the_wrong_one_was_thanked_already_the_right_one_is_as_well():
    referral, other = thanked(), factories.partner()
    Message.objects.update(state=M.SENT, sent_at=timezone.now())
    passed_to(referral, other)
    thanks.thank(referral)
    assert Message.objects.get(state=M.PENDING).partner == other


def opt_out(partner):
    partner.email_opted_out_at = timezone.now()
    partner.save()
    recipients.stop_for(partner)


def test_an_opt_out_stops_what_waits():
    partner = factories.partner()
    thanked(partner)
    opt_out(partner)
    assert (the_message().state, the_message().suppression) == (M.SUPPRESSED, Suppression.OPTED_OUT)


def test_an_opt_out_that_is_taken_back_lets_it_go():
    partner = factories.partner()
    thanked(partner)
    opt_out(partner)
    partner.email_opted_out_at = None
    partner.save()
    recipients.resume_for(partner)
    assert (the_message().state, the_message().suppression) == (M.PENDING, "")


def test_what_was_stopped_comes_back_as_one_note():
    partner = factories.partner()
    opt_out(partner)
    thanked(partner)
    thanked(partner)
    partner.email_opted_out_at = None
    partner.save()
    recipients.resume_for(partner)
    assert Message.objects.get(state=M.PENDING).causes.live().count() == 2


def test_what_comes_back_to_a_note_in_a_persons_words_waits_for_a_second_look():
    partner = factories.partner()
    waiting = factories.message(partner=partner, text_fixed=True, subject="Thanks", body="For one patient")
    factories.message(partner=partner, state=M.SUPPRESSED, suppression="opted_out")
    recipients.resume_for(partner)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.causes.live().count()) == (M.HELD, 2)
    assert "read it again" in waiting.waiting_because


def test_an_opt_in_of_somebody_who_retired_leaves_the_note_held():
    partner = factories.partner(stage=Stage.ENDED, ending=Ending.RETIRED, ended_on=date(2026, 3, 4))
    thanked(partner)
    recipients.resume_for(partner)
    assert (the_message().state, the_message().hold) == (M.HELD, Hold.PARTNER_ENDED)


def test_what_waited_through_a_long_ending_comes_back_as_a_draft(clock):
    partner = factories.partner()
    thanked(partner)
    partner.stage, partner.ending, partner.ended_on = Stage.ENDED, Ending.MOVED, date(2026, 3, 4)
    partner.save()
    recipients.stop_for(partner)
    assert the_message().hold == Hold.PARTNER_ENDED
    clock.shift(timedelta(days=20))
    partner.stage, partner.ending, partner.ended_on = Stage.ACTIVE, "", None
    partner.save()
    recipients.resume_for(partner)
    assert (the_message().state, the_message().hold) == (M.HELD, Hold.LONG_AGO)


def test_a_partner_who_died_gets_no_card():
    partner = factories.partner(preferred_channel=Channel.CARD)
    thanked(partner)
    partner.stage, partner.ending, partner.ended_on = Stage.ENDED, Ending.DIED, date(2026, 3, 4)
    partner.save()
    recipients.stop_for(partner)
    assert Task.objects.get().state == TaskState.CANCELLED


def test_mail_to_a_colleague_is_queued_once_a_fact(alice):
    rule = Rule.objects.get(kind=RuleKind.DIGEST)
    first = write_to(alice, rule=rule, fact="2026-W10", subject="This week", body="Three people.")
    again = write_to(alice, rule=rule, fact="2026-W10", subject="This week", body="Other words.")
    assert first == again == the_message()
    assert first.body == "Three people."


def test_a_change_that_fails_leaves_no_note():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        thanked()
        raise ZeroDivisionError
    assert not Message.objects.exists()
