"""The query string of the list of referrals."""

from datetime import datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from partners.models import Partner
from referralcrm.practice.models import Location, Service, User
from referralcrm.practice.scope import current_practice
from referrals.models import AdviceRequest, DetailsRequest, Obligation, Referral
from referrals.states import (
    CLOSED,
    AdviceDirection,
    AdviceKind,
    Channel,
    Direction,
    Journey,
    Loop,
    Source,
    Urgency,
)

MATURE_AFTER = timedelta(days=60)
REPORTS = {
    "overdue": ("overdue", lambda today: Q(state=Loop.DUE, due_on__lt=today)),
    "due": ("due", lambda today: Q(state=Loop.DUE)),
    "not_due": ("not due yet", lambda today: Q(state=Loop.NOT_DUE)),
    "done": (
        "sent or received",
        lambda today: Q(state__in=[Loop.SENT, Loop.RECEIVED, Loop.ACKNOWLEDGED]),
    ),
    "confirmed": ("confirmed", lambda today: Q(state=Loop.ACKNOWLEDGED)),
    "not_required": ("not required", lambda today: Q(state=Loop.NOT_REQUIRED)),
}
JOURNEYS = [
    ("open", "open"),
    ("seen", "came at least once"),
    ("unbooked", "not booked yet"),
    ("passed", "booked, the day is over"),
    *Journey.choices,
]
EVERYWHERE = "all"
HIDDEN = forms.HiddenInput


