"""Many counts, and several short lists, by one query each."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, Subquery
from django.db.models.functions import Coalesce, JSONObject

from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice


def count_and_list(rows: dict, lists: dict) -> tuple[dict[str, int], dict[str, list[dict]]]:
    """How many rows each of ``rows`` has, and the rows of ``lists``, by name and in one query.

    ``rows`` are QuerySets of domain rows, ``lists`` pairs of a QuerySet and {name: expression}; days come
    as ISO text.
    """
    counts = {name: _count(queryset) for name, queryset in rows.items()}
    listed = {
        name: ArraySubquery(queryset.values(row=JSONObject(**columns)))
        for name, (queryset, columns) in lists.items()
    }
    found = Practice.objects.filter(pk=current_practice().pk).values(**counts, **listed).get()
    return {name: found[name] for name in counts}, {name: found[name] for name in listed}


def _count(queryset):
    per_practice = queryset.order_by().values(counted_in=F("practice")).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per_practice, output_field=IntegerField()), 0)
