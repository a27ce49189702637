"""Every change to whom we know."""

from django.db import transaction

from partners.models import Discipline
from partners.states import DISCIPLINES


@transaction.atomic
def seed_disciplines():
    """The list a new practice starts with; it edits it as it likes."""
    Discipline.objects.bulk_create(
        Discipline(name=name, group=group) for group, names in DISCIPLINES.items() for name in names
    )
