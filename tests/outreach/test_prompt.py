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
from referrals.models import Referral
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


@pytest.mark.parametrize("deleted_first", [True, False])
def test_what_comes_back_from_the_trash_suggests_nothing_twice(prospect, alice, deleted_first):
    wrong = sent(alice, prospect)
    actions.delete(wrong, by=alice)
    if deleted_first:
        sent(alice, prospect)
    wrong.refresh_from_db()
    actions.restore(wrong, by=alice)
    assert [task.state for task in raised()].count(TaskState.REQUESTED) == 1


def test_a_patient_without_a_doctor_is_asked_about_once_after_the_trash_too(riverside, alice):
    kim, came = factories.patient(), {"by": alice, "happened_on": riverside.today()}
    came |= {"patient": kim, "partner": factories.partner(), "new_to_area": True}
    wrong = receive(**came)
    actions.delete(wrong, by=alice)
    receive(**came)
    wrong.refresh_from_db()
    actions.restore(wrong, by=alice)
    assert [task.state for task in raised()].count(TaskState.REQUESTED) == 1


def test_it_follows_whom_the_patient_really_went_to(prospect, alice):
    yew = factories.partner("Yara Yew", stage=Stage.PROSPECT, discipline=prospect.discipline)
    wrong = [sent(alice, prospect) for _ in range(3)][0]
    assert {task.kind for task in raised()} == {TaskKind.MEET, TaskKind.INTRODUCE}
    for referral in Referral.objects.all():
        actions.update(referral, version=referral.version, by=alice, partner=yew)
    open_ones = [(task.kind, task.partner) for task in raised() if task.state == TaskState.REQUESTED]
    assert sorted(open_ones) == [("introduce", yew)], "they are not the first of the discipline any more"
    assert Referral.objects.get(pk=wrong.pk).partner == yew


def test_nothing_is_suggested_about_somebody_who_has_ended(prospect, alice, riverside):
    for _ in range(3):
        sent(alice, prospect)
    assert Task.objects.showing(riverside.today()).count() == 2
    prospect.stage, prospect.ended_on = Stage.ENDED, riverside.today()
    prospect.save()
    assert not Task.objects.showing(riverside.today()).exists()
    ended = {"stage": Stage.ENDED, "ended_on": riverside.today()}
    gone = factories.partner("Gus Gone", discipline=factories.discipline("Yoga teaching"), **ended)
    sent(alice, gone)
    assert not Task.objects.filter(partner=gone).exists()


@pytest.mark.parametrize("kind", ["note", "lunch"])
def test_only_having_met_is_having_met(kind, prospect, alice, riverside):
    Touchpoint.objects.create(partner=prospect, kind=kind, happened_on=riverside.today())
    sent(alice, prospect)
    assert len(raised(TaskKind.MEET)) == (kind == "note")


def test_a_patient_we_received_or_a_mistake_is_none_that_we_sent(prospect, alice, riverside):
    for fields in ({"direction": "received"}, {"direction": "sent", "journey": "entered_in_error"}):
        for _ in range(3):
            factories.referral(partner=prospect, discipline=prospect.discipline, **fields)
    sent(alice, prospect)
    assert [task.kind for task in raised()] == [TaskKind.MEET]


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
