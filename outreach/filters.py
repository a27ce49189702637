"""The query strings of the lists of messages, of tasks and of contacts."""

from typing import ClassVar

import django_filters as filters
from django import forms
from django.db.models import Q
from django.db.models.functions import Coalesce

from outreach.models import Message, Task, Touchpoint
from outreach.states import RuleKind, TaskKind, TaskState, TouchpointKind
from partners.models import Partner
from referralcrm.practice.models import User
from referralcrm.practice.scope import current_practice

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class MessageFilter(filters.FilterSet):
    """By who it is for, by rule, and by when it is or was due."""

    q = filters.CharFilter(label="Partner", field_name="partner__name", lookup_expr="unaccent__icontains")
    rule = filters.ChoiceFilter(
        label="Rule", field_name="rule__kind", choices=RuleKind.choices, empty_label="every rule"
    )
    since = filters.DateFilter(label="Due from", field_name="due_at", lookup_expr="date__gte", widget=DAY)
    until = filters.DateFilter(label="Due until", field_name="due_at", lookup_expr="date__lte", widget=DAY)

    class Meta:
        model = Message
        fields = []


class TaskFilter(filters.FilterSet):
    """What a person has to do: open tasks, their own and nobody's, unless asked for others.

    show        open | done | skipped
    for         mine | everybody
    kind        a TaskKind
    """

    SHOWN: ClassVar = {
        "open": Q(state=TaskState.REQUESTED),
        "done": Q(state=TaskState.COMPLETED),
        "skipped": Q(state__in=[TaskState.REJECTED, TaskState.CANCELLED]),
    }
    show = filters.ChoiceFilter(
        label="Which", choices=[(name, name) for name in SHOWN], empty_label=None, method="leave_be"
    )
    kind = filters.ChoiceFilter(label="Kind", choices=TaskKind.choices, empty_label="every kind")

    class Meta:
        model = Task
        fields = []

    def __init__(self, *args, person, here, **kwargs):
        super().__init__(*args, **kwargs)
        self.person, self.here = person, here

    def asked(self, name: str) -> str:
        """What the address asks of ``show``, ``for`` or ``kind``; "" when it says nothing we know."""
        self.form.is_valid()
        return self.form.cleaned_data.get(name) or ""

    def leave_be(self, rows, name, value):
        """These narrow in the end, whether they were asked for or not."""
        return rows

    def filter_queryset(self, rows):
        show = self.asked("show") or "open"
        rows = super().filter_queryset(rows).at(self.here).filter(self.SHOWN[show])
        if self.asked("for") != "everybody":
            rows = rows.filter(Q(owner=self.person) | Q(owner__isnull=True))
        return (
            rows.sensible().order_by("due_on", "id") if show == "open" else rows.order_by("-closed_at", "-id")
        )


class TouchpointFilter(filters.FilterSet):
    """Contacts that happened: with whom, of which kind, whose, and when.

    For links from other pages, not shown as a field:
    partner     an id
    """

    q = filters.CharFilter(label="Partner", method="by_partner")
    kind = filters.ChoiceFilter(choices=TouchpointKind.choices, empty_label="every kind")
    by = filters.ModelChoiceFilter(
        label="By", queryset=lambda request: User.objects.filter(practice=current_practice())
    )
    since = filters.DateFilter(label="From", field_name="happened_on", lookup_expr="gte", widget=DAY)
    until = filters.DateFilter(label="To", field_name="happened_on", lookup_expr="lte", widget=DAY)
    partner = filters.UUIDFilter(label="one partner", widget=forms.HiddenInput)

    class Meta:
        model = Touchpoint
        fields = []

    def by_partner(self, rows, name, text):
        found = Partner.objects.matching(text).order_by()
        return rows.filter(partner__in=found.values_list(Coalesce("merged_into", "pk")))  # by old names too


# "for" is a word of Python's own and cannot be written as an attribute.
TaskFilter.base_filters["for"] = filters.ChoiceFilter(
    label="Whose",
    choices=[("mine", "mine"), ("everybody", "everybody’s")],
    empty_label=None,
    method="leave_be",
)
