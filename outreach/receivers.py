"""What other apps' facts lead to here."""

from django.dispatch import receiver

from outreach.actions import tasks
from outreach.actions.rules import seed_rules
from referralcrm.practice.signals import practice_founded
from referrals.signals import recommended, source_unknown


@receiver(practice_founded)
def write_rules(sender, practice, **kwargs):
    seed_rules()


@receiver(source_unknown)
def ask_for_the_source(sender, referral, by, **kwargs):
    tasks.ask_source(referral, by=by)


@receiver(recommended)
def thank_whoever_recommended_us(sender, referral, by, **kwargs):
    tasks.thank_in_person(referral, by=by)
