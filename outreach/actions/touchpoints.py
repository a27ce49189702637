"""Contacts that happened: logging, mending and taking back. Each real one resets the partner's clock."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from outreach.models import Task, Touchpoint
from outreach.states import REAL_CONTACTS, TaskKind, TaskState
from referralcrm.audit.actions import record
from referralcrm.core.keys import new_id
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.scope import current_practice
from referralcrm.practice.trash import oldest_restorable, require_kept

EARLIEST = date(1990, 1, 1)
MOST_AT_ONCE = 200
SETTLES_DAYS = 14  # a contact this long before a check-in came up still answers it


@transaction.atomic
def log(*, partners, kind, happened_on, by, note="", by_them=False, minutes=None):
    """Write down one contact with one or several partners; returns a Touchpoint for each.

    A real contact (any kind but a note) also finishes their open check-ins. Raises Refused for a
    date in the future or before 1990, for nobody, and for more than 200 partners at once.
    """
    check_day(happened_on)
    if not partners:
        raise Refused("Say whom you were in touch with.", field="add")
    if len(partners) > MOST_AT_ONCE:
        raise Refused(f"That is more than {MOST_AT_ONCE} people at once.", field="add")
    occasion = new_id() if len(partners) > 1 else None
    made = Touchpoint.objects.bulk_create(
        Touchpoint(
            partner=partner,
            kind=kind,
            happened_on=happened_on,
            by=by,
            by_them=by_them,
            minutes=minutes,
            note=note,
            occasion=occasion,
        )
        for partner in partners
    )
    record("logged", by=by, subjects=[row.pk for row in made], subject_type="touchpoint", note=kind)
    if kind in REAL_CONTACTS:
        settle_check_ins(made, by=by)
    return made


@transaction.atomic
def change(touchpoint, *, version, by, **fields):
    """Mend what was logged (kind, happened_on, by_them, minutes, note). Raises Refused, or Stale."""
    check_day(fields.get("happened_on", touchpoint.happened_on))
    changed = [name for name, value in fields.items() if getattr(touchpoint, name) != value]
    same = Touchpoint.objects.kept().filter(pk=touchpoint.pk, version=version)
    if not same.update(**fields, version=F("version") + 1):
        raise Stale(_kept_or_refused(touchpoint))
    record("changed", by=by, subject=touchpoint, changed=changed)


@transaction.atomic
def delete(touchpoint, *, by, everybody=False):
    """Put it in the trash for 30 days; the tasks it finished are open again.

    With ``everybody`` those of the same occasion go with it.
    """
    rows = _rows(touchpoint, everybody).kept()
    keys = list(rows.values_list("pk", flat=True))
    if not rows.update(deleted_at=timezone.now()):
        raise Refused("This was already deleted.")
    Task.objects.filter(touchpoint__in=keys, state=TaskState.COMPLETED).update(
        state=TaskState.REQUESTED, closed_at=None, closed_by=None, version=F("version") + 1
    )
    record("deleted", by=by, subjects=keys, subject_type="touchpoint")


@transaction.atomic
def restore(touchpoint, *, by, everybody=False):
    """Take it out of the trash, within 30 days; the tasks it finished are finished again. Returns it.

    Refused while its partner is in the trash.
    """
    require_kept(touchpoint.partner)
    rows = _rows(touchpoint, everybody).filter(deleted_at__gte=oldest_restorable())
    keys = list(rows.values_list("pk", flat=True))
    if not rows.update(deleted_at=None):
        raise Refused("This can no longer be brought back.")
    finish(Task.objects.open().filter(touchpoint__in=keys), F("touchpoint"), by=by)
    record("restored", by=by, subjects=keys, subject_type="touchpoint")
    return touchpoint


def _rows(touchpoint, everybody):
    if everybody and touchpoint.occasion:
        return Touchpoint.objects.filter(occasion=touchpoint.occasion)
    return Touchpoint.objects.filter(pk=touchpoint.pk)


def check_day(happened_on):
    """Raises Refused for a day in the future or before 1990, at the field ``happened_on``."""
    if happened_on > current_practice().today():
        raise Refused("This day is still to come.", field="happened_on")
    if happened_on < EARLIEST:
        raise Refused("That is before 1990. Look at the year.", field="happened_on")


def finish(tasks, touchpoint, *, by) -> int:
    """Finish these tasks by a touchpoint (or a query for it); how many there were."""
    return tasks.update(
        state=TaskState.COMPLETED,
        touchpoint=touchpoint,
        closed_at=timezone.now(),
        closed_by=by,
        version=F("version") + 1,
    )


def settle_check_ins(touchpoints, *, by):
    """Finish the open check-ins that these contacts (of one day) answer."""
    same_partner = Touchpoint.objects.filter(
        pk__in=[row.pk for row in touchpoints], partner=OuterRef("partner")
    )
    answered = Task.objects.open().filter(
        kind=TaskKind.CHECK_IN,
        partner__in=[row.partner_id for row in touchpoints],
        due_on__lte=touchpoints[0].happened_on + timedelta(days=SETTLES_DAYS),
    )
    finish(answered, Subquery(same_partner.values("pk")[:1]), by=by)


def _kept_or_refused(touchpoint):
    current = Touchpoint.objects.kept().filter(pk=touchpoint.pk).first()
    if current is None:
        raise Refused("Somebody deleted this in the meantime.")
    return current
