"""What our own clinicians are good at, and what allows them to treat: their page, and their licences."""

from copy import copy
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.core.answers import carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.practice import trash
from referralcrm.practice.actions import licences as actions
from referralcrm.practice.forms import LicenceForm
from referralcrm.practice.models import Licence, User
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.VIEW)
def profile(request, pk):
    """One page about a colleague, as partners may read it."""
    person = _colleague(request, pk)
    context = {"person": person, "licences": person.licences.kept(), "today": request.user.practice.today()}
    return render(request, "practice/profile.html", context)


@allow(Permission.MANAGE_PEOPLE, methods="GET POST")
@once
def add_licence(request, pk):
    person = _colleague(request, pk)
    form = bound(request, LicenceForm)
    if made := saved(request, form, partial(actions.add_licence, person)):
        messages.success(request, f"{made} is added.")
        return redirect("practice:profile", pk)
    return render(request, "practice/licence.html", {"form": form, "person": person})


@allow(Permission.MANAGE_PEOPLE, methods="GET POST")
def licence(request, pk):
    found = _licence(pk)
    form = bound(request, LicenceForm, instance=copy(found))
    if saved(request, form, actions.change_licence, found):
        messages.success(request, "Saved.")
        return redirect("practice:profile", found.person_id)
    return render(request, "practice/licence.html", {"form": form, "person": found.person, "licence": found})


@allow(Permission.MANAGE_PEOPLE, methods="POST")
def delete_licence(request, pk):
    found = _licence(pk)
    actions.delete_licence(found, by=request.user)
    to = reverse("practice:profile", args=[found.person_id])
    return carried_out(request, f"{found} is in the trash for 30 days.", undo=trash.undo(found), to=to)


def _colleague(request, pk):
    rows = User.objects.of(request.user.practice).select_related("practice", "home_location")
    return get_object_or_404(rows, pk=pk)


def _licence(pk):
    return get_object_or_404(Licence.objects.kept().select_related("person"), pk=pk)
