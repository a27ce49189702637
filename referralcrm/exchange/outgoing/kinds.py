"""What stands in each list that can be taken out.

A list that people look at (``practice.listings``) goes out as it is seen: its columns, its order, its words.
Some go out whole as well: every column, under headers that an import knows (``columns.sheets``), in the
order in which the rows were made, so that what was taken out can be brought in again. Lists of words stand
with commas between them, dates as 2026-03-08.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django_filters import FilterSet

from outreach.filters import TaskFilter, TouchpointFilter
from outreach.models import Task, Touchpoint
from partners.filters import PartnerFilter
from partners.models import Contact, Organisation, Partner
from referralcrm.core.csvs import as_list
from referralcrm.exchange.states import Sheet
from referralcrm.practice.listings import LISTS, Asked, Column, Listing, Rows
from referralcrm.practice.permissions import Permission
from referrals.filters import ReferralFilter
from referrals.models import Referral

NOT_KEPT = ("page", "view", "once", "csrfmiddlewaretoken")
Says = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Whole:
    """Every column of a list, for another system or to be brought in again.

    ``columns`` are header → dotted path, or a function of the row; ``names`` say who a patient is.
    ``filters`` are those of rows that no page lists; they stand where the file is asked for.
    """

    key: str
    title: str
    noun: str  # of one row, as the audit log calls it
    url_name: str
    rows: Callable[[Asked], QuerySet]
    columns: dict[str, Says]
    names: dict[str, Says] = field(default_factory=dict)
    filters: type[FilterSet] | None = None


@dataclass(frozen=True)
class Kind:
    """A list that can be taken out: as it is ``seen``, ``whole``, or either."""

    key: str
    seen: Listing | None
    whole: Whole | None

    @property
    def title(self) -> str:
        return (self.seen or self.whole).title

    @property
    def noun(self) -> str:
        return (self.seen or self.whole).noun

    @property
    def permission(self) -> Permission:
        """What the page of the list asks for."""
        return self.seen.permission if self.seen else Permission.VIEW

    @property
    def named(self) -> str:
        """What of patients stands in a file only when asked for; "" where there is no patient."""
        return self.seen.named if self.seen else ""

    @property
    def comes_in_again(self) -> bool:
        return self.key in Sheet

    @property
    def filters(self):
        return self.whole and self.whole.filters

    def shown(self, data: QueryDict) -> list[Column]:
        """The columns that an address shows; none where no page lists the rows."""
        return self.seen.asked_for(data) if self.seen else []

    def address(self, data: QueryDict) -> str:
        """Where the rows can be looked at."""
        if self.seen:
            return self.seen.address(data)
        return reverse(self.whole.url_name, query=None if self.filters else data)

    def found(self, asked: Asked, *, as_seen: bool) -> Rows:
        return self.seen.found(asked) if as_seen else Rows(self.whole.rows(asked))


def _partners(asked):
    rows = Partner.objects.kept().with_office().select_related("owner", "backup").prefetch_related("plans")
    return PartnerFilter(asked.data, queryset=rows).qs.order_by("pk")


def _contacts(asked):
    chosen = PartnerFilter(asked.data, queryset=Partner.objects.kept()).qs.order_by().values("pk")
    rows = Contact.objects.kept().filter(partner__in=chosen)
    return rows.select_related("partner__organisation").order_by("pk")


def _organisations(asked):
    rows = Organisation.objects.kept()
    return (rows.matching(asked.data.get("q", ""))).order_by("pk")


def _referrals(asked):
    rows = Referral.objects.not_deleted().with_everyone().prefetch_related("obligations")
    return ReferralFilter(asked.data, queryset=rows, here=asked.here).qs.order_by("pk")


def _tasks(asked):
    rows = Task.objects.kept().select_related("partner", "owner", "location", "closed_by")
    return TaskFilter(asked.data, queryset=rows, here=asked.here, person=asked.by).qs


def _touchpoints(asked):
    rows = Touchpoint.objects.kept().select_related("partner", "by").order_by("-happened_on", "-id")
    return TouchpointFilter(asked.data, queryset=rows).qs


WHOLE = {
    whole.key: whole
    for whole in (
        Whole(
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
        Whole(
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
        Whole(
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
        Whole(
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
        Whole(
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
        Whole(
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


def kinds() -> dict[str, Kind]:
    """Every list that can be taken out."""
    return {key: Kind(key, LISTS.get(key), WHOLE.get(key)) for key in {**LISTS, **WHOLE}}


def said_by(data: QueryDict) -> str:
    """The query string of a list, its order and columns included, without what only turns its pages."""
    kept = data.copy()
    for name in NOT_KEPT:
        kept.pop(name, None)
    return kept.urlencode()


def headed(export) -> dict[str, Says]:
    """The header of each column of a file, and what the column says."""
    kind = kinds()[export.kind]
    if export.as_seen:
        shown = kind.shown(QueryDict(export.query))
        return {column.label: column.says for column in shown if export.has_names or not column.only_named}
    return kind.whole.columns | (kind.whole.names if export.has_names else {})


def chosen_rows(export) -> Rows:
    """The rows of a file in their order, with what its columns say."""
    asked = Asked(QueryDict(export.query), export.here, export.by, export.has_names)
    return kinds()[export.kind].found(asked, as_seen=export.as_seen)


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
