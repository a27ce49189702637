"""What other apps' facts lead to here."""

from django.dispatch import receiver
from django.utils import timezone

from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed, what_may_be_due
from referralcrm.exchange.models import Export, Import, OutcomeFile
from referralcrm.practice.scope import enter


@receiver(what_may_be_due)
def look_for_files(sender, now, **kwargs):
    kept = (Import, Export, OutcomeFile)
    waiting = [Import.objects.at_work(), Export.objects.waiting()]
    return [*waiting, *(rows.objects.to_forget(now) for rows in kept)]


@receiver(minute_passed)
def take_up_imports(sender, practice, **kwargs):
    """An import whose worker died, or whose order the broker lost, goes on within a minute."""
    with enter(practice):
        waits = Import.objects.at_work().exists() or Import.objects.to_forget(timezone.now()).exists()
    if waits:
        nudge("exchange.work", practice.pk)


@receiver(minute_passed)
def take_up_exports(sender, practice, **kwargs):
    """A list whose worker died is written on within a minute; one whose days are over is forgotten."""
    with enter(practice):
        is_old = any(rows.objects.to_forget(timezone.now()).exists() for rows in (Export, OutcomeFile))
        waits = is_old or Export.objects.waiting().exists()
    if waits:
        nudge("exchange.write_exports", practice.pk)
