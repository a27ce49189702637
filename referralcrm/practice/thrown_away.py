"""What of the practice's own people can delete, and bring back from the trash."""

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse

from referralcrm.practice.actions import licences, lists, saved_views
from referralcrm.practice.models import ClosedDay, Licence, SavedView
from referralcrm.practice.permissions import Permission
from referralcrm.practice.trash import Kind, keep


def _whose_views(person):
    shared = Q(is_shared=True) if person.may(Permission.MANAGE_PRACTICE) else Q()
    mine = Q(owner=person)
    return SavedView.objects.filter(mine | shared if shared else mine)


keep(
    Kind(
        slug="views",
        one="view",
        many="Views of lists",
        model=SavedView,
        permission=Permission.VIEW,
        restore=saved_views.restore,
        page=lambda view: reverse("practice:saved_views", args=[view.slug]),
        opened_by=("practice:update_view",),
        called=F("name"),
        about=Concat(Value("of "), "slug"),
        rows=_whose_views,
    )
)
keep(
    Kind(
        slug="closed-days",
        one="closed day",
        many="Closed days",
        model=ClosedDay,
        permission=Permission.MANAGE_PRACTICE,
        restore=lists.bring_back,
        page=lambda day: reverse("practice:list", args=["closed-days"]),
        opened_by=("practice:list_row",),
        called=Func(F("on"), Value("FMDD Mon YYYY"), function="to_char", output_field=TextField()),
        about=F("why"),
    )
)
keep(
    Kind(
        slug="licences",
        one="licence",
        many="Licences",
        model=Licence,
        permission=Permission.MANAGE_PEOPLE,
        restore=licences.restore_licence,
        page=lambda licence: reverse("practice:profile", args=[licence.person_id]),
        opened_by=("practice:licence",),
        called=Concat("name", Value(" ("), "place", Value(")")),
        about=F("person__name"),
    )
)
