"""Putting a row away, fetching it again within 30 days, and removing it for good after that.

Every app's own actions do it with these.
"""

from django.db import connection, transaction
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.trash import DAYS, KINDS, oldest_restorable

A_BATCH = 100


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


def anything_to_remove() -> bool:
    """Whether the trash holds a row whose 30 days are over and that no other row needs."""
    first, *others = [kind.expired().order_by().values_list("pk")[:1] for kind in KINDS.values()]
    if not first.union(*others, all=True).exists():  # nearly always, by one query
        return False
    return any(kind.removable().exists() for kind in KINDS.values())


def remove_expired() -> int:
    """Remove a small batch of each kind for good, with what belongs to it; how many rows that were."""
    return sum(_remove(kind) for kind in KINDS.values())


@transaction.atomic
def _remove(kind):
    keys = list(kind.removable().order_by("deleted_at").values_list("pk", flat=True)[:A_BATCH])
    if not keys:
        return 0
    kind.model.objects.filter(pk__in=keys).delete()
    connection.check_constraints()
    record("removed", subjects=keys, subject_type=kind.model._meta.model_name, note="30 days in the trash")
    return len(keys)
