"""Many counts, and several short lists, by one query."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, JSONField, Subquery, Value
from django.db.models.functions import JSONObject

from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice


class _Tally(Subquery):
    """How many rows of a queryset have each of its flags (a list of bool), counted in one pass."""

    template = "(SELECT JSONB_BUILD_ARRAY(%(counts)s) FROM (%(subquery)s) tallied)"
    output_field = JSONField()

    def __init__(self, queryset, flags):
        counts = ", ".join(f"COUNT(*) FILTER (WHERE {flag})" for flag in flags)
        super().__init__(queryset.order_by().values(*flags), counts=counts)


def count_and_list(numbers: dict, lists: dict) -> tuple[dict[str, int], dict[str, list[dict]]]:
    """How many rows each of ``numbers`` has, and the rows of ``lists``, by name and in one query.

    ``numbers`` are pairs of a QuerySet and {name: condition}, None for all of it; ``lists`` pairs of a
    QuerySet and {column: expression}; days come as ISO text.
    """
    tallies = {group: _tally(queryset, conditions) for group, (queryset, conditions) in numbers.items()}
    listed = {
        name: ArraySubquery(queryset.values(row=JSONObject(**columns)))
        for name, (queryset, columns) in lists.items()
    }
    found = Practice.objects.filter(pk=current_practice().pk).values(**tallies, **listed).get()
    counts = {
        name: n
        for group, (_, conditions) in numbers.items()
        for name, n in zip(conditions, found[group], strict=True)
    }
    return counts, {name: found[name] for name in listed}


def _tally(queryset, conditions):
    flags = {
        f"flag_{number}": Value(True) if which is None else ExpressionWrapper(which, BooleanField())
        for number, which in enumerate(conditions.values())
    }
    return _Tally(queryset.annotate(**flags), flags)
