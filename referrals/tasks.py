"""The doors for Celery: fetch by id, call an action, return."""

from celery import shared_task

from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from referrals.actions import grid


@shared_task(name="referrals.forget_drafts")
def forget_drafts(practice_id):
    """Remove rows of the grid that nobody logged or touched for 30 days."""
    with enter(Practice.objects.get(pk=practice_id), durable=True):
        grid.forget_old()
