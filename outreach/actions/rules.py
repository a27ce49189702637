"""Every write of how we stay in touch."""

from django.db import transaction

from outreach.mail import default_text
from outreach.models import Cadence, Rule
from outreach.models.automation import CHECK_IN_DAYS, DORMANT_DAYS
from outreach.states import RuleKind


@transaction.atomic
def seed_rules():
    """The rules and cadences a new practice starts with; it edits them as it likes."""
    for kind in RuleKind:
        subject, body = default_text(kind)
        Rule.objects.create(kind=kind, subject=subject, body=body)
    Cadence.objects.bulk_create(
        Cadence(circle=circle, days=days)
        for circle, days in [*CHECK_IN_DAYS.items(), ("dormant", DORMANT_DAYS)]
    )
