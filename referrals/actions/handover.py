"""What becomes of a clinician's open referrals and questions when that person leaves."""

from django.db import transaction
from django.db.models import F

from referralcrm.audit.actions import record
from referrals.models import Referral


def open_for(person):
    """The open referrals with this clinician."""
    return Referral.objects.open().filter(clinician=person).select_related("partner")


def hand_over(person, *, heir, by):
    """Give a clinician's open referrals to ``heir`` who treats patients; else they have no clinician yet."""
    give_to(heir, open_for(person), column="clinician", by=by, otherwise="waiting for a clinician")


@transaction.atomic
def give_to(heir, rows, *, column, by, otherwise):
    """Put ``heir`` into ``column`` of these rows, or nobody (``otherwise``) if they do not treat patients."""
    ids, model = list(rows.values_list("pk", flat=True)), rows.model
    if not ids:
        return
    clinician = heir if heir and heir.sees_patients else None
    model.objects.filter(pk__in=ids).update(**{column: clinician}, version=F("version") + 1)
    record(
        "handed over",
        by=by,
        subjects=ids,
        subject_type=model._meta.model_name,
        changed=[column],
        note=f"to {clinician.name}" if clinician else otherwise,
    )
