"""What is agreed with a partner."""

from django.db import transaction

from partners.models import Agreement, Partner
from partners.models.agreements import PROMISES
from partners.signals import agreement_changed
from referralcrm.audit.actions import record
from referralcrm.core.refused import Stale
from referralcrm.core.versions import lock, write


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
    changed = _write(current, fields)
    if changed:
        record("agreed with", by=by, subject=partner, changed=changed)
    if set(changed) & set(PROMISES):
        agreement_changed.send(Partner, partner=partner, by=by)
    return current


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
