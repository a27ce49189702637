"""What a person must do: opening, finishing, snoozing and skipping it."""

from django.db import transaction

from outreach.models import Task
from outreach.states import TaskKind
from referralcrm.audit.actions import record
from referralcrm.core.templatetags.house import day
from referralcrm.practice.calendar import Calendar


@transaction.atomic
def add(*, kind, title, due_on, why="", partner=None, referral=None, owner=None, period_key="", by=None):
    """Open a task. ``title`` and ``why`` never name a patient.

    With a ``period_key`` a second one of the same kind, partner and period is not made; the first
    is returned.
    """
    fields = {"title": title, "due_on": due_on, "why": why, "referral": referral, "owner": owner}
    if period_key:
        task, is_new = Task.objects.get_or_create(
            kind=kind, partner=partner, period_key=period_key, defaults=fields
        )
    else:
        task, is_new = Task.objects.create(kind=kind, partner=partner, **fields), True
    if is_new:
        record("opened", by=by, subject=task)
    return task


def ask_source(referral, *, by):
    """A task for whoever logged it: nobody knows yet who recommended us. Due the next working day."""
    return add(
        kind=TaskKind.ASK_SOURCE,
        title="Ask the patient who recommended us",
        why=f"A patient came on {day(referral.happened_on)} and the source is unknown.",
        due_on=_next_working_day(referral.practice),
        referral=referral,
        owner=by,
        by=by,
    )


def thank_in_person(referral, *, by):
    """A task to thank somebody who is no partner; the referral holds the name, the task does not."""
    return add(
        kind=TaskKind.PERSONAL_THANKS,
        title="Thank the person who recommended us",
        why=f"{referral.get_source_display().capitalize()} recommended us on {day(referral.happened_on)}.",
        due_on=_next_working_day(referral.practice),
        referral=referral,
        owner=by,
        by=by,
    )


def _next_working_day(practice):
    return Calendar(practice).add_working_days(practice.today(), 1)
