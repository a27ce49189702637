"""What becomes of a clinician's open referrals when that person leaves."""

from django.db import transaction
from django.db.models import F

from referralcrm.audit.actions import record
from referrals.models import Referral


def open_for(person):
    """The open referrals with this clinician."""
    return Referral.objects.open().filter(clinician=person).select_related("partner")


@transaction.atomic
def hand_over(person, *, heir, by):
    """Give a clinician's open referrals to ``heir`` who treats patients; else they have no clinician yet."""
    ids = list(open_for(person).values_list("pk", flat=True))
    if not ids:
        return
    clinician = heir if heir and heir.sees_patients else None
    Referral.objects.filter(pk__in=ids).update(clinician=clinician, version=F("version") + 1)
    note = f"to {clinician.name}" if clinician else "waiting for a clinician"
    record("handed over", by=by, subjects=ids, subject_type="referral", changed=["clinician"], note=note)
