"""What other apps' facts lead to here."""

from django.dispatch import receiver

from partners import actions
from referralcrm.practice.signals import practice_founded


@receiver(practice_founded)
def list_disciplines(sender, practice, **kwargs):
    actions.seed_disciplines()
