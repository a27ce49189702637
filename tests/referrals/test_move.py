from datetime import date, timedelta

import pytest
import time_machine

from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from referrals.actions import move, receive, redirect, send
from referrals.models import Referral
from referrals.signals import referral_received, referral_restored, referral_sent, referral_withdrawn
from referrals.states import ALLOWED, STEPS, Direction, Journey, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY

J, V = Journey, Verb
MONDAY = TUESDAY - timedelta(days=1)
LAST_WEEK = TUESDAY - timedelta(days=7)


@pytest.fixture
def referral(okafor, kim, alice):
    return receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)


def go(referral, *verbs, by):
    for verb in verbs:
        move(referral, verb, by=by, reason="as asked" if STEPS[verb].needs_reason else "")
    return Referral.objects.get(pk=referral.pk)


@pytest.mark.parametrize(
    "verbs, journey",
    [
        ([V.ACCEPT], J.ACCEPTED),
        ([V.SCHEDULE], J.SCHEDULED),
        ([V.ATTEND], J.ATTENDED),
        ([V.ACCEPT, V.START_CARE], J.IN_CARE),
        ([V.ATTEND, V.COMPLETE], J.COMPLETED),
        ([V.SCHEDULE, V.MISS], J.NO_SHOW),
        ([V.SCHEDULE, V.MISS, V.SCHEDULE], J.SCHEDULED),
        ([V.SCHEDULE, V.REBOOK], J.ACCEPTED),
        ([V.ACCEPT, V.HOLD], J.ON_HOLD),
        ([V.ACCEPT, V.HOLD, V.RESUME], J.ACCEPTED),
        ([V.HOLD, V.CANCEL], J.CANCELLED),
        ([V.MARK_UNREACHABLE], J.UNREACHABLE),
        ([V.PATIENT_DECLINES], J.PATIENT_DECLINED),
        ([V.DECLINE], J.DECLINED),
        ([V.DECLINE, V.REOPEN], J.REQUESTED),
        ([V.ATTEND, V.DISCONTINUE], J.DISCONTINUED),
        ([V.CANCEL], J.CANCELLED),
        ([V.ENTER_IN_ERROR], J.ENTERED_IN_ERROR),
    ],
)
def test_each_verb_leads_where_the_table_says(verbs, journey, referral, alice):
    moved = go(referral, *verbs, by=alice)
    assert moved.journey == journey
    assert moved.version == 1 + len(verbs)
    assert moved.events.count() == 1 + len(verbs)


def test_every_row_of_the_table_is_reached_by_exactly_one_verb():
    for state, targets in ALLOWED.items():
        for target in targets:
            verbs = [step.verb for step in STEPS.values() if step.to == target and state in step.start]
            assert len(verbs) == 1, (state, target, verbs)
    for step in STEPS.values():
        for state in step.start:
            assert step.to in ALLOWED[state] | {None, J.ENTERED_IN_ERROR}


def test_a_closed_referral_is_not_accepted_twice(referral, alice):
    go(referral, V.ACCEPT, by=alice)
    with pytest.raises(Refused, match="is accepted"):
        move(referral, V.ACCEPT, by=alice)


def test_a_step_has_two_dates_and_the_skipped_ones_stay_empty(referral, alice):
    move(referral, V.ATTEND, by=alice, on=MONDAY)
    kept = Referral.objects.get()
    assert (kept.accepted_on, kept.scheduled_on, kept.attended_on) == (None, None, MONDAY)
    step = kept.events.get(after=J.ATTENDED)
    assert (step.happened_on, step.entered_at.date(), step.by) == (MONDAY, TUESDAY, alice)


@pytest.mark.parametrize("verb", [verb for verb, step in STEPS.items() if step.needs_reason])
def test_a_step_that_needs_a_reason_is_refused_without(verb, referral, alice):
    referral.journey = next(iter(sorted(STEPS[verb].start)))
    with pytest.raises(Refused, match="Say why") as refused:
        move(referral, verb, by=alice)
    assert refused.value.field == "reason"


