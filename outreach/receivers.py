"""What other apps' facts lead to here."""

from django.dispatch import receiver

from outreach import actions
from referralcrm.practice.signals import practice_founded


@receiver(practice_founded)
def write_rules(sender, practice, **kwargs):
    actions.seed_rules()
