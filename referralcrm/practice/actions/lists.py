"""The small lists a practice keeps.

What rows point at is retired and restored; what nothing points at goes into the trash.
"""

from django.db import IntegrityError, transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.practice.actions.trash import fetch_back, put_away


@transaction.atomic
def add(row, *, by):
    """Save a new row of a small list. Raises Refused when its name is taken."""
    _save(row)
    record("added", by=by, subject=row)
    return row


@transaction.atomic
def change(row, *, by, **fields):
    """Change a row of a small list. Raises Refused when its name is taken."""
    current = type(row).objects.select_for_update().get(pk=row.pk)
    changed = sorted(name for name, value in fields.items() if getattr(current, name) != value)
    if changed:
        for name in changed:
            setattr(current, name, fields[name])
        _save(current)
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def set_in_use(row, in_use, *, by):
    """Retire a row (it stays where it was used, and is offered no more), or restore it."""
    if type(row).objects.filter(pk=row.pk, is_active=not in_use).update(is_active=in_use):
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


def _save(row):
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused("There is already one like this.") from error
