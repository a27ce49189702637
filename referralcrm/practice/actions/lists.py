"""The small lists a practice keeps.

What rows point at is retired and restored; what nothing points at goes into the trash.
"""

from contextlib import contextmanager

from django.db import IntegrityError, transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away


@transaction.atomic
def add(row, *, by):
    """Save a new row of a small list. Raises Refused when its name is taken."""
    with _once_only():
        row.save()
    record("added", by=by, subject=row)
    return row


@transaction.atomic
def change(row, *, version, by, **fields):
    """Change a row of a small list. Raises Refused when its name is taken, and Stale."""
    current = lock(row, version=version)
    with _once_only():
        changed = write(current, **fields)
    if changed:
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def set_in_use(row, in_use, *, by):
    """Retire a row (it stays where it was used, and is offered no more), or restore it."""
    if write(lock(row), is_active=in_use):
        record("restored" if in_use else "retired", by=by, subject=row)


@transaction.atomic
def remove(row, *, by):
    """Put a row into the trash; only for lists that nothing points at."""
    return put_away(row, by=by)


@transaction.atomic
def bring_back(row, *, by):
    """Fetch it out of the trash. Refused after 30 days, and when its place was taken meanwhile."""
    try:
        with transaction.atomic():
            return fetch_back(row, by=by)
    except IntegrityError as error:
        raise Refused(
            "There is another one like this now. Remove that one first, then restore this."
        ) from error


@contextmanager
def _once_only():
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused("There is already one like this.") from error
