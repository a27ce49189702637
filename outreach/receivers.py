"""What other apps' facts lead to here."""

from django.dispatch import receiver

from outreach.actions.rules import seed_rules
from referralcrm.practice.signals import practice_founded


@receiver(practice_founded)
def write_rules(sender, practice, **kwargs):
    seed_rules()
