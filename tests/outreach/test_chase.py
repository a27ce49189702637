"""Asking for reports that others promised us."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from outreach.actions import chasers, tasks
from outreach.models import Message, Task
from outreach.states import TaskKind
from referralcrm.practice.scope import current_practice
from referrals.actions import move, record_report, send
from referrals.models import Obligation
from referrals.states import Verb
from tests import factories

TUESDAY = date(2026, 11, 24)


@pytest.fixture
def clock(riverside):
    """``clock.move_to(...)``: it is Tuesday 24 November, 10:00."""
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as moved:
        yield moved


@pytest.fixture
def late(clock, alice, bob):
    """Their report was due yesterday."""
    okafor = factories.partner("Dr Adaeze Okafor")
    on = TUESDAY - timedelta(days=8)
    referral = send(by=alice, patient=factories.patient(), partner=okafor, happened_on=on, clinician=bob)
    move(referral, Verb.ATTEND, by=alice, on=on)
    return Obligation.objects.select_related("referral").get(referral=referral)


def to_ask_for():
    return chasers.to_ask_for(current_practice().today(), timezone.now())


def chase():
    return list(Task.objects.filter(kind=TaskKind.CHASE).order_by("created_at"))


def test_it_is_a_task_for_whoever_referred_and_names_no_patient(late, bob):
    assert chasers.ask() == 1
    [task] = chase()
    assert (task.title, task.owner) == ("Ask Dr Adaeze Okafor for their report", bob)
    assert task.why == "It was due on 23 Nov. First reminder."
    assert "Moreau" not in task.title + task.why and not Message.objects.exists()
    assert chasers.ask() == 0, "asked once, until that is done"


def test_there_are_two_and_then_it_stands_on_the_board_only(late, alice, clock):
    chasers.ask()
    for day in ("2026-11-25", "2026-12-02T09:00", "2026-12-03", "2026-12-11", "2026-12-20"):
        clock.move_to(f"{day}T10:00:00Z" if "T" not in day else f"{day}:00Z")
        for task in Task.objects.open():
            tasks.complete(task, version=task.version, by=alice)
        chasers.ask()
    first, second = chase()
    assert second.created_at - first.closed_at >= timedelta(days=7)
    assert second.why.endswith("Second and last reminder.")
    late.refresh_from_db()
    assert late.asked == 2 and not to_ask_for().exists()


def test_when_it_comes_nobody_has_to_ask_for_it(late, alice):
    chasers.ask()
    record_report(late, by=alice)
    assert [task.state for task in chase()] == ["cancelled"]
    assert not to_ask_for().exists()


def test_who_skips_it_is_not_asked_again(late, alice, clock):
    chasers.ask()
    [task] = chase()
    tasks.skip(task, because="They are on leave", version=task.version, by=alice)
    clock.move_to("2026-12-10T10:00:00Z")
    assert not to_ask_for().exists()


@pytest.mark.parametrize("days_late, is_asked_for", [(0, False), (1, True), (45, True), (46, False)])
def test_old_history_is_not_suddenly_asked_for(days_late, is_asked_for, late):
    Obligation.objects.update(due_on=TUESDAY - timedelta(days=days_late))
    assert to_ask_for().exists() is is_asked_for


def test_ours_and_what_is_on_hold_are_not_asked_for(late, alice):
    Obligation.objects.update(side="us")
    assert not to_ask_for().exists()
    Obligation.objects.update(side="them")
    move(late.referral, Verb.HOLD, by=alice)
    assert not to_ask_for().exists()