def test_the_reason_is_sealed_and_the_audit_holds_only_names(referral, alice):
    move(referral, V.DECLINE, by=alice, reason="Canary: no place before March")
    step = referral.events.get(after=J.DECLINED)
    assert step.reason == "Canary: no place before March"
    assert b"Canary" not in bytes(step.reason_sealed)
    event = AuditEvent.objects.get(verb="journey: decline")
    told = ["acknowledge_by", "acknowledged_on"]
    assert event.changed == [*told, "closed_on", "journey", "journey_before"]
    assert "Canary" not in str(event.__dict__)


@pytest.mark.parametrize(
    "verb, on, says",
    [
        (V.ATTEND, TUESDAY + timedelta(days=1), "not come yet"),
        (V.ATTEND, LAST_WEEK - timedelta(days=1), r"before the referral \(17 Nov 2026\)"),
        (V.ACCEPT, date(1989, 1, 1), "before 1990"),
        (V.ACCEPT, date(9999, 12, 31), "not come yet"),
    ],
)
def test_a_day_that_cannot_be_is_refused(verb, on, says, referral, alice):
    with pytest.raises(Refused, match=says) as refused:
        move(referral, verb, by=alice, on=on)
    assert refused.value.field == "on"
    assert Referral.objects.get().journey == J.REQUESTED


def test_care_does_not_end_before_the_first_visit(referral, alice):
    move(referral, V.ATTEND, by=alice, on=MONDAY)
    with pytest.raises(Refused, match="before the first visit"):
        move(referral, V.COMPLETE, by=alice, on=MONDAY - timedelta(days=1))


def test_an_appointment_may_lie_ahead_but_not_before_the_referral(referral, alice):
    with pytest.raises(Refused, match="before the referral") as refused:
        move(referral, V.SCHEDULE, by=alice, appointment_on=LAST_WEEK - timedelta(days=1))
    assert refused.value.field == "appointment_on"
    move(referral, V.SCHEDULE, by=alice, appointment_on=TUESDAY + timedelta(days=9))
    kept = Referral.objects.get()
    assert (kept.scheduled_on, kept.appointment_on) == (TUESDAY, TUESDAY + timedelta(days=9))
    move(referral, V.REBOOK, by=alice)
    kept = Referral.objects.get()
    assert (kept.journey, kept.scheduled_on, kept.appointment_on) == (J.ACCEPTED, None, None)


def test_rebooking_does_not_invent_the_day_of_acceptance(referral, alice):
    kept = go(referral, V.SCHEDULE, V.REBOOK, by=alice)
    assert kept.accepted_on is None


def test_of_two_people_the_second_is_told(referral, alice, bob):
    seen_by_bob = Referral.objects.get()
    move(referral, V.ACCEPT, by=alice)
    with pytest.raises(Stale) as stale:
        move(seen_by_bob, V.DECLINE, by=bob, reason="full")
    assert stale.value.current.journey == J.ACCEPTED
    fresh = Referral.objects.get()
    with pytest.raises(Stale):
        move(fresh, V.CANCEL, by=bob, reason="full", version=1)
    assert Referral.objects.get().events.count() == 2


def test_reopening_keeps_the_first_visit_and_forgets_the_closing(referral, alice):
    move(referral, V.ATTEND, by=alice, on=MONDAY)
    go(referral, V.DISCONTINUE, by=alice)
    assert Referral.objects.get().closed_on == TUESDAY
    kept = go(referral, V.REOPEN, V.ATTEND, by=alice)
    assert (kept.attended_on, kept.closed_on) == (MONDAY, None)


@pytest.mark.parametrize("verb", [V.DECLINE, V.ENTER_IN_ERROR])
def test_what_takes_a_note_back_is_told(verb, referral, alice, facts):
    with facts(referral_withdrawn) as withdrawn:
        move(referral, verb, by=alice, reason="wrong patient")
    assert withdrawn == [referral]


def test_a_cancelled_referral_keeps_its_note(referral, alice, facts):
    with facts(referral_withdrawn) as withdrawn, facts(referral_restored) as restored:
        go(referral, V.CANCEL, V.REOPEN, by=alice)
    assert withdrawn == restored == []


def test_a_reopened_or_undone_referral_gives_the_note_back(referral, alice, charlie, facts):
    with facts(referral_restored) as restored:
        go(referral, V.DECLINE, V.REOPEN, V.ENTER_IN_ERROR, by=alice)
        assert restored == [referral]
        go(referral, V.UNDO_ERROR, by=charlie)
    assert restored == [referral, referral]


