"""A page of a long list at the price of its own rows."""

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, Subquery
from django.db.models.functions import Coalesce

from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice_id

FARTHEST = 1_000_000


class Pages(Paginator):
    """Finds a page by keys alone, in the order of ``sort``; ``read`` adds what these few rows name.

    Postgres makes every row it skips as wide as those it shows, joins and counts included: on a late page
    that is nearly all the work. Two queries: how many rows there are is asked together with the keys.
    """

    def __init__(self, rows, per_page, *, sort, read):
        super().__init__(rows, per_page)
        self.sort, self.read = sort, read
        self._number = None

    def get_page(self, number):
        """As Django's: what is no number is the first page, what lies beyond the last is the last."""
        self._find(_wanted(number))
        return super().get_page(number)

    def page(self, number):
        number = self.validate_number(number)
        if number != self._number:
            self._find(number)
        few = self.read(self.object_list.model.objects.filter(pk__in=self._keys).order_by())
        rows = {row.pk: row for row in few}
        return self._get_page([rows[key] for key in self._keys if key in rows], number, self)

    def _find(self, number):
        rows, first = self.object_list, (number - 1) * self.per_page
        counted = rows.order_by().values("practice").annotate(n=Count("pk")).values("n")
        found = Practice.objects.filter(pk=current_practice_id()).values_list(
            Coalesce(Subquery(counted, output_field=IntegerField()), 0),
            ArraySubquery(self.sort(rows).values("pk")[first : first + self.per_page]),
        )
        self.count, self._keys = found.get()
        self._number = number


def _wanted(number) -> int:
    try:
        number = int(number)
    except (TypeError, ValueError):
        return 1
    return number if 0 < number < FARTHEST else 1
