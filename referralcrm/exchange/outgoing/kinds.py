"""What stands in each list that can be taken out.

A list that has columns and views (``practice.browse``) goes out as it is seen: its columns, its order, its
words. And it goes out whole: every column, under headers that an import knows (``columns.sheets``), in the
order in which the rows were made, so that what was taken out can be brought in again. Lists of words stand
with commas between them, dates as 2026-03-08.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django_filters import FilterSet

from outreach.filters import TaskFilter, TouchpointFilter
from outreach.models import Task, Touchpoint
from partners.filters import PartnerFilter
from partners.models import Contact, Organisation, Partner
from referralcrm.core.csvs import as_list
from referralcrm.practice.browse import LISTS
from referrals.filters import ReferralFilter
from referrals.models import Referral

NOT_KEPT = ("page", "view", "once", "csrfmiddlewaretoken")
Says = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Kind:
    """``columns`` are header → dotted path, or a function of the row; ``names`` say who a patient is.

    ``rows`` are those of a list's query string, the location ``here`` and the person ``by``. ``filters`` are
    those of rows that no page lists; they stand where the file is asked for.
    """

    key: str
    label: str
    noun: str  # of one row, as the audit log calls it
    back: str  # the list's URL name
    rows: Callable[..., QuerySet]
    columns: dict[str, Says]
    names: dict[str, Says] = field(default_factory=dict)
    filters: type[FilterSet] | None = None

    @property
    def browsed(self):
        """The list as people see it, or None where it has no columns to choose."""
        return LISTS.get(self.key)

    def shown(self, data: QueryDict) -> list[str]:
        """The headings that an address shows."""
        return [column.label for column in self.browsed.asked_for(data)] if self.browsed else []


def _partners(data, *, here, by):
    rows = Partner.objects.kept().with_office().select_related("owner", "backup").prefetch_related("plans")
    return PartnerFilter(data, queryset=rows).qs.order_by("pk")


def _contacts(data, *, here, by):
    chosen = PartnerFilter(data, queryset=Partner.objects.kept()).qs.order_by().values("pk")
    rows = Contact.objects.kept().filter(partner__in=chosen)
    return rows.select_related("partner__organisation").order_by("pk")


def _organisations(data, *, here, by):
    rows = Organisation.objects.kept()
    return (rows.matching(data["q"]) if data.get("q") else rows).order_by("pk")


def _referrals(data, *, here, by):
    rows = Referral.objects.not_deleted().with_everyone().prefetch_related("obligations")
    return ReferralFilter(data, queryset=rows, here=here).qs.order_by("pk")


def _tasks(data, *, here, by):
    rows = Task.objects.kept().select_related("partner", "owner", "location", "closed_by")
    return TaskFilter(data, queryset=rows, here=here, person=by).qs


def _touchpoints(data, *, here, by):
    rows = Touchpoint.objects.kept().select_related("partner", "by").order_by("-happened_on", "-id")
    return TouchpointFilter(data, queryset=rows).qs


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
        Kind(
            "tasks",
            "Tasks",
            "task",
            "outreach:tasks",
            _tasks,
            {
                "task": "title",
                "why": "why",
                "kind": methodcaller("get_kind_display"),
                "partner": "partner.name",
                "whose": "owner.name",
                "location": "location.name",
                "due on": "due_on",
                "hidden until": "snoozed_until",
                "now": methodcaller("get_state_display"),
                "closed at": "closed_at",
                "closed by": "closed_by.name",
                "skipped because": "skipped_because",
                "id": "id",
                "partner id": "partner_id",
                "referral id": "referral_id",
            },
        ),
        Kind(
            "touchpoints",
            "Contacts with partners",
            "touchpoint",
            "partners:list",
            _touchpoints,
            {
                "happened on": "happened_on",
                "kind": methodcaller("get_kind_display"),
                "partner": "partner.name",
                "they contacted us": "by_them",
                "by": "by.name",
                "minutes": "minutes",
                "note": "note",
                "entered at": "entered_at",
                "id": "id",
                "partner id": "partner_id",
            },
            filters=TouchpointFilter,
        ),
    )
}


def said_by(data: QueryDict) -> str:
    """The query string of a list, its order and columns included, without what only turns its pages."""
    kept = data.copy()
    for name in NOT_KEPT:
        kept.pop(name, None)
    return kept.urlencode()


def headed(export) -> dict[str, Says]:
    """The header of each column of a file, and what the column says."""
    kind = KINDS[export.kind]
    if export.as_seen:
        return {column.label: column.says for column in kind.browsed.asked_for(QueryDict(export.query))}
    return kind.columns | (kind.names if export.has_names else {})


def chosen_rows(export) -> QuerySet:
    """The rows of a file in their order, with what its columns say."""
    kind, data = KINDS[export.kind], QueryDict(export.query)
    if not export.as_seen:
        return kind.rows(data, here=export.here, by=export.by)
    columns = [column.key for column in kind.browsed.asked_for(data)]
    return kind.browsed.rows(data, here=export.here, columns=columns, sort=data.get("sort", ""))[1]


def called(rows, export):
    """The rows of a list as it is seen, with what the list calls the patient of each."""
    for row in rows:
        if export.as_seen and hasattr(row, "patient"):
            row.patient_label = row.patient.label(with_name=export.has_names)
    return rows


def text_of(row, says: Says) -> str:
    """What a column says of a row, as a cell; empty where a path ends early."""
    value = says(row) if callable(says) else _at_the_end_of(says, row)
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


def _at_the_end_of(path, row):
    value = row
    for name in path.split("."):
        value = getattr(value, name, None)
    return value
