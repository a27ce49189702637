"""What led to a referral, as people tell it."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Func, OuterRef, TextField, Value
from django.db.models.functions import JSONObject

from outreach.models import Origin
from outreach.states import OriginKind, TouchpointKind
from referralcrm.audit.actions import record
from referralcrm.core.choices import label_of
from referralcrm.core.refused import Stale
from referrals.signals import Beside


@transaction.atomic
def tell_origin(referral, *, version, by, contact=None, introduced_by=None, event=""):
    """Say what led to a referral: one of a contact, a partner who introduced us, or an event in words.

    None of the three takes it back. ``version`` is that of the Origin the person saw, 0 for none. Raises
    Stale when somebody said something else meanwhile.
    """
    current = Origin.objects.select_for_update().filter(referral=referral).first()
    if (current.version if current else 0) != version:
        raise Stale(current or Origin(referral=referral, version=0))
    said = _said(contact, introduced_by, event)
    if said is None:
        if current:
            Origin.objects.filter(pk=current.pk).delete()
            record("took back what led to", by=by, subject=referral)
        return None
    said |= {"by": by, "version": version + 1}
    origin, _ = Origin.objects.update_or_create(referral=referral, defaults=said)
    record("said what led to", by=by, subject=referral)
    return origin


def beside() -> Beside:
    """What the referral's page shows of it."""
    row = JSONObject(
        kind="kind",
        words="words",
        contact=label_of("touchpoint__kind", TouchpointKind),
        on=Func(
            "touchpoint__happened_on", Value("FMDD Mon YYYY"), function="to_char", output_field=TextField()
        ),
        introduced_by="introduced_by_id",
        name="introduced_by__name",
    )
    told = ArraySubquery(Origin.objects.filter(referral=OuterRef("pk")).values(row=row))
    return Beside("origin", told, "outreach/origin_beside.html")


def _said(contact, introduced_by, event):
    empty = {"touchpoint": None, "introduced_by": None, "words": ""}
    if contact:
        return empty | {"kind": OriginKind.CONTACT, "touchpoint": contact}
    if introduced_by:
        return empty | {"kind": OriginKind.INTRODUCTION, "introduced_by": introduced_by}
    return empty | {"kind": OriginKind.EVENT, "words": event} if event else None
