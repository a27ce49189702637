"""What leads to which message: the practice's rules."""

from django.db import transaction

from outreach import mail
from outreach.models import Cadence, Rule
from outreach.models.automation import CHECK_IN_DAYS, DORMANT_DAYS
from outreach.states import RuleKind
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write


@transaction.atomic
def seed_rules():
    """The rules and cadences a new practice starts with; it edits them as it likes."""
    for kind in RuleKind:
        subject, body = mail.default_text(kind)
        Rule.objects.create(kind=kind, subject=subject, body=body)
    Cadence.objects.bulk_create(
        Cadence(circle=circle, days=days)
        for circle, days in [*CHECK_IN_DAYS.items(), ("dormant", DORMANT_DAYS)]
    )


@transaction.atomic
def change(rule, *, version, by, **fields):
    """Change a rule: ``is_active``, ``approval``, ``send_at``, ``subject``, ``body``.

    What waits takes the new words; what waits for its hour keeps the hour it was given. Raises
    Refused for a template that could carry patient data.
    """
    rule = lock(rule, version=version)
    for name in ("subject", "body"):
        if problems := mail.lint(fields.get(name, ""), rule.kind):
            raise Refused(" ".join(problems), field=name)
    if problems := mail.lacks(fields.get("body", rule.body), rule.kind):
        raise Refused(" ".join(problems), field="body")
    if changed := write(rule, **fields):
        record("changed", by=by, subject=rule, changed=changed)
