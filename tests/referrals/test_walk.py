"""Whatever people do in whatever order, a referral stays within its table and its dates are theirs."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referralcrm.core.refused import Refused
from referrals.actions import move, receive, redirect, take_report_back, waive_report
from referrals.actions.loop import clock_of
from referrals.models import Obligation, Referral
from referrals.states import ALLOWED, CLOSED, STEPS, WITHDRAWN, Journey, Loop, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY

STAMPS = ("accepted_on", "scheduled_on", "attended_on", "in_care_on", "completed_on")
FIRST = TUESDAY - timedelta(days=20)

verbs = st.sampled_from(sorted(STEPS))
days_ago = st.integers(min_value=-2, max_value=22)
walks = st.lists(st.tuples(verbs, days_ago), max_size=14)
tried = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def lind(riverside):
    return factories.partner("Dr Lind")


def attempt(referral, verb, on, *, by, elsewhere):
    """Try one step; a refusal leaves everything as it was."""
    before, row = (Referral.objects.get(pk=referral.pk) for _ in range(2))
    try:
        if verb == Verb.REDIRECT:
            redirect(row, by=by, on=on, reason="walk", partner=elsewhere)
        else:
            move(row, verb, by=by, on=on, reason="walk")
    except Refused:
        return before, Referral.objects.get(pk=referral.pk), False
    return before, Referral.objects.get(pk=referral.pk), True


def invariants(before, after, verb, on, moved):
    if not moved:
        assert (after.journey, after.version) == (before.journey, before.version)
        return
    back = {before.journey_before} - {""}
    assert after.journey in ALLOWED[before.journey] | {Journey.ENTERED_IN_ERROR} | back
    assert after.version == before.version + 1
    assert FIRST <= on <= TUESDAY
    assert (after.closed_on is not None) == (after.journey in CLOSED)
    for stamp in STAMPS:
        old, new = getattr(before, stamp), getattr(after, stamp)
        assert new in {old, None, on}
        assert new == old or stamp == STEPS[verb].stamp or (stamp == "scheduled_on" and new is None)


@tried
@given(walk=walks)
def test_a_random_walk_stays_in_the_table_and_invents_no_date(walk, okafor, kim, charlie, lind):
    referral = receive(by=charlie, patient=kim, partner=okafor, happened_on=FIRST)
    taken = set()
    for verb, ago in walk:
        on = TUESDAY - timedelta(days=ago)
        before, after, moved = attempt(referral, verb, on, by=charlie, elsewhere=lind)
        invariants(before, after, verb, on, moved)
        if moved:
            taken.add(STEPS[verb].stamp)
    end = Referral.objects.get(pk=referral.pk)
    assert {stamp for stamp in STAMPS if getattr(end, stamp)} <= taken
    assert end.version == end.events.count()


@tried
@given(
    walk=walks,
    back_in=st.none() | st.integers(min_value=0, max_value=40),
    waived=st.booleans(),
)
def test_the_clock_of_the_report_keeps_its_promises(walk, back_in, waived, okafor, kim, charlie, lind):
    back_on = back_in if back_in is None else FIRST + timedelta(days=back_in)
    referral = receive(by=charlie, patient=kim, partner=okafor, happened_on=FIRST, next_visit_on=back_on)
    if waived:
        waive_report(referral.obligations.get(), by=charlie, reason="They asked for none")
    for verb, ago in walk:
        attempt(referral, verb, TUESDAY - timedelta(days=ago), by=charlie, elsewhere=lind)
    now = Referral.objects.get(pk=referral.pk)
    report = Obligation.objects.get(referral=now)
    if waived:
        assert report.why_not_required == "They asked for none"
        take_report_back(report, by=charlie)
        report = Obligation.objects.get(referral=now)
    began = now.attended_on is not None and now.journey != Journey.ENTERED_IN_ERROR
    assert (report.state == Loop.PAUSED) == (began and now.journey == Journey.ON_HOLD)
    assert (report.state == Loop.DUE) == (began and now.journey != Journey.ON_HOLD)
    if report.state == Loop.DUE:
        held = clock_of(now).course.held_since(now.attended_on)
        assert now.attended_on <= report.due_on <= now.attended_on + timedelta(days=7 + held)
        assert report.due_because
        if back_on and back_on > now.attended_on:
            assert report.due_on < back_on or report.due_on == now.attended_on
    else:
        assert report.due_on is None
    assert (report.state == Loop.NOT_REQUIRED) == bool(report.why_not_required)


@tried
@given(walk=walks)
def test_statistics_leave_out_drafts_and_errors(walk, okafor, kim, charlie, lind):
    draft = factories.referral(partner=okafor, patient=kim, journey=Journey.DRAFT)
    referral = receive(by=charlie, patient=kim, partner=okafor, happened_on=FIRST)
    for verb, ago in walk:
        attempt(referral, verb, TUESDAY - timedelta(days=ago), by=charlie, elsewhere=lind)
    now = Referral.objects.get(pk=referral.pk)
    counted = set(Referral.objects.kept().values_list("pk", flat=True))
    assert draft.pk not in counted
    assert (now.pk in counted) == (now.journey != Journey.ENTERED_IN_ERROR)
    assert now.journey in WITHDRAWN or now.pk in counted
