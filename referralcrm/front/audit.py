"""The audit log for people who check it: newest first, filtered, paged by key, exported."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import django_filters
from django import forms
from django.shortcuts import render

from referralcrm.audit.actions import record
from referralcrm.audit.models import AuditEvent
from referralcrm.core.csvs import csv_response
from referralcrm.front.audit_words import KINDS, in_words
from referralcrm.practice.models import User
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice

A_PAGE = 50
MOST_EXPORTED = 20_000
DAY = forms.DateInput(attrs={"type": "date"})


class AuditFilter(django_filters.FilterSet):
    verb = django_filters.CharFilter(label="What happened", lookup_expr="icontains")
    actor_id = django_filters.ChoiceFilter(label="Who", empty_label="everybody")
    subject_type = django_filters.ChoiceFilter(
        label="To what", empty_label="everything", choices=[(kind, many) for kind, (_, many) in KINDS.items()]
    )
    since = django_filters.DateFilter(label="From", method="from_day", widget=DAY)
    until = django_filters.DateFilter(label="To", method="to_day", widget=DAY)

    class Meta:
        model = AuditEvent
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.of(current_practice()).values_list("pk", "name")
        self.filters["actor_id"].extra["choices"] = [(str(pk), name) for pk, name in people]

    def from_day(self, events, name, day):
        return events.filter(at__gte=_instant(day, time.min))

    def to_day(self, events, name, day):
        return events.filter(at__lte=_instant(day, time.max))


@dataclass(frozen=True)
class KeysetPage:
    """A page found by the key of the row before it, so that a deep one costs what the first does."""

    lines: list
    summary: str
    previous_url: str
    next_url: str


@allow(Permission.VIEW_AUDIT)
def events(request):
    found = AuditFilter(request.GET, queryset=AuditEvent.objects.of(current_practice()))
    page = _page(request, found.qs.order_by("-at", "-id"))
    return render(request, "audit/list.html", {"filter": found, "page": page})


@allow(Permission.VIEW_AUDIT)
def export(request):
    """The newest rows that the filters find, as CSV; the export itself is noted."""
    found = AuditFilter(request.GET, queryset=AuditEvent.objects.of(current_practice()))
    lines = in_words(list(found.qs.order_by("-at", "-id")[:MOST_EXPORTED]))
    record("exported", by=request.user, subject_type="auditevent", note=f"{len(lines)} rows")
    return csv_response(
        f"audit-log-{current_practice().today()}.csv",
        ["when", "who", "did", "to what", "rows", "changed", "note"],
        [_csv_row(line) for line in lines],
    )


def _csv_row(line):
    event = line.event
    at = event.at.astimezone(current_practice().zone).isoformat(timespec="seconds")
    rows = " ".join(event.subjects)
    return [at, event.actor_name, line.verb, line.what, rows, line.changed, event.note]


def _page(request, events):
    last = _event_named(request.GET.get("before", ""))
    found = list((events.older_than(last) if last else events)[: A_PAGE + 1])
    shown = found[:A_PAGE]
    query = request.GET.copy()
    query.pop("before", None)
    newest = f"?{query.urlencode()}"
    if shown:
        query["before"] = str(shown[-1].pk)
    return KeysetPage(
        lines=in_words(shown),
        summary="older" if last else "newest first",
        previous_url=newest if last else "",
        next_url=f"?{query.urlencode()}" if len(found) > A_PAGE else "",
    )


def _event_named(key):
    """The event a page begins after; a key that names none begins at the newest."""
    try:
        return AuditEvent.objects.of(current_practice()).filter(pk=UUID(key)).first()
    except ValueError:
        return None


def _instant(day, at):
    """A practice's own day, held within what Postgres and Python can both tell."""
    day = min(max(day, date(1900, 1, 1)), date(2200, 1, 1))
    return datetime.combine(day, at, tzinfo=current_practice().zone)
