"""Many counts, and several short lists, by one query each."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, Subquery
from django.db.models.functions import Coalesce, JSONObject

from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice


def count_all(rows: dict) -> dict[str, int]:
    """How many rows each QuerySet of domain rows has, by name and in one query."""
    return _here().values(**{name: _count(queryset) for name, queryset in rows.items()}).get()


def list_all(lists: dict) -> dict[str, list[dict]]:
    """The rows of each (QuerySet, {name: expression}), by name and in one query; days as ISO text."""
    asked = {
        name: ArraySubquery(queryset.values(row=JSONObject(**columns)))
        for name, (queryset, columns) in lists.items()
    }
    return _here().values(**asked).get()


def _here():
    return Practice.objects.filter(pk=current_practice().pk)


def _count(queryset):
    per_practice = queryset.order_by().values(counted_in=F("practice")).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per_practice, output_field=IntegerField()), 0)
