"""The doors for Celery: fetch by id, call an action, return."""

from celery import shared_task

from referralcrm.core.nudge import nudge
from referralcrm.practice.actions import trash
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter


@shared_task(name="practice.empty_trash")
def empty_trash(practice_id):
    """Remove what has been in the trash for more than 30 days; when there is more, come again."""
    practice = Practice.objects.get(pk=practice_id)
    with enter(practice, durable=True):
        removed = trash.remove_expired()
    if removed:
        nudge("practice.empty_trash", practice_id)
