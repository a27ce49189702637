"""How often the practice wants to be in touch with each circle."""

from dataclasses import dataclass

from django.db import transaction

from outreach.models import Cadence
from referralcrm.audit.actions import record
from referralcrm.core.refused import Stale
from referralcrm.core.versions import write


@dataclass(frozen=True)
class Intervals:
    """Days between contacts, a circle each; ``version`` is higher after every change of any of them."""

    version: int
    inner: int
    network: int
    light: int
    dormant: int


def intervals(rows=None) -> Intervals:
    """The intervals of the practice that is entered."""
    rows = Cadence.objects.all() if rows is None else rows
    return Intervals(version=sum(row.version for row in rows), **{row.circle: row.days for row in rows})


@transaction.atomic
def change(*, version, by, **days):
    """Set the ``days`` of circles (inner, network, light, dormant); the next weekly list goes by them.

    Raises Stale when somebody saved after ``version`` was read.
    """
    rows = list(Cadence.objects.select_for_update(no_key=True).order_by("pk"))
    current = intervals(rows)
    if current.version != version:
        raise Stale(current)
    changed = [row for row in rows if write(row, days=days.get(row.circle, row.days))]
    if changed:
        record(
            "changed",
            by=by,
            subjects=[row.pk for row in changed],
            subject_type="cadence",
            changed=[row.circle for row in changed],
        )
