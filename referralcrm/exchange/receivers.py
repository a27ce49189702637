"""What other apps' facts lead to here."""

from django.dispatch import receiver
from django.utils import timezone

from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed
from referralcrm.exchange.models import Import
from referralcrm.practice.scope import enter


@receiver(minute_passed)
def take_up_imports(sender, practice, **kwargs):
    """An import whose worker died, or whose order the broker lost, goes on within a minute."""
    with enter(practice):
        waits = Import.objects.at_work().exists() or Import.objects.to_forget(timezone.now()).exists()
    if waits:
        nudge("exchange.work", practice.pk)
