"""Remembering what several rows were before they were changed at once, and taking that back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.practice.batches import UNDO_DAYS, Plan
from referralcrm.practice.models import Batch

CHANGED_SINCE_SEEN = "Something changed after you looked. This is how it stands now; look once more."


def check_seen(plan: Plan, seen: str):
    """Raise Refused unless exactly this plan was looked at, and something is left to change."""
    if not plan.changes:
        raise Refused("Nothing would change.")
    if plan.seen != seen:
        raise Refused(CHANGED_SINCE_SEEN)


def remember(slug, plan, before, *, by, what):
    """Keep what each row was (id → its values) after the plan was carried out. Returns the Batch.

    One audit row for all of them. The rows of the plan are as they stand now, versions included.
    """
    rows = {str(row.pk): {"version": row.version, "before": before[row.pk]} for row, _ in plan.changes}
    forget_old()
    batch = Batch.objects.create(slug=slug, by=by, what=what[:200], rows=rows, number=len(rows))
    model = plan.changes[0][0]._meta.model_name
    record(
        "changed together", by=by, subjects=[*rows], subject_type=model, changed=plan.fields, note=what[:300]
    )
    return batch


def begin_undo(batch, *, by, slug):
    """Lock a batch and mark it as taken back. Refused after 30 days, and a second time."""
    current = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk, slug=slug)
    if current.undone_at is not None:
        raise Refused("This was taken back already.")
    if timezone.now() - current.at > timedelta(days=UNDO_DAYS):
        raise Refused(f"This was more than {UNDO_DAYS} days ago and cannot be taken back.")
    current.undone_at = timezone.now()
    current.save(update_fields=["undone_at"])
    return current


def record_undo(batch, rows, *, by):
    """One audit row for all the rows that are as before."""
    if rows:
        kind = rows[0]._meta.model_name
        record(
            "took back a change of",
            by=by,
            subjects=[row.pk for row in rows],
            subject_type=kind,
            note=batch.what,
        )


def write_groups(model, changes):
    """Give each row its values by one UPDATE for all rows that get the same; versions count up.

    ``changes`` are pairs of a locked row and its values; the rows are brought up to date as well.
    """
    groups = {}
    for row, values in changes:
        groups.setdefault(repr(sorted(values.items())), (values, []))[1].append(row)
    for values, rows in groups.values():
        model.objects.filter(pk__in=[row.pk for row in rows]).update(**values, version=F("version") + 1)
        for row in rows:
            row.version += 1
            for name, value in values.items():
                setattr(row, name, value)


def plain(value):
    """A value as it stands in JSON."""
    return value if value is None or isinstance(value, list | str) else str(value)


@transaction.atomic
def forget_old():
    """What can no longer be taken back need not be remembered."""
    Batch.objects.filter(at__lt=timezone.now() - timedelta(days=UNDO_DAYS)).delete()
