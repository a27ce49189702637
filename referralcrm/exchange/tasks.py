"""The doors for Celery."""

from celery import shared_task

from referralcrm.core.nudge import nudge
from referralcrm.exchange.intake.work import work
from referralcrm.practice.models import Practice


@shared_task(name="exchange.work")
def work_on_imports(practice_id):
    """Work on what waits in one practice; what a task has no time for is left to the next."""
    if work(Practice.objects.get(pk=practice_id)):
        nudge("exchange.work", practice_id)
