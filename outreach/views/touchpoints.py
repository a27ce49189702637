"""Writing down contacts, mending them and taking them back."""

from copy import copy

from django.conf import settings
from django.shortcuts import get_object_or_404, render, resolve_url
from django.urls import reverse

from outreach.actions import touchpoints
from outreach.forms.touchpoints import TouchpointEditForm, TouchpointForm
from outreach.models import Touchpoint
from referralcrm.core.answers import back, carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow

EVERYBODY = "?everybody"


@allow(Permission.LOG, methods="GET POST")
@once
def log(request):
    form = bound(request, TouchpointForm, initial={"partner": request.GET.getlist("partner")})
    if is_sent(request, form):
        try:
            made = touchpoints.log(by=request.user, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            undo = reverse("outreach:delete_touchpoint", args=[made[0].pk]) + EVERYBODY
            return carried_out(request, _said(made), undo=undo, to=_after(request, made))
    return render(request, "outreach/touchpoint_new.html", {"form": form, "people": form.people()})


@allow(Permission.LOG)
def people(request):
    """The boxes of who is ticked, with whoever was just chosen in the type-ahead."""
    keys = [*request.GET.getlist("partner"), request.GET.get("add_id", "")]
    form = TouchpointForm(initial={"partner": list(filter(None, keys))})
    return render(request, "outreach/touchpoint_people.html", {"form": form, "people": form.people()})


@allow(Permission.LOG, methods="GET POST")
def update(request, pk):
    touchpoint = get_object_or_404(Touchpoint.objects.kept().select_related("partner", "by"), pk=pk)
    form = bound(request, TouchpointEditForm, instance=copy(touchpoint))
    if is_sent(request, form):
        try:
            touchpoints.change(
                touchpoint, version=form.cleaned_data["version"], by=request.user, **form.values()
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            return carried_out(request, "Saved.", to=_page_of(touchpoint))
    return render(request, "outreach/touchpoint.html", {"form": form, "touchpoint": touchpoint})


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    """Into the trash; with ``?everybody`` those logged on the same occasion as well."""
    touchpoint = get_object_or_404(Touchpoint, pk=pk)
    everybody = EVERYBODY if "everybody" in request.GET else ""
    touchpoints.delete(touchpoint, by=request.user, everybody=bool(everybody))
    undo = reverse("outreach:restore_touchpoint", args=[pk]) + everybody
    return carried_out(request, "The contact is deleted.", undo=undo, to=_came_from(request, touchpoint))


@allow(Permission.LOG, methods="POST")
def restore(request, pk):
    touchpoint = get_object_or_404(Touchpoint, pk=pk)
    touchpoints.restore(touchpoint, by=request.user, everybody="everybody" in request.GET)
    return carried_out(request, "The contact is back.", to=_came_from(request, touchpoint))


def _said(made):
    who = made[0].partner.name if len(made) == 1 else f"{len(made)} people"
    return f"{made[0].get_kind_display()} with {who} is written down."


def _after(request, made):
    """Back to where the form was opened from; else to the partner, or Today when there are several."""
    if request.POST.get("next"):
        return back(request)
    return _page_of(made[0]) if len(made) == 1 else resolve_url(settings.LOGIN_REDIRECT_URL)


def _came_from(request, touchpoint):
    return back(request) if request.POST.get("next") else _page_of(touchpoint)


def _page_of(touchpoint):
    return reverse("partners:detail", args=[touchpoint.partner_id])
