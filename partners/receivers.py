"""What other apps' facts lead to here."""

from django.dispatch import receiver

from partners import actions
from partners.actions import handover
from partners.actions.merges import rows
from partners.signals import what_would_move
from referralcrm.practice.signals import Owned, person_deactivated, practice_founded, what_is_owned


@receiver(practice_founded)
def list_disciplines(sender, practice, **kwargs):
    actions.seed_disciplines()


@receiver(what_is_owned)
def count_partners(sender, person, **kwargs):
    return Owned.of("partners, as owner or backup", handover.looked_after_by(person))


@receiver(person_deactivated)
def hand_partners_over(sender, person, heir, by, **kwargs):
    handover.hand_over(person, heir=heir, by=by)


@receiver(what_would_move)
def count_own_rows(sender, merged, **kwargs):
    return rows.of(merged)
