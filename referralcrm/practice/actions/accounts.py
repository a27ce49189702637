"""Passwords and sign-in."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.models import User
from referralcrm.practice.scope import enter


@transaction.atomic
def note_failed_sign_in(email):
    """Leave an audit row when it was somebody of ours; what strangers type is never kept."""
    if person := User.objects.filter(email__iexact=email).first():
        with enter(person.practice):
            record("failed to sign in", subject=person)


@transaction.atomic
def change_password(person, *, new, by):
    """Set a new password that the rules allow; other sessions of the person end."""
    if person.pk != by.pk:
        raise Refused("A password is changed by the person it belongs to.")
    _set(person, new)
    record("changed the password of", by=by, subject=person)


@transaction.atomic
def choose_home(person, *, version, by, home_location):
    """Say where a person usually works (a Location in use, or None). Raises Refused, and Stale."""
    if person.pk != by.pk:
        raise Refused("People say this for themselves; a manager changes it under People.")
    current = lock(person, version=version)
    if changed := write(current, home_location=home_location):
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def set_first_password(person, *, new):
    """Set a password by the one-time link, which works no more afterwards."""
    with enter(person.practice):
        _set(person, new)
        record("set a password by link for", by=person, subject=person)


def _set(person, new):
    person.set_password(new)
    person.save(update_fields=["password"])
