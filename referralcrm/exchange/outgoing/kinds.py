"""What stands in each list that can be taken out.

The headers are those an import knows (``columns.sheets``), so that a file that was taken out can be
brought in again. Lists of words stand with commas between them, dates as 2026-03-08.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from partners.filters import PartnerFilter
from partners.models import Contact, Organisation, Partner
from referralcrm.core.csvs import as_list
from referrals.filters import ReferralFilter
from referrals.models import Referral

NOT_FILTERS = ("page", "sort", "once", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class Kind:
    """``columns`` are header → dotted path; ``names`` those that say who a patient is."""

    key: str
    label: str
    noun: str  # of one row, as the audit log calls it
    back: str  # the list's URL name
    rows: Callable[[QueryDict, UUID | None], QuerySet]  # of a query string and the place that is shown
    columns: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)

    def headed(self, *, has_names: bool) -> dict[str, str]:
        return self.columns | (self.names if has_names else {})


def _partners(query, here):
    rows = Partner.objects.kept().with_office().select_related("owner", "backup").prefetch_related("plans")
    return PartnerFilter(query, queryset=rows).qs


def _contacts(query, here):
    chosen = PartnerFilter(query, queryset=Partner.objects.kept()).qs.order_by().values("pk")
    return Contact.objects.kept().filter(partner__in=chosen).select_related("partner__organisation")


def _organisations(query, here):
    rows = Organisation.objects.kept()
    return rows.matching(query["q"]) if query.get("q") else rows


def _referrals(query, here):
    rows = Referral.objects.not_deleted().with_everyone().prefetch_related("obligations")
    return ReferralFilter(query, queryset=rows, here=here).qs


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "partners",
            "Partners",
            "partner",
            "partners:list",
            _partners,
            {
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
                "time zone": "time_zone",
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
            },
        ),
        Kind(
            "contacts",
            "People at partners’ offices",
            "contact",
            "partners:list",
            _contacts,
            {
                "id": "id",
                "partner": "partner.name",
                "partner id": "partner.id",
                "organisation": "partner.organisation.name",
                "name": "name",
                "role": "role",
                "phone": "phone",
                "e-mail": "email",
                "note": "note",
            },
        ),
        Kind(
            "organisations",
            "Organisations",
            "organisation",
            "partners:organisations",
            _organisations,
            {
                "id": "id",
                "organisation": "name",
                "phone": "phone",
                "fax": "fax",
                "e-mail": "email",
                "website": "website",
                "address": "address",
                "postcode": "postcode",
                "area": "area",
                "hours": "hours",
                "notes": "notes",
            },
        ),
        Kind(
            "referrals",
            "Referrals",
            "referral",
            "referrals:list",
            _referrals,
            {
                "id": "id",
                "matter": "matter",
                "direction": "direction",
                "happened on": "happened_on",
                "source": "source",
                "partner": "partner.name",
                "partner id": "partner.id",
                "discipline of the partner": "partner.discipline.name",
                "organisation": "organisation.name",
                "record number": "patient.record_number",
                "service": "service.name",
                "discipline": "discipline.name",
                "clinician": "clinician.name",
                "location": "location.name",
                "urgency": "urgency",
                "came by": "channel",
                "journey": "journey",
                "accepted on": "accepted_on",
                "booked on": "scheduled_on",
                "booked for": "appointment_on",
                "attended on": "attended_on",
                "in care on": "in_care_on",
                "completed on": "completed_on",
                "closed on": "closed_on",
                "back with the referrer on": "next_visit_on",
                "report": "report.state",
                "report due on": "report.due_on",
                "report sent or received on": "report.sent_on",
                "report confirmed on": "report.acknowledged_on",
                "entered at": "entered_at",
            },
            {
                "patient": "patient.name",
                "born": "patient.birth_date",
                "patient’s phone": "patient.phone",
                "recommended by": "source_name",
                "reason": "reason",
            },
        ),
    )
}


def filters_of(query: QueryDict) -> str:
    """The query string of a list without what only turns its pages."""
    kept = query.copy()
    for name in NOT_FILTERS:
        kept.pop(name, None)
    return kept.urlencode()


def text_of(row, path: str) -> str:
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
            return as_list(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
