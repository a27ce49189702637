"""The practice's list of professions and trades."""

from copy import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from partners import actions
from partners.forms import DisciplineForm
from partners.models import Discipline
from referralcrm.core.forms import bound, saved
from referralcrm.practice.listings import Column, Listing, Rows, offer
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


def _everything():
    return Discipline.objects.with_partners().order_by("-is_active", "group", "name")


DISCIPLINES = offer(
    Listing(
        slug="disciplines",
        title="Disciplines",
        url_name="partners:disciplines",
        noun="discipline",
        permission=Permission.MANAGE_PRACTICE,
        rows=lambda asked: Rows(_everything()),
        columns=(
            Column("name", "Discipline", "name"),
            Column("group", "Group", "group"),
            Column("code", "Code", "code"),
            Column("people", "Partners", "partner_count", numeric=True),
            Column("active", "In use", "is_active"),
        ),
    )
)


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
@once
def disciplines(request):
    """The list, and a form that adds to it."""
    form = bound(request, DisciplineForm)
    if made := saved(request, form, actions.create_discipline):
        messages.success(request, f"{made} is on the list.")
        return redirect("partners:disciplines")
    return render(request, "partners/disciplines.html", {"form": form, "disciplines": _everything()})


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def update_discipline(request, pk):
    found = get_object_or_404(Discipline, pk=pk)
    form = bound(request, DisciplineForm, instance=copy(found))
    if saved(request, form, actions.update_discipline, found):
        messages.success(request, "Saved.")
        return redirect("partners:disciplines")
    return render(request, "partners/discipline.html", {"form": form, "discipline": found})
