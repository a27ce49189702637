"""Whether the minute has work in a practice: one query a practice, composed once a process.

It may say yes too often and never no too often: what it finds is looked at again, and done, by the sweep.
"""

from functools import cache, reduce
from operator import or_
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists
from django.utils import timezone
from django_scopes import scope

from outreach.actions import week
from outreach.models import Run
from outreach.states import RunState
from referralcrm.core.prepared import NOW, TODAY, Prepared
from referralcrm.core.signals import what_may_be_due
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import ClosedDay, Practice
from referralcrm.practice.scope import enter

PRACTICE = UUID(int=1)  # stands for the practice that is asked


def may_have_work(practice) -> bool:
    """Whether something is due in this practice now, or its week has not been run."""
    now = timezone.now()
    with enter(practice):
        found = _question().ask(today=practice.today(), now=now, keys={PRACTICE: practice.pk})
    return found["is_due"] or _week_is_open(practice, now, found)


def _week_is_open(practice, now, found):
    calendar = Calendar(practice, closed=dict.fromkeys(found["closed"], ""))
    period, at = week.latest_due(calendar, now)
    return at is not None and at >= practice.created_at and period not in found["weeks"]


@cache
def _question():
    practice = Practice(pk=PRACTICE)
    with scope(practice=practice):
        told = what_may_be_due.send(Practice, today=TODAY, now=NOW)
        due = [Exists(rows.order_by()) for _, several in told for rows in several]
        weeks = Run.objects.filter(job=week.JOB, state=RunState.DONE).order_by("-period_key")
        return Prepared(
            Practice.objects.filter(pk=PRACTICE).values(
                is_due=reduce(or_, due),
                closed=ArraySubquery(ClosedDay.objects.kept().values("on")),
                weeks=ArraySubquery(weeks.values("period_key")[:2]),
            )
        )
