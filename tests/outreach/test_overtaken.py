"""Somebody decides at the very moment a worker hands a message over: two connections, one row."""

from contextlib import contextmanager
from threading import Thread

import pytest
from django.db import connection, connections
from django.db.models import F

from outreach.actions.messages import send
from outreach.models import Message
from outreach.states import MessageState as M
from referralcrm.practice.scope import enter
from tests import factories
from tests.committed import wait_until

WAITING = "SELECT FROM pg_locks WHERE NOT granted"


def somebody_waits_for_a_row():
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() is not None


@contextmanager
def handing_over(practice, claim):
    """A worker's ``dispatch`` that waits for the row this block has changed; its answer after the block."""
    answers = []

    def dispatch():
        answers.append(send.dispatch(claim))
        connections.close_all()

    worker = Thread(target=dispatch)
    with enter(practice):
        yield answers
        worker.start()
        wait_until(somebody_waits_for_a_row)
    worker.join()


@pytest.mark.parametrize(
    "decided",
    [
        {"state": M.CANCELLED, "lease_until": None},
        {"state": M.PENDING, "lease_until": None},
        {"attempt": F("attempt") + 1},
    ],
    ids=["taken back", "lease over", "claimed by another"],
)
def test_a_decision_committed_while_the_worker_waits_for_the_row_wins(committed, decided):
    practice = factories.practice()
    with enter(practice):
        note = factories.message(ignore_quiet_hours=True)
    claim = send.claim_due(practice)[0]
    with handing_over(practice, claim) as answers:
        Message.objects.filter(pk=note.pk).update(**decided)
    assert answers == [False]
    with enter(practice):
        assert Message.objects.get(pk=note.pk).state == decided.get("state", M.CLAIMED)
