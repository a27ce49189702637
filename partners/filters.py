"""The query string of the list of partners."""

import django_filters as filters

from partners.models import Discipline, Partner
from partners.states import Circle, Kind, Stage
from referralcrm.practice.models import Plan, User
from referralcrm.practice.scope import current_practice

STAGES = [choice for choice in Stage.choices if choice[0] != Stage.ENDED]


class PartnerFilter(filters.FilterSet):
    """Filters of a practice's partners; those who have ended are left out unless asked for."""

    q = filters.CharFilter(label="Name or office", method="by_name")
    discipline = filters.ModelChoiceFilter(queryset=lambda request: Discipline.objects.all())
    circle = filters.ChoiceFilter(choices=Circle.choices)
    owner = filters.ModelChoiceFilter(
        label="Looked after by",
        queryset=lambda request: User.objects.filter(practice=current_practice()),
        null_label="nobody",
    )
    kind = filters.ChoiceFilter(choices=Kind.choices)
    stage = filters.ChoiceFilter(choices=STAGES)
    plan = filters.ModelChoiceFilter(
        label="Insurer", field_name="plans", queryset=lambda request: Plan.objects.all()
    )
    area = filters.CharFilter(label="Area", lookup_expr="unaccent__icontains")
    tag = filters.CharFilter(label="Tag", method="by_tag")
    ended = filters.ChoiceFilter(
        label="Ended", choices=[("also", "shown as well"), ("only", "nothing else")], empty_label="left out"
    )

    class Meta:
        model = Partner
        fields = []

    def filter_queryset(self, rows):
        ended = self.form.cleaned_data.pop("ended", "")
        rows = super().filter_queryset(rows)
        if ended == "only":
            return rows.filter(stage=Stage.ENDED)
        return rows if ended else rows.exclude(stage=Stage.ENDED)

    def by_name(self, rows, name, text):
        return rows.matching(text)

    def by_tag(self, rows, name, text):
        return rows.filter(tags__icontains=text)
