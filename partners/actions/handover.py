"""What becomes of a person's partners when that person leaves."""

from django.db import transaction
from django.db.models import F, Q

from partners.models import Partner
from referralcrm.audit.actions import record


def looked_after_by(person):
    """The partners a person owns or backs up."""
    return Partner.objects.current().filter(Q(owner=person) | Q(backup=person))


@transaction.atomic
def hand_over(person, *, heir, by):
    """Put ``heir`` (or nobody) in a person's place, as owner and as backup; nobody backs up themselves."""
    ids = list(Partner.objects.filter(Q(owner=person) | Q(backup=person)).values_list("pk", flat=True))
    if not ids:
        return
    partners = Partner.objects.filter(pk__in=ids)
    partners.filter(owner=person).update(owner=heir)
    partners.filter(backup=person).update(backup=heir)
    partners.filter(owner=F("backup")).update(backup=None)
    partners.update(version=F("version") + 1)
    record(
        "handed over",
        by=by,
        subjects=ids,
        subject_type="partner",
        changed=["owner", "backup"],
        note=f"to {heir.name}" if heir else "",
    )
