"""Adding, changing and putting away a partner."""

from copy import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from partners import actions
from partners.forms import PartnerForm
from partners.models import Partner
from referralcrm.core.forms import bound, saved
from referralcrm.practice import trash
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
    messages.success(request, f"{partner} is in the trash for 30 days.", extra_tags=trash.undo(partner))
    return redirect("partners:list")
