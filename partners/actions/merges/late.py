"""What was written for a merged row by somebody who had read it just before: it moves a minute later.

The merge holds both rows, so a link being inserted waits for it and then lands on the row that was hidden.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from partners.actions.merges import acts
from partners.actions.merges.organisations import follow_organisation
from partners.actions.merges.partners import follow_partner
from partners.models import Merge, MergedRow, Organisation, Partner
from partners.models.merges import UNDO

LATE_FOR = timedelta(minutes=10)
FOLLOW = {"partner": (Partner, follow_partner), "organisation": (Organisation, follow_organisation)}


def recent(now=None):
    """The merges whose rows may still come late."""
    return Merge.objects.standing().filter(at__gte=(now or timezone.now()) - LATE_FOR)


@transaction.atomic
def gather():
    """Move what came late for every recent merge; where nothing did, nothing changes."""
    for merge in recent().order_by("at"):
        model, follow = FOLLOW[merge.kind]
        survivor, merged = acts.locked(model, model(pk=merge.survivor), model(pk=merge.merged))
        if not survivor.merged_into_id:
            follow(merge, survivor, merged, by=merge.by)


def forget() -> int:
    """Drop the journals of merges that can no longer be taken apart; how many rows they had."""
    over = timezone.now() - UNDO - timedelta(days=1)
    return MergedRow.objects.filter(merge__at__lt=over).delete()[0]
