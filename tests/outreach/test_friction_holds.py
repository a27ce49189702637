"""What was hard for a partner and is not answered yet holds automatic mail to them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outreach.actions.messages import answers, send, thanks
from outreach.models import Message
from outreach.states import Hold, Suppression
from outreach.states import MessageState as M
from partners import actions as partners
from partners.actions import friction
from partners.models import Partner
from partners.states import Ending
from referralcrm.practice.scope import enter
from tests import factories

HARD = {"trouble": "Nobody answered the phone.", "owner": None}


def report(partner, by=None):
    return friction.report(partner, happened_on=partner.practice.today(), by=by, **HARD)


def now(message):
    return Message.objects.get(pk=message.pk)


@pytest.fixture
def waiting(riverside, clock):
    """A note that leaves by itself."""
    return factories.message()


def test_a_scheduled_note_is_held_and_says_why(waiting, alice):
    report(waiting.partner, alice)
    row = now(waiting)
    assert (row.state, row.hold) == (M.HELD, Hold.FRICTION)
    assert row.reason == "Something was hard for them and is not answered yet."


def test_a_new_note_is_held_from_the_start(riverside, clock, alice):
    partner = factories.partner()
    report(partner, alice)
    thanks.thank(factories.referral(partner=partner))
    assert Message.objects.get().hold == Hold.FRICTION


def test_it_goes_on_when_the_last_one_is_answered(waiting, alice):
    one, two = report(waiting.partner, alice), report(waiting.partner, alice)
    friction.answer(one, version=1, answer="Sorry.", by=alice)
    assert now(waiting).hold == Hold.FRICTION
    friction.answer(two, version=1, answer="Sorry.", by=alice)
    row = now(waiting)
    assert (row.state, row.hold) == (M.PENDING, "") and row.due_at >= timezone.now()


def test_deleting_what_is_open_lets_mail_go_on_and_fetching_it_back_holds_it(waiting, alice):
    made = report(waiting.partner, alice)
    friction.delete(made, by=alice)
    assert now(waiting).state == M.PENDING
    friction.restore(made, by=alice)
    assert now(waiting).hold == Hold.FRICTION


def test_a_person_can_let_it_go_and_what_comes_later_holds_it_again(waiting, alice, clock):
    report(waiting.partner, alice)
    answers.approve(waiting, version=now(waiting).version, by=alice)
    assert now(waiting).state == M.PENDING
    clock.shift(timedelta(minutes=5))
    report(waiting.partner, alice)
    assert now(waiting).hold == Hold.FRICTION


def test_what_waits_for_a_person_anyway_keeps_its_reason(riverside, clock, alice):
    draft = factories.message(state=M.HELD, hold=Hold.RESTORED)
    made = report(draft.partner, alice)
    friction.answer(made, version=1, answer="Sorry.", by=alice)
    assert (now(draft).state, now(draft).hold) == (M.HELD, Hold.RESTORED)


def opt_out(partner, by):
    partners.opt_out(partner, by=by)


def bounce(partner, by):
    Partner.objects.filter(pk=partner.pk).update(email_state="bounced")


def retire(partner, by):
    partners.end(partner, ending=Ending.RETIRED, on=partner.practice.today(), by=by)


@pytest.mark.parametrize(
    "happens, state, why",
    [
        (opt_out, M.SUPPRESSED, Suppression.OPTED_OUT),
        (bounce, M.SUPPRESSED, Suppression.BOUNCED),
        (retire, M.HELD, Hold.PARTNER_ENDED),
    ],
)
def test_opted_out_bounced_and_gone_come_first(waiting, alice, happens, state, why):
    partner = waiting.partner
    happens(partner, alice)
    report(partner, alice)
    fresh = factories.referral(partner=Partner.objects.get(pk=partner.pk))
    thanks.thank(fresh)
    newest = Message.objects.filter(causes__referral=fresh).get()
    assert (newest.state, newest.hold or newest.suppression) == (state, why)


def test_it_is_decided_again_as_the_note_is_claimed(sending, note, server):
    with enter(sending):  # written around the fact, as another release or a repair might
        note.partner.frictions.create(happened_on=sending.today(), **HARD)
    send.send_due(sending)
    with enter(sending):
        assert (now(note).state, now(note).hold) == (M.HELD, Hold.FRICTION)
    assert server.taken == []


def test_opened_between_claiming_and_handing_over_it_is_not_sent(sending, note, server):
    [claim] = send.claim_due(sending)
    with enter(sending):
        report(note.partner)
        assert now(note).state == M.CLAIMED
    assert send.dispatch(claim) is False
    send.give_back(sending, [claim])
    send.send_due(sending)
    with enter(sending):
        assert now(note).hold == Hold.FRICTION
    assert server.taken == []


def test_what_a_person_let_go_passes_the_fence_as_well(sending, note, server, clock):
    with enter(sending):
        alice = factories.person("Alice Adams", practice=sending)
        report(note.partner)
        clock.shift(timedelta(minutes=1))
        answers.approve(note, version=now(note).version, by=alice)
    send.send_due(sending)
    with enter(sending):
        assert now(note).state == M.SENT


def test_a_claim_asks_once_for_all_partners(sending, django_assert_max_num_queries):
    with enter(sending):
        for _ in range(12):
            factories.message()
    with django_assert_max_num_queries(16):
        assert len(send.claim_due(sending)) == 12
