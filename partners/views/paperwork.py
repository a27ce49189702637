"""What a partner wants with a referral: their checklist, line by line."""

from copy import copy
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from partners import actions
from partners.forms import PaperworkForm
from partners.models import Paperwork, Partner
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
@once
def paperwork(request, pk):
    """The list in order, and a form for one more."""
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    form = bound(request, PaperworkForm)
    if line := saved(request, form, partial(actions.add_paperwork, partner)):
        return carried_out(request, f"On their list: {line}", to=_page(line))
    lines = Paperwork.objects.kept().filter(partner=partner)
    return render(request, "partners/paperwork.html", {"form": form, "partner": partner, "lines": lines})


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def update_paperwork(request, pk):
    line = _found(pk)
    form = bound(request, PaperworkForm, instance=copy(line))
    if saved(request, form, actions.change_paperwork, line):
        return carried_out(request, "Saved.", to=_page(line))
    context = {"form": form, "partner": line.partner, "line": line}
    return render(request, "partners/paperwork_line.html", context)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def move_paperwork(request, pk):
    """One place up, or with ``down`` one down."""
    line = _found(pk)
    try:
        actions.move_paperwork(line, by=request.user, up="down" not in request.POST)
    except Refused as refused:
        return not_carried_out(request, refused, to=_page(line))
    return carried_out(request, f"Moved: {line}", to=_page(line))


@allow(Permission.EDIT_PARTNERS, methods="POST")
def delete_paperwork(request, pk):
    line = actions.delete_paperwork(_found(pk), by=request.user)
    return carried_out(request, f"Off their list: {line}", undo=trash.undo(line), to=_page(line))


def _found(pk):
    return get_object_or_404(Paperwork.objects.kept().select_related("partner"), pk=pk)


def _page(line):
    return reverse("partners:paperwork", args=[line.partner_id])
