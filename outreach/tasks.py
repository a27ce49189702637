"""The doors for Celery: fetch by id, call an action, return."""

import logging

from celery import shared_task

from outreach.actions import chasers, heartbeats, minute, week
from outreach.actions.messages import send as sending
from outreach.actions.messages.sweep import recover
from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter

logger = logging.getLogger(__name__)


@shared_task(name="outreach.tick")
def tick(by):
    """Once a minute, and as a worker or the beat starts (``by``): wake up the practices that have work.

    One that cannot be asked is woken up: its own sweep says what ails it, and keeps no other one back.
    """
    heartbeats.beat(by=by)
    for practice in Practice.objects.order_by("pk"):
        try:
            is_due = minute.may_have_work(practice)
        except Exception:
            logger.exception("What is due in practice %s cannot be told", practice.pk)
            is_due = True
        if is_due:
            nudge("outreach.sweep", practice.pk)


@shared_task(name="outreach.sweep")
def sweep(practice_id):
    """What is due in one practice, so that one practice's trouble is not another's."""
    practice = Practice.objects.get(pk=practice_id)
    with enter(practice, durable=True):
        recover()
    try:
        week.run_if_due(practice)
    finally:  # a week that cannot be told keeps no mail back
        if sending.anything_due(practice):
            nudge("outreach.send", practice_id)  # a task of its own, with all the time a task has
    minute_passed.send(Practice, practice=practice)


@shared_task(name="outreach.send")
def send(practice_id):
    """Send what is due in one practice; what a task has no time for is left to the next."""
    if sending.send_due(Practice.objects.get(pk=practice_id)):
        nudge("outreach.send", practice_id)


@shared_task(name="outreach.chase")
def chase(practice_id):
    """Make tasks to ask for reports that are late; what is left over is found a minute later."""
    with enter(Practice.objects.get(pk=practice_id), durable=True):
        chasers.ask()
