"""What a person must do: opening, finishing, snoozing and skipping it."""

from django.db import transaction

from outreach.models import Task
from referralcrm.audit.actions import record


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
