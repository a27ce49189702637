"""What nobody asks for: the minute's sweep of every practice, the week, the claim of what is due."""

import time
from contextlib import contextmanager
from unittest import mock

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outreach.actions import chasers, week
from outreach.actions.messages import send
from outreach.tasks import sweep
from partners.actions import likely
from referralcrm.core import nudge
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from tests.bench.cost import Cost
from tests.bench.scale.load import LARGEST

SMALL_ONES = 50


class TakenBack(Exception):
    """Ends a measured transaction, so that the same work is there again."""


def measure(only=""):
    """Each piece of work whose name holds ``only``; what writes is rolled back afterwards."""
    largest = Practice.objects.get(name=LARGEST)
    small = list(Practice.objects.exclude(name=LARGEST).order_by("-id")[:SMALL_ONES])
    print(f"{'work':46}{'ms':>7}{'Python':>8}{'Postgres':>9}{'queries':>8}")
    for name, practices, work in (
        ("Sweep of a small practice", small, _swept),
        ("Sweep of the largest practice", [largest], _swept),
        ("Send in a small practice, nothing due", small, send.send_due),
        ("Claim 100 of the largest practice", [largest], _claimed),
        ("Reports to ask for, of the largest", [largest], _asked),
        ("The week of the largest practice", [largest], _week),
        ("Duplicates of the largest practice", [largest], _doubles),
    ):
        if only in name:
            _one(name, practices, work)


def _one(name, practices, work):
    sent = []
    with mock.patch.object(nudge, "_send", lambda task, ids: sent.append(task)):
        work(practices[0])  # the first warms up
        with CaptureQueriesContext(connection) as queries:
            work(practices[0])
        began = time.perf_counter()
        cost = Cost.of(lambda: [work(practice) for practice in practices])
    wall = 1000 * (time.perf_counter() - began) / len(practices)
    python, postgres = (1000 * spent / len(practices) for spent in (cost.python, cost.postgres))
    told = f", wakes {', '.join(sorted(set(sent)))}" if sent else ""
    print(f"{name:46}{wall:7.1f}{python:8.1f}{postgres:9.1f}{len(queries):8}{told}", flush=True)


@contextmanager
def _taken_back(practice):
    try:
        with enter(practice):
            yield
            raise TakenBack
    except TakenBack:
        return


def _swept(practice):
    sweep(str(practice.pk))


def _claimed(practice):
    """As ``claim_due`` does, but for its being durable."""
    with _taken_back(practice), mock.patch.object(send, "enter", lambda practice, durable: enter(practice)):
        send.claim_due(practice)


def _asked(practice):
    with _taken_back(practice):
        chasers.ask()


def _week(practice):
    with _taken_back(practice):
        period, _ = week.latest_due(week.Calendar(practice), timezone.now())
        week.Run.objects.filter(job=week.JOB, period_key=period).delete()
        with transaction.atomic():
            week.run(practice, period)


def _doubles(practice):
    with _taken_back(practice):
        likely.search()
