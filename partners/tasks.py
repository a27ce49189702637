"""The doors for Celery: fetch by id, call an action, return."""

from celery import shared_task

from partners.actions import likely
from partners.actions.merges import late
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter


@shared_task(name="partners.find_duplicates")
def find_duplicates(practice_id):
    """Who may be here twice, of one practice."""
    with enter(Practice.objects.get(pk=practice_id), durable=True):
        likely.search()


@shared_task(name="partners.gather")
def gather(practice_id):
    """Move what was written for a merged row just as it was merged."""
    with enter(Practice.objects.get(pk=practice_id), durable=True):
        late.gather()
