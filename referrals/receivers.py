"""What other apps' facts lead to here."""

from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce
from django.db.models.signals import post_delete
from django.dispatch import receiver

from partners.signals import (
    agreement_changed,
    organisation_merged,
    organisation_unmerged,
    partner_merged,
    partner_unmerged,
    treating_ended,
    what_would_move,
)
from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed, what_may_be_due
from referralcrm.practice.scope import enter
from referralcrm.practice.signals import owned, person_deactivated, what_is_owned
from referrals.actions import advice, deliveries, grid, handover, loop, merges
from referrals.models import Article, Attachment, ReportFile
from referrals.signals import clinician_removed, consent_withdrawn
from referrals.states import Source

WHOSE = Coalesce(  # the partner or another source, never the patient
    "partner__name", Case(*(When(source=key, then=Value(label)) for key, label in Source.choices))
)


@receiver([post_delete], sender=Attachment)
@receiver([post_delete], sender=ReportFile)
@receiver([post_delete], sender=Article)
def remove_its_file(sender, instance, **kwargs):
    if instance.file_id:
        instance.file.delete()


@receiver(what_may_be_due)
def look_for_old_drafts(sender, now, **kwargs):
    return [grid.old(now)]


@receiver(minute_passed)
def forget_old_drafts(sender, practice, **kwargs):
    with enter(practice):
        is_due = grid.old().exists()
    if is_due:
        nudge("referrals.forget_drafts", practice.pk)


@receiver(consent_withdrawn)
def take_back_what_it_covered(sender, consent, by, **kwargs):
    deliveries.revoke_uncovered(consent.patient, by=by)


@receiver(clinician_removed)
def close_the_links_of_a_stranger(sender, patient, partner, by, **kwargs):
    deliveries.revoke_for_stranger(patient, partner, by=by)


@receiver(treating_ended)
def close_the_links_of_who_treats_nobody(sender, partner, by, **kwargs):
    deliveries.revoke_for_untreating(partner, by=by)


@receiver(what_is_owned)
def count_open_referrals(sender, person, **kwargs):
    return owned("open referrals, as the clinician", handover.open_for(person), name=WHOSE)


@receiver(what_is_owned)
def count_open_questions(sender, person, **kwargs):
    return owned("open questions", advice.open_of(person), name="partner__name")


@receiver(person_deactivated)
def hand_questions_over(sender, person, heir, by, **kwargs):
    advice.hand_over(person, heir=heir, by=by)


@receiver(person_deactivated)
def hand_referrals_over(sender, person, heir, by, **kwargs):
    handover.hand_over(person, heir=heir, by=by)


@receiver(what_would_move)
def count_referrals(sender, merged, **kwargs):
    return merges.of(merged)


@receiver([partner_merged, organisation_merged])
def move_referrals(sender, survivor, merged, merge, **kwargs):
    merges.follow(survivor, merged, merge)


@receiver([partner_unmerged, organisation_unmerged])
def put_referrals_back(sender, merge, **kwargs):
    return merges.put_back(merge)


@receiver(agreement_changed)
def follow_what_is_agreed(sender, partner, **kwargs):
    loop.follow_terms(partner)


@receiver([partner_merged, partner_unmerged])
def follow_what_is_agreed_after_a_merge(sender, survivor, merged, **kwargs):
    merges.follow_terms(survivor, merged)
    return []
