"""What facts lead to here."""

from django.dispatch import receiver

from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed, what_may_be_due
from referralcrm.practice.actions import trash
from referralcrm.practice.scope import enter
from referralcrm.practice.trash import KINDS


@receiver(what_may_be_due)
def look_into_the_trash(sender, now, **kwargs):
    return [kind.expired(now) for kind in KINDS.values()]


@receiver(minute_passed)
def empty_trash(sender, practice, **kwargs):
    with enter(practice, durable=True):
        is_due = trash.anything_to_remove()
    if is_due:
        nudge("practice.empty_trash", practice.pk)
