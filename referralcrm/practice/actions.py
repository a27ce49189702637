"""Changes to who we are."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.practice.models import Location, Practice, User
from referralcrm.practice.scope import enter
from referralcrm.practice.signals import practice_founded
from referralcrm.practice.states import Role


@transaction.atomic
def found(*, name, email, manager_name, password, **fields):
    """Start a practice with one manager and one location; every app adds its defaults.

    ``fields`` are those of Practice (time_zone, country …). Returns the manager.
    """
    practice = Practice.objects.create(name=name, **fields)
    with enter(practice):
        location = Location.objects.create(name=name)
        manager = User.objects.create_user(
            email, password, practice=practice, name=manager_name, role=Role.MANAGER, home_location=location
        )
        record("founded", by=manager, subject=practice)
        practice_founded.send(Practice, practice=practice)
    return manager


@transaction.atomic
def note_failed_sign_in(email):
    """Leave an audit row when it was somebody of ours; what strangers type is never kept."""
    if person := User.objects.filter(email__iexact=email).first():
        with enter(person.practice):
            record("failed to sign in", subject=person, note=person.name)


@transaction.atomic
def change_password(person, *, new, by):
    """Set a new password that the rules allow; other sessions of the person end."""
    if person.pk != by.pk:
        raise Refused("A password is changed by the person it belongs to.")
    person.set_password(new)
    person.save(update_fields=["password"])
    record("changed the password of", by=by, subject=person)
