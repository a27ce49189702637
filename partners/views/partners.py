"""Adding, changing and putting away a partner."""

from copy import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners import actions
from partners.forms import PartnerForm
from partners.models import Affiliation, Contact, Organisation, Partner
from referralcrm.core.forms import bound, saved
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
@once
def create(request):
    form = bound(request, PartnerForm, initial={"name": request.GET.get("name", "")[:160]})
    if partner := saved(request, form, actions.create):
        messages.success(request, f"{partner} is added.")
        return redirect("partners:detail", partner.pk)
    return render(request, "partners/form.html", {"form": form})


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def update(request, pk):
    partner = get_object_or_404(Partner.objects.kept().with_office(), pk=pk)
    form = bound(request, PartnerForm, instance=copy(partner))
    if saved(request, form, actions.update, partner):
        messages.success(request, "Saved.")
        return redirect("partners:detail", partner.pk)
    return render(request, "partners/form.html", {"form": form, "partner": partner})


@allow(Permission.EDIT_PARTNERS, methods="POST")
def delete(request, pk):
    partner = actions.delete(get_object_or_404(Partner.objects.kept(), pk=pk), by=request.user)
    undo = reverse("partners:restore", args=[partner.pk])
    messages.success(request, f"{partner} is in the trash for 30 days.", extra_tags=undo)
    return redirect("partners:list")


@allow(Permission.EDIT_PARTNERS, methods="POST")
def restore(request, pk):
    partner = actions.restore(get_object_or_404(Partner, pk=pk), by=request.user)
    messages.success(request, f"{partner} is back.")
    return redirect("partners:detail", partner.pk)


@allow(Permission.EDIT_PARTNERS)
def trash(request):
    """What was deleted in the last 30 days, newest first, each with a way back."""
    since = actions.oldest_restorable()
    kinds = [
        ("Partners", "partners:restore", Partner.objects),
        ("Organisations", "partners:restore_organisation", Organisation.objects),
        ("People at an office", "partners:restore_contact", Contact.objects.select_related("partner")),
        ("Offices of a partner", "partners:restore_affiliation", Affiliation.objects.with_names()),
    ]
    groups = [
        (title, url, list(rows.filter(deleted_at__gte=since).order_by("-deleted_at")[:100]))
        for title, url, rows in kinds
    ]
    is_empty = not any(rows for _, _, rows in groups)
    return render(request, "partners/trash.html", {"groups": groups, "is_empty": is_empty})
