"""A referral that was logged by mistake goes into the trash, and can be fetched back for 30 days."""

from django.db import transaction

from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept
from referrals.actions.matters import lock_matter, settle
from referrals.models import Referral
from referrals.signals import referral_restored, referral_withdrawn
from referrals.states import WITHDRAWN, Journey

SAYS_NOTHING = WITHDRAWN | {Journey.DRAFT}  # no thanks wait for these


@transaction.atomic
def delete(referral, *, by):
    """Put a referral away; its thanks that have not left are taken back. Repeating it changes nothing.

    Refused once something has come of it (the patient was there, or a report was sent): that is
    entered in error, with a reason, and stays in the log.
    """
    lock_matter(referral.matter)
    current = lock(referral)
    if current.deleted_at is not None:
        return current
    if has_come_to_something(current):
        raise Refused(
            "The patient was there, or a report was sent, so this is more than a slip. "
            "Mark it as entered in error, with a reason: it leaves every statistic and stays in the log."
        )
    current = put_away(current, by=by)
    current.matter = settle(current.matter)
    if current.journey not in SAYS_NOTHING:
        referral_withdrawn.send(Referral, referral=current, by=by)
    return current


@transaction.atomic
def restore(referral, *, by):
    """Fetch it out of the trash; its thanks find a place again.

    Refused after 30 days, and while its partner is in the trash.
    """
    require_kept(referral.partner)
    was_deleted = referral.deleted_at is not None
    lock_matter(referral.matter)
    current = fetch_back(referral, by=by)
    current.matter = settle(current.matter)
    if was_deleted and current.journey not in SAYS_NOTHING:
        referral_restored.send(Referral, referral=current, by=by)
    return current


def has_come_to_something(referral) -> bool:
    """Whether the patient was there, or a report was signed, sent or received."""
    return (
        referral.attended_on is not None
        or referral.obligations.filter(sent_on__isnull=False).exists()
        or referral.reports.final().exists()
    )
