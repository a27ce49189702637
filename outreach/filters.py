"""The query string of the list of messages."""

import django_filters as filters
from django import forms

from outreach.models import Message
from outreach.states import RuleKind

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
