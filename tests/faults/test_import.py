"""A worker is killed at twenty moments of an import: it ends complete, or undone, and nothing is doubled."""

import os
import random
import signal
import traceback

import pytest
from django.db import connections
from django.db.models import Count

from outreach.models import Message, Task
from partners.models import Affiliation, Organisation, Partner
from referralcrm.exchange import actions
from referralcrm.exchange.intake import work as working
from referralcrm.exchange.models import Import
from referralcrm.exchange.states import State
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.bringing import a_clinic

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12, with threads
LINES = 160
BAD = 8
KILLS = 20
STEP = 40  # rows
FILE = "name,organisation,e-mail\n" + "".join(
    f"Dr Given{n} Family{n},Office {n % 30},{'nothing' if n % 20 == 0 else f'person{n}@office.example'}\n"
    for n in range(LINES)
)
POINTS = ["claimed", "written", "committed"]
SEED = 20260301


@pytest.fixture
def clinic(committed, settings):
    settings.IMPORT_LEASE_SECONDS = 1
    return a_clinic()


def begin(practice, point="none", count=0):
    """A worker's process that dies (kill -9) as it passes ``point`` for the ``count``-th time."""
    connections.close_all()
    if pid := os.fork():
        return pid
    _forget_connections()
    left = count

    def accident(name):
        nonlocal left
        left -= name == point
        if name == point and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    working.checkpoint, working.CHUNK, code = accident, STEP, 1
    try:
        while working.work(practice):
            pass
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def _forget_connections():
    """Leave to the parent what it had open, and connect anew.

    The loop of an earlier browser test runs on in the parent, and Django keeps other connections inside of a
    loop than outside. In the child it does not run: there are found those of before, to another database.
    """
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]


def end(pid) -> int:
    """The exit code of a worker's process; negative for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def worker(practice, point="none", count=0):
    """Run a worker to its end, by itself or by accident; the lease it left is over by then."""
    code = end(begin(practice, point, count))
    assert code in (0, -signal.SIGKILL), "the worker failed of itself; its error stands above"
    with enter(practice):
        Import.objects.filter(lease_until__isnull=False).update(lease_until=practice.created_at)
    return code


def uploaded(practice):
    with enter(practice):
        run = factories.uploaded(FILE, by=practice.charlie)
        return actions.match(run, by=practice.charlie, matched=run.matched)


def state_of(practice, run):
    with enter(practice):
        run.refresh_from_db()
    return run.state


def doubled(practice):
    with enter(practice):
        names = Partner.objects.kept().values("name").annotate(times=Count("id")).filter(times__gt=1)
        places = Organisation.objects.kept().values("name").annotate(times=Count("id")).filter(times__gt=1)
        return [*names, *places]


def assert_complete(practice, run):
    with enter(practice):
        assert (run.lines, run.bad, run.made) == (LINES, BAD, LINES - BAD)
        assert Partner.objects.kept().count() == LINES - BAD
        assert Affiliation.objects.filter(partner__deleted_at=None).count() == LINES - BAD
        assert run.notes.bad().count() == BAD
        assert sum(len(batch.made) for batch in run.batches.filter(what="partner")) == LINES - BAD
        assert run.skipped == 0, "a line was dealt with twice"
        assert not Message.objects.exists() and not Task.objects.exists()
    assert doubled(practice) == []


@pytest.mark.slow
def test_twenty_kills_leave_a_complete_import_and_then_a_complete_undoing(clinic):
    moments = random.Random(SEED)
    run, killed, endings = uploaded(clinic), 0, []
    while killed < KILLS or not endings:
        moment = (moments.choice(POINTS), moments.randint(1, 3)) if killed < KILLS else ("none", 0)
        killed += worker(clinic, *moment) < 0
        assert doubled(clinic) == []
        state = state_of(clinic, run)
        if state == State.CHECKED:
            with enter(clinic):
                actions.start(run, by=clinic.charlie)
        elif state == State.DONE:
            assert_complete(clinic, run)
            with enter(clinic):
                actions.undo(run, by=clinic.charlie)
        elif state == State.UNDONE:
            endings.append(run)
            with enter(clinic):
                assert not Partner.objects.kept().exists() and not Organisation.objects.kept().exists()
            run = uploaded(clinic)


def test_two_workers_on_one_import_do_not_double_it(clinic):
    run = uploaded(clinic)
    worker(clinic)
    with enter(clinic):
        run.refresh_from_db()
        actions.start(run, by=clinic.charlie)
    assert [end(pid) for pid in (begin(clinic), begin(clinic))] == [0, 0]
    assert state_of(clinic, run) == State.DONE
    assert_complete(clinic, run)


def test_a_worker_that_slept_through_its_lease_writes_nothing_more(clinic, monkeypatch):
    """It wakes up between two steps, after another one has gone on and died in the middle."""
    run = uploaded(clinic)
    worker(clinic)
    with enter(clinic):
        run.refresh_from_db()
        actions.start(run, by=clinic.charlie)
    asleep = iter([True])

    def sleep(name):
        if name == "committed" and next(asleep, False):
            with enter(clinic):
                Import.objects.update(lease_until=clinic.created_at)
            worker(clinic, "committed", 2)

    monkeypatch.setattr(working, "checkpoint", sleep)
    monkeypatch.setattr(working, "CHUNK", STEP)
    working.work(clinic)
    worker(clinic)
    assert state_of(clinic, run) == State.DONE
    assert_complete(clinic, run)
