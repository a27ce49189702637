"""The partners as a file that a spreadsheet opens and an import reads again.

A value that a spreadsheet would take for a formula gets an apostrophe in front, which
``core.csvs.as_typed`` takes off again. Lists stand with commas between their words, dates as
2026-03-08. A practice has some 10,000 partners at most, so the file is made at once, in memory, and
answered whole; longer exports will be files made by a task.
"""

from partners.filters import PartnerFilter
from partners.models import Partner
from referralcrm.audit.actions import record
from referralcrm.core.csvs import csv_response
from referralcrm.practice.permissions import Permission, allow

COLUMNS = {
    "id": "id",
    "name": "name",
    "is a person": "is_person",
    "greeting": "salutation",
    "discipline": "discipline.name",
    "organisation": "organisation.name",
    "phone": "phone",
    "fax": "fax",
    "e-mail": "email",
    "address": "address",
    "postcode": "postcode",
    "area": "area",
    "hours": "hours",
    "prefers": "preferred_channel",
    "best time": "best_time",
    "kind": "kind",
    "stage": "stage",
    "circle": "circle",
    "looked after by": "owner.email",
    "backup": "backup.email",
    "special interests": "special_interests",
    "personal interests": "personal_interests",
    "insurers": "plans",
    "telehealth": "telehealth",
    "treating provider": "treating_provider",
    "provider number": "identifier",
    "goal": "goal",
    "next step": "next_step",
    "next step by": "next_step_on",
    "tags": "tags",
    "notes": "notes",
    "no e-mail since": "email_opted_out_at",
    "ending": "ending",
    "ended on": "ended_on",
}


@allow(Permission.EXPORT)
def partners(request):
    """The partners of the list's filters."""
    rows = Partner.objects.kept().with_office().select_related("owner", "backup").prefetch_related("plans")
    found = PartnerFilter(request.GET, queryset=rows).qs.order_by("name", "id")
    record("exported", by=request.user, subjects=[row.pk for row in found], subject_type="partner")
    lines = ([text_of(row, path) for path in COLUMNS.values()] for row in found)
    return csv_response(f"partners-{request.user.practice.today()}.csv", list(COLUMNS), lines)


def text_of(row, path):
    """What stands at the end of a dotted path of attributes, as a cell; empty where the path ends early."""
    value = row
    for name in path.split("."):
        value = getattr(value, name, None)
    if hasattr(value, "all"):
        value = sorted(str(row) for row in value.all())
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
