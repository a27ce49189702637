"""The practice itself."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write


@transaction.atomic
def update(practice, *, version, by, **fields):
    """Change what the practice says about itself. Raises Stale."""
    current = lock(practice, version=version)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
    return current
