from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from outreach.models import Heartbeat
from outreach.tasks import sweep, tick
from referralcrm.celery import refuse_an_unwalled_role
from referralcrm.core.signals import minute_passed
from referralcrm.practice.scope import enter
from tests import factories

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def sent(monkeypatch):
    """What was handed to the broker: (task, ids)."""
    calls = []
    monkeypatch.setattr("outreach.tasks.nudge", lambda name, *ids: calls.append((name, *ids)))
    return calls


def beats():
    return dict(Heartbeat.objects.values_list("name", "at"))


@time_machine.travel(NOON, tick=False)
def test_a_tick_of_the_beat_proves_beat_and_worker(db, sent):
    tick(by="beat")
    assert beats() == {"beat": NOON, "worker": NOON}


@time_machine.travel(NOON, tick=False)
def test_the_first_sweep_of_a_worker_proves_only_the_worker(db, sent):
    tick(by="worker")
    assert beats() == {"worker": NOON}


def test_a_tick_wakes_up_every_practice(riverside, northgate, sent):
    tick(by="beat")
    assert {("outreach.sweep", riverside.pk), ("outreach.sweep", northgate.pk)} <= set(sent)


def test_a_week_that_breaks_keeps_no_mail_back(committed, sent, monkeypatch):
    practice = factories.practice()
    with enter(practice):
        factories.message(due_at=timezone.now())
    monkeypatch.setattr("outreach.actions.week.latest_due", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sweep(practice.pk)
    assert ("outreach.send", practice.pk) in sent


def test_a_sweep_wakes_nobody_up_for_mail_whose_hour_has_not_come(committed, sent):
    practice = factories.practice()
    with enter(practice):
        factories.message(due_at=timezone.now() + timedelta(hours=1))
    sweep(practice.pk)
    assert ("outreach.send", practice.pk) not in sent


def test_a_worker_does_not_start_with_a_role_that_is_not_walled(db, monkeypatch):
    refuse_an_unwalled_role()
    monkeypatch.setattr("referralcrm.core.checks.FAULTS", "SELECT true, false, false")
    with pytest.raises(SystemExit, match="is a superuser"):
        refuse_an_unwalled_role()


def test_a_sweep_tells_that_a_minute_has_passed_outside_every_transaction(committed, sent):
    heard = []

    def hear(sender, practice, **kwargs):
        heard.append((practice, connection.in_atomic_block))

    riverside = factories.practice()
    minute_passed.connect(hear)
    try:
        sweep(riverside.pk)
    finally:
        minute_passed.disconnect(hear)
    assert heard == [(riverside, False)]
