"""Suggestions a referral raises: once each, dated, and never again after somebody dismissed them."""

from datetime import timedelta

import pytest

from outreach.actions import tasks
from outreach.models import Task, Touchpoint
from outreach.states import TaskKind, TaskState
from partners.states import Stage
from referrals import actions
from referrals.actions import receive, send
from referrals.actions.care_team import say_none
from tests import factories

SUGGESTIONS = [TaskKind.REFER_BACK, TaskKind.MEET, TaskKind.INTRODUCE]


@pytest.fixture
def prospect(riverside):
    return factories.partner("Zoe Zane", stage=Stage.PROSPECT, discipline=factories.discipline("Doula"))


def sent(alice, partner, patient=None, days_ago=0):
    on = alice.practice.today() - timedelta(days_ago)
    return send(by=alice, patient=patient or factories.patient(), partner=partner, happened_on=on)


def raised(kind=None):
    rows = Task.objects.filter(kind__in=[kind] if kind else SUGGESTIONS)
    return list(rows.order_by("created_at"))


def test_the_first_referral_ever_to_a_discipline_suggests_meeting_them(prospect, alice):
    first = sent(alice, prospect)
    [task] = raised()
    assert (task.kind, task.title, task.partner, task.referral) == ("meet", "Meet Zoe Zane?", prospect, first)
    assert task.due_on > alice.practice.today() and task.owner == alice
    another = factories.partner("Yara Yew", discipline=prospect.discipline)
    sent(alice, another)
    assert raised() == [task]


def test_whoever_was_met_is_not_suggested_to_be_met(prospect, alice):
    Touchpoint.objects.create(partner=prospect, kind="visit", happened_on=alice.practice.today())
    sent(alice, prospect)
    assert raised() == []


def test_several_referrals_to_somebody_never_met_suggest_an_introduction_once(prospect, alice):
    for number in (1, 2, 3, 4):
        sent(alice, prospect)
        assert len(raised(TaskKind.INTRODUCE)) == (number >= 3)


@pytest.mark.parametrize("known", ["stage", "contact", "long ago"])
def test_no_introduction_to_those_we_know_or_for_referrals_of_long_ago(known, prospect, alice):
    if known == "stage":
        prospect.stage = Stage.ACTIVE
        prospect.save()
    if known == "contact":
        Touchpoint.objects.create(partner=prospect, kind="call", happened_on=alice.practice.today())
    for _ in range(3):
        sent(alice, prospect, days_ago=366 if known == "long ago" else 0)
    assert raised(TaskKind.INTRODUCE) == []


def test_what_was_dismissed_with_a_reason_is_never_raised_again(prospect, alice):
    for _ in range(3):
        sent(alice, prospect)
    for task in raised():
        tasks.skip(task, because="they are my neighbour", version=task.version, by=alice)
    sent(alice, prospect)
    assert {task.state for task in raised()} == {TaskState.REJECTED} and len(raised()) == 2


def test_what_a_mistake_raised_is_taken_back_and_may_be_raised_again(prospect, alice):
    wrong = sent(alice, prospect)
    actions.delete(wrong, by=alice)
    assert [task.state for task in raised()] == [TaskState.CANCELLED]
    sent(alice, prospect)
    assert [task.state for task in raised()] == [TaskState.CANCELLED, TaskState.REQUESTED]


def test_a_patient_new_to_the_area_raises_a_suggestion_that_names_nobody(riverside, alice, bob):
    kim = factories.patient("Kim Canary")
    came = {"by": alice, "patient": kim, "happened_on": riverside.today(), "partner": factories.partner()}
    first = receive(new_to_area=True, clinician=bob, **came)
    [task] = raised()
    assert (task.kind, task.referral, task.owner) == ("refer_back", first, bob)
    assert "Canary" not in task.title + task.why
    receive(new_to_area=True, **came)
    assert raised() == [task]


def test_a_patient_without_a_doctor_raises_it_too(riverside, alice):
    made = receive(
        by=alice, patient=factories.patient(), happened_on=riverside.today(), partner=factories.partner()
    )
    assert raised() == []
    say_none(made, by=alice)
    assert [task.kind for task in raised()] == ["refer_back"]


def test_a_tick_that_is_added_later_raises_it(riverside, alice):
    made = receive(
        by=alice, patient=factories.patient(), happened_on=riverside.today(), partner=factories.partner()
    )
    actions.update(made, version=made.version, by=alice, new_to_area=True)
    assert [task.kind for task in raised()] == ["refer_back"]
