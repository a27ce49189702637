"""What other apps' facts lead to here."""

from django.dispatch import receiver

from referralcrm.practice.signals import Owned, person_deactivated, what_is_owned
from referrals.actions import handover


@receiver(what_is_owned)
def count_open_referrals(sender, person, **kwargs):
    return Owned.of("open referrals, as the clinician", handover.open_for(person), name=_whose)


@receiver(person_deactivated)
def hand_referrals_over(sender, person, heir, by, **kwargs):
    handover.hand_over(person, heir=heir, by=by)


def _whose(referral):
    """The partner, never the patient."""
    return referral.partner.name if referral.partner else referral.get_source_display()
