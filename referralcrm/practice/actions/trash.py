"""Putting a row away, and fetching it again within 30 days; every app's own actions do it with these."""

from django.db import transaction
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.trash import DAYS, oldest_restorable


@transaction.atomic
def put_away(row, *, by):
    """Hide a row that has ``deleted_at`` and ``version``; repeating it changes nothing."""
    current = lock(row)
    if current.deleted_at is None:
        write(current, deleted_at=timezone.now())
        record("deleted", by=by, subject=current)
    return current


@transaction.atomic
def fetch_back(row, *, by, **fields):
    """Show a row again, with ``fields`` changed on it. Refused after 30 days."""
    current = lock(row)
    if current.deleted_at is None:
        return current
    if current.deleted_at < oldest_restorable():
        raise Refused(f"This was deleted more than {DAYS} days ago and cannot be brought back.")
    write(current, deleted_at=None, **fields)
    record("restored", by=by, subject=current)
    return current