class ReferralFilter(filters.FilterSet):
    """Filters of the log. Drafts and entries in error are left out unless ``journey`` asks for them.

    direction   received | sent
    who         words of a partner's name or office
    journey     a state, or open | seen | unbooked | passed
    report      overdue | due | not_due | done | confirmed | not_required
    clinician, service, discipline    an id
    location    an id, or all; without it, and where no partner or patient is named, what shows ``here``
    urgency, source, channel    as stored
    paper       details (some were asked for and are missing) | finish (part of it could not be read)
    from, to    days on which it happened, both included

    For links from other pages, not shown as fields:
    partner     an id
    patient     an id
    loop        closed (the report was sent or received) | open (it was not, and is required)
    matured     1: at least 60 days old
    matter      1: one referral per matter
    first       1: the first referral of its patient in this direction within from and to
    """

    who = filters.CharFilter(label="Partner", method="by_who")
    direction = filters.ChoiceFilter(choices=Direction.choices, empty_label="both")
    journey = filters.ChoiceFilter(choices=JOURNEYS, method="by_journey", empty_label="all", label="Patient")
    report = filters.ChoiceFilter(
        choices=[(name, label) for name, (label, _) in REPORTS.items()],
        method="by_report",
        empty_label="all",
        label="Report",
    )
    service = filters.ChoiceFilter(empty_label="all")
    clinician = filters.ChoiceFilter(empty_label="all")
    location = filters.ChoiceFilter(empty_label="all", method="by_location")
    paper = filters.ChoiceFilter(
        choices=[("details", "details missing"), ("finish", "to be finished")],
        method="by_paper",
        empty_label="all",
        label="Paper",
    )
    urgency = filters.ChoiceFilter(choices=Urgency.choices, empty_label="all")
    source = filters.ChoiceFilter(choices=Source.choices, empty_label="all")

    partner = filters.UUIDFilter(widget=HIDDEN, label="one partner")
    patient = filters.UUIDFilter(widget=HIDDEN, label="one patient")
    discipline = filters.UUIDFilter(widget=HIDDEN, label="one discipline")
    channel = filters.ChoiceFilter(choices=Channel.choices, widget=HIDDEN, label="one channel")
    loop = filters.ChoiceFilter(
        choices=[("closed", "closed"), ("open", "open")],
        method="by_loop",
        widget=HIDDEN,
        label="by their report",
    )
    matured = filters.BooleanFilter(method="by_maturity", widget=HIDDEN, label="at least 60 days old")
    matter = filters.BooleanFilter(method="by_matter", widget=HIDDEN, label="one a matter")
    first = filters.BooleanFilter(method="by_first", widget=HIDDEN, label="first of each patient")

    class Meta:
        model = Referral
        fields = []

    def __init__(self, *args, here=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.switched_to = here
        for name, choices in offered().items():
            self.filters[name].extra["choices"] = choices
        if here or self.data.get("location") == EVERYWHERE:
            self.filters["location"].extra["choices"].insert(0, (EVERYWHERE, "all locations"))
        if here:
            named = dict(self.filters["location"].extra["choices"]).get(str(here), "all")
            self.filters["location"].extra["empty_label"] = named

    @property
    def here(self):
        """The location of the frame's switch, unless the address asks for something else."""
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        return (
            None if any(asked.get(name) for name in ("location", "partner", "patient")) else self.switched_to
        )

    def filter_queryset(self, rows):
        rows = rows.at(self.here)
        if self.form.cleaned_data.get("journey") not in {Journey.DRAFT, Journey.ENTERED_IN_ERROR}:
            rows = rows.kept()
        return super().filter_queryset(rows)

    def by_who(self, rows, name, text):
        found = Partner.objects.matching(text).order_by()
        return rows.filter(partner__in=found.values_list(Coalesce("merged_into", "pk")))  # by old names too

    def by_journey(self, rows, name, value):
        match value:
            case "open":
                return rows.exclude(journey__in=CLOSED)
            case "seen":
                return rows.seen()
            case "unbooked":
                return rows.awaiting_booking()
            case "passed":
                return rows.passed(current_practice().today())
        return rows.filter(journey=value)

    def by_location(self, rows, name, value):
        return rows if value == EVERYWHERE else rows.filter(location=value)

    def by_report(self, rows, name, value):
        _, condition = REPORTS[value]
        return rows.filter(_has_report(condition(current_practice().today())))

    def by_paper(self, rows, name, value):
        if value == "finish":
            return rows.to_be_finished()
        return rows.filter(Exists(DetailsRequest.objects.open().filter(referral=OuterRef("pk"))))

    def by_loop(self, rows, name, value):
        is_closed = Q(state__in=[Loop.SENT, Loop.RECEIVED, Loop.ACKNOWLEDGED])
        if value == "closed":
            return rows.filter(_has_report(is_closed))
        return rows.filter(_has_report(~is_closed & ~Q(state=Loop.NOT_REQUIRED)))

    def by_maturity(self, rows, name, value):
        return rows.filter(happened_on__lte=current_practice().today() - MATURE_AFTER) if value else rows

    def by_matter(self, rows, name, value):
        return rows.one_per_matter() if value else rows

    def by_first(self, rows, name, value):
        return rows.first_of_each_patient(**self._period()) if value else rows

    def _period(self):
        period = self.form.cleaned_data
        return {"first": period.get("from"), "last": period.get("to")}


class AdviceFilter(filters.FilterSet):
    """Filters of the questions. Open ones unless ``show`` asks for others.

    show        open | answered | withdrawn
    direction   received (we were asked) | sent (we asked)
    kind        imaging | management | prescription | urgent
    for         mine (a person's own and nobody's) | everybody; kept here, and narrowed by the page

    For links from other pages, not shown as fields:
    partner     an id
    owner       an id, or nobody
    since       the day from which on they were asked
    """

    SHOWN: ClassVar = {
        "open": Q(answered_at__isnull=True, withdrawn_at__isnull=True),
        "answered": Q(answered_at__isnull=False),
        "withdrawn": Q(withdrawn_at__isnull=False),
    }
    show = filters.ChoiceFilter(
        label="Which",
        choices=[("answered", "answered"), ("withdrawn", "withdrawn")],
        method="leave_be",
        empty_label="open",
    )
    direction = filters.ChoiceFilter(
        label="Direction", choices=AdviceDirection.choices, empty_label="both ways"
    )
    kind = filters.ChoiceFilter(label="About", choices=AdviceKind.choices, empty_label="anything")
    partner = filters.UUIDFilter(widget=HIDDEN, label="one partner")
    owner = filters.CharFilter(method="by_owner", widget=HIDDEN, label="one clinician")
    since = filters.DateFilter(method="by_since", widget=HIDDEN, label="asked since a day")

    class Meta:
        model = AdviceRequest
        fields = []

    @property
    def shows(self) -> str:
        asked = self.form.cleaned_data.get("show") if self.form.is_valid() else ""
        return asked or "open"

    def by_owner(self, rows, name, value):
        if value == "nobody":
            return rows.filter(owner__isnull=True)
        try:
            return rows.filter(owner=UUID(value))
        except ValueError:
            return rows.none()

    def by_since(self, rows, name, day):
        return rows.filter(asked_at__gte=datetime.combine(day, time(), tzinfo=current_practice().zone))

    def leave_be(self, rows, name, value):
        """``show`` narrows in the end, whether it was asked for or not."""
        return rows

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows).filter(self.SHOWN[self.shows])
        return rows.most_pressing_first() if self.shows == "open" else rows.order_by("-asked_at", "-id")


def offered() -> dict:
    """Choices (id, name) of services, clinicians and locations, past ones included, in one query."""
    rows = {
        "service": Service.objects.all(),
        "location": Location.objects.all(),
        "clinician": User.objects.filter(practice=current_practice(), sees_patients=True),
    }
    first, *others = [
        queryset.order_by().values_list(Value(name), "pk", "name") for name, queryset in rows.items()
    ]
    choices = {name: [] for name in rows}
    for kind, pk, name in first.union(*others).order_by("name"):
        choices[kind].append((str(pk), name))
    return choices


def _day(label, lookup):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return filters.DateFilter(field_name="happened_on", lookup_expr=lookup, label=label, widget=widget)


AdviceFilter.base_filters["for"] = filters.ChoiceFilter(
    choices=[("mine", "mine"), ("everybody", "everybody’s")], method="leave_be", widget=HIDDEN
)
# "from" is a word of Python's own and cannot be written as an attribute.
ReferralFilter.base_filters |= {"from": _day("From", "gte"), "to": _day("To", "lte")}


def _has_report(condition):
    return Exists(Obligation.objects.filter(condition, referral=OuterRef("pk")))
