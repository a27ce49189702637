from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from outreach.actions import week
from outreach.models import Heartbeat, Run
from outreach.states import RunState
from outreach.tasks import sweep, tick
from partners.models import DuplicateSearch
from referralcrm.celery import refuse_an_unwalled_role
from referralcrm.core.signals import minute_passed, what_may_be_due
from referralcrm.exchange.models import Export, Import
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice, enter
from referrals.models import Draft, Obligation
from tests import factories
from tests.partners.merging import merge

A_DAY = timedelta(days=1)
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


@pytest.fixture
def quiet(riverside):
    """Nothing is due: the week has been run, the trash is empty, and doubles were looked for just now."""
    now = timezone.now()
    DuplicateSearch.objects.create(searched_at=now)
    weeks = [week.period_of(now.date() - timedelta(weeks=weeks)) for weeks in (0, 1)]
    for period in weeks:
        Run.objects.create(job=week.JOB, period_key=period, state=RunState.DONE, due_at=now)
    return riverside


def a_message(**fields):
    return lambda person: factories.message(**{"due_at": timezone.now() - A_DAY} | fields)


def an_old_draft(person):
    Draft.objects.create(person=person, box=b"", kept_at=timezone.now() - 31 * A_DAY)


def something_long_in_the_trash(person):
    factories.partner(deleted_at=timezone.now() - 31 * A_DAY)


def a_late_report(person):
    referral = factories.referral(direction="sent", journey="attended")
    yesterday = current_practice().today() - A_DAY
    Obligation.objects.create(referral=referral, side="them", state="due", due_on=yesterday)


def an_import(person):
    run = factories.uploaded(by=person)
    Import.objects.filter(pk=run.pk).update(state="checking")


def an_old_export(person):
    now = timezone.now()
    Export.objects.create(by=person, kind="partners", created_at=now - 99 * A_DAY, finished_at=now)


def a_week_not_run(person):
    Practice.objects.update(created_at=timezone.now() - 30 * A_DAY)
    Run.objects.all().delete()


WORK = {
    "mail": a_message(),
    "mail of a worker that died": a_message(state="claimed", lease_until=timezone.now() - A_DAY),
    "a lease of a clock set back": a_message(state="dispatching", lease_until=timezone.now() + A_DAY),
    "a report to ask for": a_late_report,
    "an old draft": an_old_draft,
    "the trash": something_long_in_the_trash,
    "a merge": lambda person: merge(factories.partner(), factories.partner(), by=person),
    "the night's search": lambda person: DuplicateSearch.objects.update(searched_at=timezone.now() - A_DAY),
    "an import": an_import,
    "a file to forget": an_old_export,
    "a week": a_week_not_run,
}


def test_a_tick_leaves_a_practice_alone_that_has_nothing_to_do(quiet, northgate, sent):
    tick(by="beat")
    assert [to for to in sent if to[1] == quiet.pk] == []
    assert ("outreach.sweep", northgate.pk) in sent, "whose doubles were never looked for"


@pytest.mark.parametrize("what", WORK)
def test_a_tick_wakes_up_a_practice_that_has_something_to_do(quiet, charlie, sent, what):
    WORK[what](charlie)
    tick(by="beat")
    assert ("outreach.sweep", quiet.pk) in sent


def test_who_works_by_the_minute_says_what_may_be_due():
    works, says = (
        {receiver.__module__ for receiver in signal._live_receivers(Practice)[0]}
        for signal in (minute_passed, what_may_be_due)
    )
    assert works and works == says


def test_a_practice_that_cannot_be_asked_is_woken_up(quiet, sent, monkeypatch, caplog):
    monkeypatch.setattr("outreach.actions.minute._question", lambda: 1 / 0)
    tick(by="beat")
    assert ("outreach.sweep", quiet.pk) in sent
    assert "cannot be told" in caplog.text


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
