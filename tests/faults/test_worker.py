"""A worker dies, sleeps or loses its database at each named point of a sending.

D: letters the mail server took twice. L: messages that vanished. Q: those that may not have arrived.
"""

import os
import signal

import pytest
from django.utils import timezone

from outreach.actions.messages.recipients import stop_for
from partners.models import Partner
from referralcrm.practice.scope import enter
from tests.committed import wait_until
from tests.faults.conftest import is_stopped

# point: (whether the mail server has the message at that moment, whether it may not have arrived afterwards)
POINTS = {
    "claimed": (False, False),
    "offered": (False, False),
    "dispatching": (False, True),
    "handed over": (True, True),
    "answered": (True, True),
    "recorded": (True, False),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_point_sends_nothing_twice_and_loses_nothing(clinic, worker, point):
    taken, in_doubt = POINTS[point]
    clinic.write(3)
    clinic.plan(point, "KILL")
    clinic.work()
    clinic.victim()
    clinic.sweep_until_quiet()
    clinic.sweep_until_quiet()
    assert clinic.count() == (0, 0, int(in_doubt))
    assert len(clinic.taken()) == (3 if taken or not in_doubt else 2)


@pytest.mark.parametrize("point", ["claimed", "offered", "dispatching", "handed over", "answered"])
def test_a_worker_that_slept_through_its_lease_sends_nothing_twice(clinic, worker, point):
    clinic.write(2)
    clinic.plan(point, "STOP")
    clinic.work()
    sleeper = clinic.victim()
    wait_until(lambda: is_stopped(sleeper), what="The stop")
    clinic.sweep_until_quiet()  # another worker takes over what it may
    os.kill(sleeper, signal.SIGCONT)
    clinic.wait_for("sent", "sent")  # its own late answer settles what was in doubt
    wait_until(lambda: clinic.house.server.open == 0, what="The end of the session")
    assert clinic.count() == (0, 0, 0)


def test_who_asked_for_no_mail_while_a_worker_slept_gets_none(clinic, worker):
    clinic.write(1)
    clinic.plan("offered", "STOP")
    clinic.work()
    sleeper = clinic.victim()
    wait_until(lambda: is_stopped(sleeper), what="The stop")
    with enter(clinic.practice):
        Partner.objects.update(email_opted_out_at=timezone.now())
        stop_for(Partner.objects.get())
    os.kill(sleeper, signal.SIGCONT)
    wait_until(lambda: clinic.house.server.open == 0, what="The end of the session")
    clinic.sweep_until_quiet()
    assert (clinic.taken(), clinic.states()) == ([], ["suppressed"])


@pytest.mark.parametrize("point", POINTS)
def test_a_database_session_that_ends_at_any_point_leaves_no_doubt(clinic, worker, point):
    clinic.write(2)
    clinic.plan(point, "CUT")
    clinic.work()
    clinic.victim()
    clinic.sweep_until_quiet()
    clinic.wait_for("sent", "sent")
    assert clinic.count() == (0, 0, 0)
