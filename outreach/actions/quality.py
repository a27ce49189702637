"""A quality flag makes a task for the manager. The task says nothing of the patient, nor of the partner."""

from django.db import transaction
from django.utils import timezone

from outreach.actions import tasks
from outreach.models import Task
from outreach.states import TaskKind, TaskState
from referralcrm.audit.actions import record
from referralcrm.core.templatetags.house import day
from referralcrm.practice.models import User
from referralcrm.practice.permissions import Permission, roles_with
from referralcrm.practice.scope import current_practice
from referrals.models import QualityFlag

TAKEN_BACK = "The quality flag was taken back."


@transaction.atomic
def look_into(flag, *, by):
    """One open task for each referral with an open flag, due at once. Returns the Task."""
    if waiting := _open(flag.referral_id).first():
        return waiting
    raised_by = f" by {flag.raised_by.name}" if flag.raised_by else ""
    return tasks.add(
        kind=TaskKind.QUALITY,
        title="Look into a quality flag",
        why=f"Raised{raised_by} about a referral we sent on {day(flag.referral.happened_on)}.",
        due_on=current_practice().today(),
        referral=flag.referral,
        owner=_manager(flag.referral),
        by=by,
    )


@transaction.atomic
def settle(flag, *, by):
    """Once no flag of the referral is open: done when it was answered, no longer needed when taken back."""
    if QualityFlag.objects.open().filter(referral=flag.referral_id).exists():
        return
    for task in _open(flag.referral_id):
        if flag.deleted_at:
            tasks.cancel(task, because=TAKEN_BACK, by=by)
            continue
        task.state, task.closed_at, task.closed_by = TaskState.COMPLETED, timezone.now(), by
        task.version += 1
        task.save(update_fields=["state", "closed_at", "closed_by", "version"])
        record("completed", by=by, subject=task)


def _open(referral_id):
    return Task.objects.open().filter(kind=TaskKind.QUALITY, referral=referral_id).select_for_update()


def _manager(referral):
    """Somebody who may answer it: of the referral's location before others; None where there is nobody."""
    people = User.objects.filter(
        practice=referral.practice_id, is_active=True, role__in=roles_with(Permission.ANSWER_QUALITY)
    )
    return min(
        people,
        key=lambda person: (person.home_location_id != referral.location_id, person.name, person.pk),
        default=None,
    )
