"""Asking for reports that others promised us: a task for a person, twice at most, and never mail.

A mail could name neither the patient nor the visit, so that whoever gets it would have to ring anyway. The
first task is made once the day has passed, the second a week after the first was done. Then, when somebody
skipped one, and where a report is late for long (old history, for example), it stands on the board only.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from outreach.actions import tasks
from outreach.models import Task
from outreach.states import TaskKind, TaskState
from partners.models import Partner
from referralcrm.core.templatetags.house import short_day
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice
from referrals.actions import count_reminder
from referrals.models import Obligation
from referrals.models.running import of_kept
from referrals.states import MOST_REMINDERS, Side

AGAIN_AFTER = timedelta(days=7)
LATE_FOR = timedelta(days=45)
AT_ONCE = 200
IT_CAME = "The report has come, or is not required."


def to_ask_for(today, now):
    """Their reports whose day has passed, and for which a task is to be made now."""
    asked = Task.objects.filter(kind=TaskKind.CHASE, referral=OuterRef("referral"))
    enough = asked.filter(
        Q(state__in=[TaskState.REQUESTED, TaskState.REJECTED]) | Q(closed_at__gt=now - AGAIN_AFTER)
    )
    late = Obligation.objects.theirs().overdue(today).filter(due_on__gte=today - LATE_FOR)
    late = of_kept(late.filter(asked__lt=MOST_REMINDERS))
    return late.filter(~Exists(enough), referral__partner__in=Partner.objects.current())


@transaction.atomic
def ask() -> int:
    """Make the tasks that are due, some at a time; how many."""
    calendar, seen = Calendar(current_practice()), set()
    due = to_ask_for(current_practice().today(), timezone.now())
    rows = due.select_for_update(of=("self",), skip_locked=True, no_key=True)
    rows = rows.select_related("referral__partner", "referral__clinician").order_by("due_on", "id")
    for report in rows[:AT_ONCE]:
        if report.referral_id not in seen:
            seen.add(report.referral_id)
            _open(report, calendar)
    return len(seen)


def _open(report, calendar):
    referral, today = report.referral, current_practice().today()
    clinician = referral.clinician
    can = clinician and clinician.is_active and clinician.may(Permission.LOG)
    which = "Second and last reminder." if report.asked else "First reminder."
    tasks.add(
        kind=TaskKind.CHASE,
        title=f"Ask {referral.partner.name} for their report",
        why=f"It was due on {short_day(report.due_on, today)}. {which}",
        partner=referral.partner,
        referral=referral,
        owner=clinician if can else None,
        due_on=calendar.working_day_from(today),
    )
    count_reminder(report)


@transaction.atomic
def stop(report, *, by):
    """It came, or nobody needs it: nobody has to ask for it any more."""
    if report.side == Side.THEM:
        for task in Task.objects.open().filter(kind=TaskKind.CHASE, referral=report.referral):
            tasks.cancel(task, because=IT_CAME, by=by)