def test_an_undone_error_that_was_declined_before_gives_no_note_back(referral, alice, charlie, facts):
    with facts(referral_withdrawn) as withdrawn, facts(referral_restored) as restored:
        kept = go(referral, V.DECLINE, V.ENTER_IN_ERROR, by=alice)
        assert kept.closed_on == TUESDAY
        kept = go(referral, V.UNDO_ERROR, by=charlie)
    assert (withdrawn, restored, kept.journey) == ([referral], [], J.DECLINED)


def test_only_those_who_may_restore_undo_an_error_and_for_thirty_days(referral, alice, charlie):
    go(referral, V.ACCEPT, V.ENTER_IN_ERROR, by=alice)
    with pytest.raises(Refused, match="manager"):
        go(referral, V.UNDO_ERROR, by=alice)
    with time_machine.travel("2026-12-24T10:01:00Z", tick=False), pytest.raises(Refused, match="30 days"):
        go(referral, V.UNDO_ERROR, by=charlie)
    with time_machine.travel("2026-12-24T09:59:00Z", tick=False):
        assert go(referral, V.UNDO_ERROR, by=charlie).journey == J.ACCEPTED


def test_a_hold_under_an_error_leads_all_the_way_back(referral, alice, charlie):
    go(referral, V.ATTEND, V.HOLD, V.ENTER_IN_ERROR, by=alice)
    assert go(referral, V.UNDO_ERROR, by=charlie).journey == J.ON_HOLD
    assert go(referral, V.RESUME, by=alice).journey == J.ATTENDED


def test_a_hold_that_was_in_error_twice_still_leads_back(referral, alice, charlie):
    go(referral, V.ATTEND, V.HOLD, by=alice)
    for _ in range(2):
        go(referral, V.ENTER_IN_ERROR, by=alice)
        go(referral, V.UNDO_ERROR, by=charlie)
    assert go(referral, V.RESUME, by=alice).journey == J.ATTENDED


def test_a_draft_tells_nobody_until_it_is_requested(okafor, kim, alice, facts):
    draft = factories.referral(partner=okafor, patient=kim, journey=J.DRAFT)
    with facts(referral_received) as heard:
        move(draft, V.REQUEST, by=alice)
    assert heard == [draft]


def test_passing_on_a_received_patient_logs_a_sent_referral_of_its_own_matter(referral, alice, facts):
    lind = factories.partner("Dr Lind")
    with facts(referral_sent) as sent, facts(referral_withdrawn) as withdrawn:
        onward = redirect(referral, by=alice, partner=lind, reason="needs a surgeon")
    assert (sent, withdrawn) == ([onward], [referral])
    assert (onward.direction, onward.partner, onward.patient) == (Direction.SENT, lind, referral.patient)
    assert onward.matter == onward.pk
    kept = Referral.objects.get(pk=referral.pk)
    assert (kept.journey, kept.redirected_to) == (J.REDIRECTED, onward)


def test_passing_on_a_sent_patient_stays_one_matter(okafor, kim, alice):
    first = send(by=alice, patient=kim, partner=okafor, happened_on=MONDAY, reason="Knee")
    second = redirect(first, by=alice, partner=factories.partner("Dr Lind"), reason="no place")
    assert second.matter == first.matter
    assert second.reason == "Knee"


def test_a_redirect_can_link_a_referral_that_is_there_already(referral, kim, okafor, alice):
    there = send(by=alice, patient=kim, partner=okafor, happened_on=MONDAY)
    assert redirect(referral, by=alice, existing=there, reason="was sent already") == there
    assert Referral.objects.count() == 2


def test_a_redirect_to_another_patients_referral_or_to_itself_is_refused(referral, alice):
    for wrong in (factories.referral(), referral):
        with pytest.raises(Refused, match="same patient"):
            redirect(referral, by=alice, existing=wrong, reason="no")


def test_a_redirect_leads_somewhere(referral, alice):
    with pytest.raises(Refused, match="to whom") as refused:
        redirect(referral, by=alice, reason="full")
    assert refused.value.field == "partner_text"


def test_a_refused_redirect_leaves_no_referral_behind(referral, alice):
    with pytest.raises(Refused):
        redirect(referral, by=alice, partner=factories.partner("Dr Lind"), reason="")
    assert Referral.objects.count() == 1
