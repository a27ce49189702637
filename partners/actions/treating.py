"""Who may receive what is about a patient: only a clinician who treats them."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write


@transaction.atomic
def mark_treating(partner, *, by, treating=True):
    """Say that a partner is (or is not) a treating provider; repeating it changes nothing."""
    current = lock(partner)
    if changed := write(current, treating_provider=treating):
        record("changed", by=by, subject=current, changed=changed)
    return current
