"""Who works here."""

from operator import methodcaller

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.actions import people as actions
from referralcrm.practice.forms import LeaveForm, PersonForm
from referralcrm.practice.listings import Column, Listing, Rows, offer
from referralcrm.practice.models import Licence, User
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.signals import owned_by


def _everybody(practice):
    return User.objects.of(practice).select_related("home_location")


PEOPLE = offer(
    Listing(
        slug="people",
        title="People",
        url_name="practice:people",
        noun="user",
        permission=Permission.MANAGE_PEOPLE,
        rows=lambda asked: Rows(_everybody(asked.by.practice).order_by("-is_active", "name", "id")),
        columns=(
            Column("name", "Name", "name"),
            Column("credentials", "Credentials", "credentials"),
            Column("role", "Role", methodcaller("get_role_display")),
            Column("location", "Location", "home_location"),
            Column("email", "E-mail", "email"),
            Column("from", "Away from", "away_from"),
            Column("until", "Away until", "away_to"),
            Column("active", "Can sign in", "is_active"),
        ),
    )
)


@allow(Permission.MANAGE_PEOPLE)
def people(request):
    everybody = _everybody(request.user.practice)
    here = [person for person in everybody if person.is_active]
    left = [person for person in everybody if not person.is_active]
    today = request.user.practice.today()
    context = {"here": here, "left": left, "today": today, "to_renew": Licence.objects.to_renew(today)}
    return render(request, "practice/people.html", context)


@allow(Permission.MANAGE_PEOPLE, methods="GET POST")
@once
def add_person(request):
    form = bound(request, PersonForm, by=request.user)
    if is_sent(request, form):
        try:
            person = actions.add(by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{person} is added. Now make the link they sign in with first.")
            return redirect("practice:person", person.pk)
    return render(request, "practice/add_person.html", {"form": form})


@allow(Permission.MANAGE_PEOPLE, methods="GET POST")
def person(request, pk):
    person = _colleague(request, pk)
    form = bound(request, PersonForm, instance=person, by=request.user)
    if is_sent(request, form):
        try:
            actions.update(person, version=form.cleaned_data["version"], by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{form.instance} is saved.")
            return redirect("practice:people")
    return render(request, "practice/person.html", {"form": form, "person": _colleague(request, pk)})


@allow(Permission.MANAGE_PEOPLE, methods="POST")
def sign_in_link(request, pk):
    """A link to hand over: works once, for three days."""
    person = _colleague(request, pk)
    actions.note_link(person, by=request.user)
    token = default_token_generator.make_token(person)
    link = request.build_absolute_uri(reverse("practice:set_password", args=[person.pk, token]))
    return render(request, "practice/sign_in_link.html", {"person": person, "link": link})


@allow(Permission.MANAGE_PEOPLE, methods="GET POST")
def deactivate(request, pk):
    person = _colleague(request, pk)
    owned = owned_by(person)
    form = bound(request, LeaveForm, person=person, needs_heir=bool(owned))
    if is_sent(request, form):
        try:
            actions.deactivate(person, heir=form.cleaned_data["heir"], by=request.user)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{person} can no longer sign in.")
            return redirect("practice:people")
    return render(request, "practice/deactivate.html", {"form": form, "person": person, "owned": owned})


@allow(Permission.MANAGE_PEOPLE, methods="POST")
def reactivate(request, pk):
    person = _colleague(request, pk)
    actions.reactivate(person, by=request.user)
    messages.success(request, f"{person} can sign in again.")
    return redirect("practice:person", pk)


def _colleague(request, pk):
    return get_object_or_404(User.objects.of(request.user.practice).select_related("practice"), pk=pk)
