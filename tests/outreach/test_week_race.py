"""Two workers reach for the same week: real commits, a connection each, one list and one digest."""

from datetime import UTC, datetime
from threading import Barrier, Event, Thread

import pytest
from django.db import connections

from outreach.actions import digests, week
from outreach.models import Message, Run, Task
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.practice.scope import enter
from tests import factories
from tests.committed import wait_until
from tests.outreach.test_overtaken import somebody_waits_for_a_row

LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)
PERIOD = "2026-W10"
ONE_SET = {"new": 3, "carried_over": 0, "digests": 2}


def quiet_practice():
    """Two people who look after three partners that have been silent for long."""
    practice = factories.practice()
    practice.created_at = LONG_AGO
    with enter(practice):
        practice.save()
        alice, bob = factories.person("Alice Adams"), factories.person("Bob Brown")
        for name, owner in [("Dr Ash", alice), ("Dr Birch", alice), ("Dr Cedar", bob)]:
            factories.partner(name, owner=owner, circle="inner", created_at=LONG_AGO)
    return practice


class Worker(Thread):
    """Does one thing on a connection of its own; ``answer`` is what came of it."""

    def __init__(self, act):
        super().__init__()
        self.act, self.answer = act, None

    def run(self):
        try:
            self.answer = self.act()
        except Refused as refused:
            self.answer = refused.message
        finally:
            connections.close_all()


def assert_one_set(practice):
    with enter(practice):
        [run] = Run.objects.all()
        assert (run.state, run.counts, run.error) == ("done", ONE_SET, "")
        assert sorted(Task.objects.values_list("partner__name", flat=True)) == [
            "Dr Ash",
            "Dr Birch",
            "Dr Cedar",
        ]
        assert Message.objects.count() == 2
        assert AuditEvent.objects.filter(verb="ran").count() == 1


def test_of_two_that_start_together_one_runs_the_week(committed):
    for _ in range(5):
        practice, together = quiet_practice(), Barrier(2)

        def tick(practice=practice, together=together):
            together.wait(10)
            return week.run_if_due(practice)

        workers = [Worker(tick), Worker(tick)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sum(worker.answer is not None for worker in workers) == 1
        assert_one_set(practice)


def test_while_one_is_at_it_the_other_goes_on_with_its_work(committed, monkeypatch):
    practice, at_it, finish = quiet_practice(), Event(), Event()

    def slowly(*args, write=digests.write):
        at_it.set()
        assert finish.wait(10)
        return write(*args)

    monkeypatch.setattr(digests, "write", slowly)
    first = Worker(lambda: week.run(practice, PERIOD))
    first.start()
    assert at_it.wait(10)
    with pytest.raises(Refused, match="being run right now"):
        week.run(practice, PERIOD)
    finish.set()
    first.join()
    assert_one_set(practice)


def test_a_row_that_is_made_at_the_same_moment_is_made_once(committed):
    practice = quiet_practice()
    second = Worker(lambda: week.run(practice, PERIOD))
    with enter(practice):  # nothing of the first run is committed before the block ends
        week.run(practice, PERIOD)
        second.start()
        wait_until(somebody_waits_for_a_row)
    second.join()
    assert second.answer == f"The week {PERIOD} is done already."
    assert_one_set(practice)
