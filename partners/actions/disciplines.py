"""The practice's own list of professions and trades."""

from contextlib import contextmanager

from django.db import IntegrityError, transaction

from partners.models import Discipline
from partners.states import DISCIPLINES
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write


@transaction.atomic
def seed_disciplines():
    """The list a new practice starts with; it edits it as it likes."""
    Discipline.objects.bulk_create(
        Discipline(name=name, group=group) for group, names in DISCIPLINES.items() for name in names
    )


@transaction.atomic
def create_discipline(*, by, **fields):
    """Add one to the list. Refused when its name is taken."""
    with _name_once():
        discipline = Discipline.objects.create(**fields)
    record("added", by=by, subject=discipline)
    return discipline


@transaction.atomic
def update_discipline(discipline, *, version, by, **fields):
    """Change what differs. Raises Stale when somebody saved first, Refused when its name is taken."""
    current = lock(discipline, version=version)
    with _name_once():
        changed = write(current, **fields)
    if changed:
        record("changed", by=by, subject=current, changed=changed)
    return current


@contextmanager
def _name_once():
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused("There is already one with this name.", field="name") from error
