"""A referral that could not be read: saved as it came, and finished when somebody knows more."""

from django.db import transaction

from partners.actions import create as create_partner
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referrals.actions.belonging import give
from referrals.actions.correct import update
from referrals.actions.matters import join
from referrals.actions.patients import change, find, find_or_make
from referrals.models import Referral
from referrals.signals import source_unknown
from referrals.states import Source


@transaction.atomic
def finish(referral, *, version, by, patient, partner=None, new_partner=None, same_matter_as=None, **source):
    """Say who the patient and the referrer are; whoever sent the patient is thanked now, once.

    ``patient`` are the words ``find_or_make`` takes, ``source`` are source and source_name. Raises
    Stale, and Refused when the words contradict each other or the referral is finished already.
    """
    current = lock(referral, version=version)
    if not current.to_finish:
        raise Refused("This referral is finished already.")
    current = _name(current, by, patient)
    if new_partner:
        partner = create_partner(by=by, **new_partner)
    current = update(current, version=current.version, by=by, partner=partner, to_finish=False, **source)
    if same_matter_as:
        join(current, same_matter_as)
    if current.source == Source.UNKNOWN:
        source_unknown.send(Referral, referral=current, by=by)
    record("finished", by=by, subject=current)
    return current


def _name(referral, by, words):
    """The referral with the patient the words mean: one known here, or the nameless one with a name."""
    unnamed = referral.patient
    if not unnamed.is_nameless or find(**words):
        phone = unnamed.phone if unnamed.is_nameless else ""
        known = find_or_make(by=by, **words, phone=phone)
        if known.pk == unnamed.pk:
            return Referral.objects.get(pk=referral.pk)
        referral = give(referral, known)
        if unnamed.is_nameless and not Referral.objects.filter(patient=unnamed).exists():
            unnamed.delete()
        return referral
    if not words["name"]:
        raise Refused("Type the patient's name.", field="patient_name")
    change(unnamed, by=by, **words)
    return Referral.objects.get(pk=referral.pk)
