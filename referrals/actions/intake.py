"""Past referrals out of a list, thousands at once: few statements, and nobody is told."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from referralcrm.audit.actions import record
from referrals.models import Referral

FIRST_VERSION = 1


@transaction.atomic
def put_back(keys, *, by) -> list[str]:
    """Put imported referrals away that nobody has worked with since; returns the keys of the others.

    Somebody has when the referral or one of its reports was saved again.
    """
    rows = Referral.objects.not_deleted().filter(pk__in=keys)
    since = Q(version__gt=FIRST_VERSION) | Q(obligations__version__gt=FIRST_VERSION)
    left = {str(pk) for pk in rows.filter(since).values_list("pk", flat=True)}
    untouched = [str(key) for key in keys if str(key) not in left]
    gone = Referral.objects.not_deleted().filter(pk__in=untouched, version=FIRST_VERSION)
    if gone.update(deleted_at=timezone.now(), version=F("version") + 1):
        note = "an import was undone"
        record("deleted", by=by, subjects=untouched, subject_type="referral", note=note)
    return sorted(left)
