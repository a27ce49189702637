"""Asking the referrer's office for what a referral came without."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.scope import current_practice
from referrals.actions.dates import check_happened
from referrals.models import DetailsRequest


@transaction.atomic
def ask(referral, *, by, missing, words="", contact=None, asked_on=None):
    """Remember that these details (``Detail``) are missing and whom we asked. Raises Refused."""
    referral = lock(referral)
    if not (missing or words):
        raise Refused("Choose what is missing, or write it.", field="missing")
    if referral.partner is None:
        raise Refused("Nobody is known who could be asked. Say first who sent the patient.")
    if contact and contact.partner_id != referral.partner_id:
        raise Refused("Choose somebody at this partner's office.", field="contact")
    today = current_practice().today()
    check_happened(asked_on, today=today, field="asked_on", since=referral.happened_on)
    asked = DetailsRequest(
        referral=referral, missing=sorted(missing), contact=contact, asked_on=asked_on or today, asked_by=by
    )
    asked.words = words
    asked.save()
    record("asked for details", by=by, subject=referral, changed=sorted(missing))
    return asked


def answer(asked, *, by, version=None):
    """The details are here, as of today. Raises Stale."""
    return _set(asked, by, version, "details arrived", current_practice().today())


def reopen(asked, *, by, version=None):
    """They are not here after all. Raises Stale."""
    return _set(asked, by, version, "details still missing", None)


@transaction.atomic
def _set(asked, by, version, verb, answered_on):
    current = lock(asked, version=version)
    if write(current, answered_on=answered_on):
        record(verb, by=by, subject=current.referral)
    return current
