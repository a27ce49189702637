"""Who may receive what is about a patient: only a clinician who treats them."""

from django.db import transaction

from partners.models import Partner
from partners.signals import treating_ended
from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write


@transaction.atomic
def mark_treating(partner, *, by, treating=True):
    """Say that a partner is (or is not) a treating provider; repeating it changes nothing.

    Links that were sent to who is none any more are closed.
    """
    current = lock(partner)
    if changed := write(current, treating_provider=treating):
        record("changed", by=by, subject=current, changed=changed)
        tell_treating_ended(current, changed, by=by)
    return current


def tell_treating_ended(partner, changed, *, by):
    """Send the fact when ``changed`` says that they were a treating provider until now."""
    if "treating_provider" in changed and not partner.treating_provider:
        treating_ended.send(Partner, partner=partner, by=by)
