"""The small lists that a practice edits. An app above adds its own with ``keep``."""

from dataclasses import dataclass

from django.db.models import Model, QuerySet

from referralcrm.core.forms import HouseModelForm
from referralcrm.practice.forms import ClosedDayForm, LocationForm, PlanForm, ServiceForm
from referralcrm.practice.models import ClosedDay, Location, Plan, Service


@dataclass(frozen=True)
class SmallList:
    """One list with a page of its own: rows of ``model``, typed in ``form``."""

    slug: str
    title: str
    one: str
    why: str
    model: type[Model]
    form: type[HouseModelForm]

    def rows(self) -> QuerySet:
        """Those that are not in the trash."""
        rows = self.model.objects.all()
        return rows if self.can_retire else rows.kept()

    @property
    def can_retire(self) -> bool:
        """Rows that others point at are retired; the rest goes into the trash."""
        return any(field.name == "is_active" for field in self.model._meta.fields)


LISTS: dict[str, SmallList] = {}


def keep(small_list: SmallList):
    """Give a list its page and its line in the settings."""
    LISTS[small_list.slug] = small_list


keep(SmallList("locations", "Locations", "location", "Where you work", Location, LocationForm))
keep(SmallList("services", "Services", "service", "What you offer", Service, ServiceForm))
keep(SmallList("plans", "Insurance plans", "plan", "What you accept", Plan, PlanForm))
keep(
    SmallList("closed-days", "Closed days", "closed day", "Besides public holidays", ClosedDay, ClosedDayForm)
)
