"""The doors for Celery."""

from celery import shared_task

from referralcrm.core.nudge import nudge
from referralcrm.exchange.intake.work import work
from referralcrm.exchange.outgoing.work import write_exports
from referralcrm.practice.models import Practice


@shared_task(name="exchange.work")
def work_on_imports(practice_id):
    """Work on what waits in one practice; what a task has no time for is left to the next."""
    if work(Practice.objects.get(pk=practice_id)):
        nudge("exchange.work", practice_id)


@shared_task(name="exchange.write_exports")
def write_waiting_exports(practice_id):
    """Write the lists that people of one practice wait for, and forget the old ones."""
    if write_exports(Practice.objects.get(pk=practice_id)):
        nudge("exchange.write_exports", practice_id)
