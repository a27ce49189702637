"""What is agreed with a partner."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from partners.models import Agreement, Partner
from partners.models.agreements import PROMISES, SAID
from partners.signals import agreement_changed
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale
from referralcrm.core.versions import lock, write
from referralcrm.practice.trash import oldest_restorable


@transaction.atomic
def agree(partner, *, version, by, **fields):
    """Write down what is agreed with a partner, whatever stood there; returns the Agreement.

    ``fields`` are its columns; None or "" is "not agreed". ``version`` is the one the person saw, 0 for
    none. Clocks of reports still to come follow. Raises Stale when somebody saved first.
    """
    lock(partner)
    current = Agreement.objects.filter(partner=partner).first() or Agreement(partner=partner, version=0)
    if current.version != version:
        raise Stale(current)
    before = {name: getattr(current, name) for name in SAID}
    changed = _write(current, fields)
    if changed:
        current.before = {"said": before, "at": timezone.now().isoformat()}
        current.save(update_fields=["before"])
    if changed:
        record("agreed with", by=by, subject=partner, changed=changed)
    if set(changed) & set(PROMISES):
        agreement_changed.send(Partner, partner=partner, by=by)
    return current


@transaction.atomic
def put_back(partner, *, version, by):
    """Undo: what was agreed before the last change holds again, within 30 days; returns the Agreement.

    What stood there now is then what stood before, so that this can be undone as well. Raises Refused, and
    Stale when somebody saved since.
    """
    current = Agreement.objects.filter(partner=partner).first()
    if current is None or not current.before:
        raise Refused("Nothing stood there before.")
    if datetime.fromisoformat(current.before["at"]) < oldest_restorable():
        raise Refused("That was changed more than 30 days ago. Write it down anew.")
    return agree(partner, version=version, by=by, **current.before["said"])


def _write(agreement, fields):
    if agreement.version:
        return write(agreement, **fields)
    said = {name: value for name, value in fields.items() if value not in (None, "")}
    if said:
        agreement.version = 1
        for name, value in said.items():
            setattr(agreement, name, value)
        agreement.save(force_insert=True)
    return sorted(said)
