"""Taking back what was tapped by mistake."""

from datetime import timedelta

import pytest
import time_machine

from outreach.models import Message, Task
from outreach.states import MessageState, TaskState
from referralcrm.core.refused import Refused, Stale
from referrals.actions import (
    log_call,
    move,
    receive,
    record_report,
    restore,
    take_logging_back,
    take_step_back,
)
from referrals.models import Referral
from referrals.states import ALLOWED, STEPS, TAKEN_BACK, Journey, Loop, Source, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY

MONDAY = TUESDAY - timedelta(days=1)
LAST_WEEK = TUESDAY - timedelta(days=7)
PAIRS = [
    (state, verb)
    for verb in TAKEN_BACK
    for state in ALLOWED
    if state in STEPS[verb].start and verb != "resume"
]


@pytest.fixture
def referral(okafor, kim, alice):
    return receive(by=alice, patient=kim, partner=okafor, happened_on=LAST_WEEK)


def everything(referral):
    """Every column but the version, with what the reports say."""
    row = Referral.objects.get(pk=referral.pk)
    columns = {field.attname: getattr(row, field.attname) for field in Referral._meta.concrete_fields}
    del columns["version"]
    reports = referral.obligations.values("state", "due_on", "due_because", "not_required_because")
    return columns, list(reports), list(row.events.values_list("pk", flat=True))


@pytest.mark.parametrize(("state", "verb"), sorted(PAIRS))
def test_the_last_step_is_taken_back_exactly(state, verb, okafor, alice):
    row = factories.referral(
        partner=okafor,
        happened_on=LAST_WEEK,
        journey=state,
        accepted_on=LAST_WEEK,
        scheduled_on=LAST_WEEK if state == Journey.SCHEDULED else None,
        appointment_on=MONDAY if state == Journey.SCHEDULED else None,
        calls=2 if state == Journey.REQUESTED else 0,
    )
    before = everything(row)
    move(row, verb, by=alice, reason="as asked", appointment_on=TUESDAY + timedelta(days=3))
    assert everything(row) != before
    take_step_back(row, by=alice)
    assert everything(row) == before


def test_they_came_by_mistake_stops_the_reports_clock_again(referral, alice):
    move(referral, Verb.SCHEDULE, by=alice, appointment_on=MONDAY)
    before = everything(referral)
    move(referral, Verb.ATTEND, by=alice, on=MONDAY)
    assert referral.obligations.get().state == Loop.DUE
    take_step_back(referral, by=alice)
    assert everything(referral) == before
    assert referral.obligations.get().state == Loop.NOT_DUE


def test_a_rebooking_is_taken_back_whole(referral, alice):
    move(referral, Verb.SCHEDULE, by=alice, on=LAST_WEEK, appointment_on=MONDAY)
    before = everything(referral)
    move(referral, Verb.REBOOK, by=alice, appointment_on=TUESDAY + timedelta(days=3))
    booked = Referral.objects.get(pk=referral.pk)
    assert (booked.journey, booked.appointment_on) == (Journey.SCHEDULED, TUESDAY + timedelta(days=3))
    take_step_back(referral, by=alice)
    assert everything(referral) == before


def test_a_decline_taken_back_lets_the_thanks_go_out(referral, alice):
    note = Message.objects.get()
    move(referral, Verb.DECLINE, by=alice, reason="no place")
    assert Message.objects.get().state == MessageState.CANCELLED
    take_step_back(referral, by=alice)
    [waiting] = Message.objects.exclude(state=MessageState.CANCELLED)
    assert (waiting.state, waiting.partner) == (note.state, note.partner)


def test_the_patients_no_touches_no_thanks(referral, alice):
    before = Message.objects.values().get()
    move(referral, Verb.PATIENT_DECLINES, by=alice)
    take_step_back(referral, by=alice)
    assert Message.objects.values().get() == before


def test_what_changed_since_is_not_overwritten(referral, alice, bob):
    move(referral, Verb.MARK_UNREACHABLE, by=alice)
    seen = referral.version
    move(referral, Verb.REOPEN, by=bob, reason="called back")
    with pytest.raises(Stale):
        take_step_back(referral, by=alice, version=seen)
    assert Referral.objects.get().journey == Journey.REQUESTED


def test_a_visit_whose_report_was_sent_stands(referral, alice):
    move(referral, Verb.ATTEND, by=alice)
    record_report(referral.obligations.get(), by=alice)
    with pytest.raises(Refused, match="report about this visit"):
        take_step_back(referral, by=alice)


@pytest.mark.parametrize("verb", [Verb.ENTER_IN_ERROR])
def test_what_has_a_way_back_of_its_own_is_not_taken_back_here(verb, referral, alice):
    move(referral, verb, by=alice, reason="wrong chart")
    with pytest.raises(Refused, match="no longer"):
        take_step_back(referral, by=alice)


def test_the_logging_itself_is_no_step(referral, alice):
    with pytest.raises(Refused, match="no longer"):
        take_step_back(referral, by=alice)


def test_a_step_is_taken_back_for_thirty_days(referral, alice):
    move(referral, Verb.SCHEDULE, by=alice)
    with time_machine.travel("2026-12-24T10:01:00Z", tick=False), pytest.raises(Refused, match="no longer"):
        take_step_back(referral, by=alice)
    with time_machine.travel("2026-12-24T09:59:00Z", tick=False):
        take_step_back(referral, by=alice)


def test_a_referral_logged_by_mistake_thanks_nobody(referral, alice):
    assert Message.objects.get().state == MessageState.PENDING
    take_logging_back(referral, by=alice, version=1)
    assert Message.objects.get().state == MessageState.CANCELLED
    assert not Referral.objects.not_deleted().exists()


@pytest.mark.parametrize("source", [Source.UNKNOWN, Source.FAMILY_OR_STAFF])
def test_a_referral_logged_by_mistake_leaves_no_task_behind(source, kim, alice):
    row = receive(by=alice, patient=kim, source=source, happened_on=TUESDAY, source_name="A neighbour")
    assert Task.objects.open().exists()
    take_logging_back(row, by=alice, version=1)
    assert not Task.objects.open().exists()
    restore(Referral.objects.get(), by=alice)
    assert [task.state for task in Task.objects.all()] == [TaskState.REQUESTED] * Task.objects.count()


def test_an_error_and_its_undoing_close_and_open_the_tasks(kim, alice, charlie):
    row = receive(by=alice, patient=kim, source=Source.UNKNOWN, happened_on=TUESDAY)
    move(row, Verb.ENTER_IN_ERROR, by=alice, reason="wrong chart")
    assert not Task.objects.open().exists()
    move(row, Verb.UNDO_ERROR, by=charlie, reason="it was right")
    assert Task.objects.open().exists()


def test_what_happened_to_since_is_not_taken_back_whole(referral, alice):
    log_call(referral, by=alice)
    with pytest.raises(Stale):
        take_logging_back(referral, by=alice, version=1)
