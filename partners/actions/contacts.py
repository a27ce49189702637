"""Who else answers at a partner's office."""

from django.db import transaction

from partners.models import Contact
from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept


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


@transaction.atomic
def delete_contact(contact, *, by):
    """Take somebody off a partner's list; they can be fetched back for 30 days."""
    return put_away(contact, by=by)


@transaction.atomic
def restore_contact(contact, *, by):
    """Put somebody back on a partner's list. Refused after 30 days, and while the partner is in the trash."""
    require_kept(contact.partner)
    return fetch_back(contact, by=by)
