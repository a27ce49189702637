"""What was hard for a partner: one line to write it down, and a few words to answer it."""

from copy import copy
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from partners.actions import friction as actions
from partners.forms import AnswerForm, FrictionForm
from partners.models import Friction, Partner
from referralcrm.core.answers import carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.LOG, methods="GET POST")
@once
def report(request, pk):
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    form = bound(request, FrictionForm, person=request.user)
    if made := saved(request, form, partial(actions.report, partner)):
        text = f"Written down. Automatic mail to {partner} waits until it is answered."
        return carried_out(
            request, text, undo=reverse("partners:delete_friction", args=[made.pk]), to=_page(made)
        )
    return render(request, "partners/friction.html", {"form": form, "partner": partner})


@allow(Permission.LOG, methods="GET POST")
def update(request, pk):
    friction = _found(pk)
    form = bound(request, FrictionForm, instance=copy(friction), person=request.user)
    if saved(request, form, actions.change, friction):
        return carried_out(request, "Saved.", to=_page(friction))
    context = {"form": form, "partner": friction.partner, "friction": friction}
    return render(request, "partners/friction.html", context)


@allow(Permission.LOG, methods="GET POST")
def answer(request, pk):
    """From a row of Today or the partner's page (``next``), or on a page of its own."""
    friction = _found(pk)
    form = bound(request, AnswerForm, instance=copy(friction))
    if saved(request, form, actions.answer, friction):
        undo = reverse("partners:reopen_friction", args=[pk])
        to = None if request.POST.get("next") else _page(friction)
        return carried_out(request, "Answered. Mail to them goes on.", undo=undo, to=to)
    context = {"form": form, "partner": friction.partner, "friction": friction, "answering": True}
    return render(request, "partners/friction.html", context)


@allow(Permission.LOG, methods="POST")
def reopen(request, pk):
    friction = actions.reopen(_found(pk), by=request.user)
    return carried_out(request, "Open again.", to=_page(friction))


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    friction = actions.delete(_found(pk), by=request.user)
    return carried_out(request, "Deleted.", undo=trash.undo(friction), to=_page(friction))


def _found(pk):
    return get_object_or_404(Friction.objects.kept().select_related("partner"), pk=pk)


def _page(friction):
    return f"{reverse('partners:detail', args=[friction.partner_id])}#friction"
