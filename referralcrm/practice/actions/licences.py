"""Licences and registrations of our own clinicians."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.models import Licence


@transaction.atomic
def add_licence(person, *, by, **fields):
    """Note what allows a colleague to treat somewhere. Returns it."""
    licence = Licence.objects.create(person=person, **fields)
    record("added", by=by, subject=licence)
    return licence


@transaction.atomic
def change_licence(licence, *, version, by, **fields):
    """Change what differs. Raises Stale when somebody saved first."""
    current = lock(licence, version=version)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def delete_licence(licence, *, by):
    """Put it into the trash, from where it can be fetched for 30 days."""
    return put_away(licence, by=by)


@transaction.atomic
def restore_licence(licence, *, by):
    """Fetch it out of the trash. Refused after 30 days."""
    return fetch_back(licence, by=by)
