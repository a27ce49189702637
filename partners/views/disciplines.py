"""The practice's list of professions and trades."""

from copy import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from partners import actions
from partners.forms import DisciplineForm
from partners.models import Discipline
from referralcrm.core.forms import bound, saved
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
@once
def disciplines(request):
    """The list, and a form that adds to it."""
    form = bound(request, DisciplineForm)
    if made := saved(request, form, actions.create_discipline):
        messages.success(request, f"{made} is on the list.")
        return redirect("partners:disciplines")
    rows = Discipline.objects.with_partners().order_by("-is_active", "group", "name")
    return render(request, "partners/disciplines.html", {"form": form, "disciplines": rows})


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def update_discipline(request, pk):
    found = get_object_or_404(Discipline, pk=pk)
    form = bound(request, DisciplineForm, instance=copy(found))
    if saved(request, form, actions.update_discipline, found):
        messages.success(request, "Saved.")
        return redirect("partners:disciplines")
    return render(request, "partners/discipline.html", {"form": form, "discipline": found})
