"""What other apps' facts lead to here."""

from django.db.models import Value
from django.db.models.functions import Concat
from django.dispatch import receiver
from django.utils import timezone

from partners import actions
from partners.actions import friction, handover, likely
from partners.actions.finding import seed_conditions
from partners.actions.merges import late, rows
from partners.signals import what_would_move
from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed, what_may_be_due
from referralcrm.practice.scope import enter
from referralcrm.practice.signals import owned, person_deactivated, practice_founded, what_is_owned


@receiver(practice_founded)
def list_disciplines(sender, practice, **kwargs):
    actions.seed_disciplines()
    seed_conditions()


@receiver(what_is_owned)
def count_partners(sender, person, **kwargs):
    return owned("partners, as owner or backup", handover.looked_after_by(person), name="name")


@receiver(what_is_owned)
def count_frictions(sender, person, **kwargs):
    return owned(
        "things that were hard for a partner, to be answered",
        friction.to_answer(person),
        name=Concat(Value("what was hard for "), "partner__name"),
    )


@receiver(person_deactivated)
def hand_frictions_over(sender, person, heir, by, **kwargs):
    friction.hand_over(person, heir=heir, by=by)


@receiver(person_deactivated)
def hand_partners_over(sender, person, heir, by, **kwargs):
    handover.hand_over(person, heir=heir, by=by)


@receiver(what_would_move)
def count_own_rows(sender, merged, **kwargs):
    return rows.of(merged)


@receiver(what_may_be_due)
def look_for_doubles(sender, now, **kwargs):
    return [late.recent(now), likely.due(now)]


@receiver(minute_passed)
def look_after_doubles(sender, practice, **kwargs):
    with enter(practice, durable=True):
        comes_late, is_due = late.recent().exists(), likely.due(timezone.now()).exists()
    if comes_late:
        nudge("partners.gather", practice.pk)
    if is_due:
        nudge("partners.find_duplicates", practice.pk)
