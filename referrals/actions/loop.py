"""The reports that close the loop, and their clock."""

from django.db import transaction

from referrals.models import Obligation
from referrals.states import Direction, Side


@transaction.atomic
def promise_report(referral):
    """One first report per referral: ours about a received one, theirs about a sent one.

    Where no partner sent the patient nobody waits for a report.
    """
    if referral.partner_id is None:
        return None
    side = Side.US if referral.direction == Direction.RECEIVED else Side.THEM
    return Obligation.objects.create(referral=referral, side=side)
