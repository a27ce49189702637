"""Who else answers at a partner's office."""

from django.db import transaction

from partners.models import Contact
from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write


@transaction.atomic
def create_contact(partner, *, by, **fields):
    """Add somebody at the partner's office and return them."""
    contact = Contact.objects.create(partner=partner, **fields)
    record("added", by=by, subject=contact)
    return contact


@transaction.atomic
def update_contact(contact, *, version, by, **fields):
    """Change what differs. Raises Stale when somebody saved first."""
    current = lock(contact, version=version)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
    return current
