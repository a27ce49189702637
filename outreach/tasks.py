"""The doors for Celery: fetch by id, call an action, return."""

from celery import shared_task

from outreach.actions import heartbeats
from referralcrm.core.nudge import nudge
from referralcrm.practice.models import Practice


@shared_task(name="outreach.tick")
def tick(by):
    """Once a minute, and as a worker or the beat starts (``by``): wake up the work of every practice."""
    heartbeats.beat(by=by)
    for practice_id in Practice.objects.values_list("pk", flat=True):
        nudge("outreach.sweep", practice_id)


@shared_task(name="outreach.sweep")
def sweep(practice_id):
    """What is due in one practice, so that one practice's trouble is not another's."""
