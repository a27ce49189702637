"""How a practice begins."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.practice.countries import usual_region
from referralcrm.practice.models import Location, Practice, User
from referralcrm.practice.scope import enter
from referralcrm.practice.signals import practice_founded
from referralcrm.practice.states import Role


@transaction.atomic
def found(*, name, email, manager_name, password, **fields):
    """Start a practice with one manager and one location; every app adds its defaults.

    ``fields`` are those of Practice (time_zone, country …); without a region it has the country's
    usual one. Returns the manager.
    """
    practice = Practice(name=name, **fields)
    practice.region = practice.region or usual_region(practice.country)
    practice.save()
    with enter(practice):
        location = Location.objects.create(name=name[: Location.LONGEST_NAME])
        manager = User.objects.create_user(
            email, password, practice=practice, name=manager_name, role=Role.MANAGER, home_location=location
        )
        record("founded", by=manager, subject=practice)
        practice_founded.send(Practice, practice=practice)
    return manager
